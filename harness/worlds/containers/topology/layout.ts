import { invariant } from '../../../base/invariant.ts'
import type { StoreKind } from '../../../model/plan.ts'
import type { RegionName } from '../../../model/units.ts'
import type { Address } from '../../adapters/message-wire.ts'
import { type LinkPath, linkPaths, type ServerImage, type TopologySetting } from './setting.ts'
import type { Prefix } from './subnets.ts'

/** One path: clients of `client` reach `server` over two proxies in series, the near one and the far one. */
export type ProxyPlace = {
  /** Of the near proxy: clients connect to it. */
  name: string
  client: RegionName
  server: RegionName
  path: LinkPath
  /** Inside Toxiproxy's container. */
  listen: Address
  /** The far proxy: the near one connects to it, inside Toxiproxy's container, and it connects to the server. */
  far: { name: string; listen: Address }
  upstream: Address
  /** Where the host dials the near one. */
  dial: Address
}

export type RegionPlace = {
  name: RegionName
  network: string
  /** Addresses on the region's network. */
  proxy: string
  store: string
  kafka: string
  mirror: string
  /** Published on 127.0.0.1. */
  ports: { store: number; storeHealth: number; kafka: number }
}

/** Every name, address and port of a topology, fixed before anything starts. */
export type Layout = {
  hub: { network: string; gateway: string; proxy: string }
  control: number
  regions: RegionPlace[]
  proxies: ProxyPlace[]
}

export const loopback = '127.0.0.1'
/** Listeners inside a broker's container, besides the published one. */
export const brokerPorts = { controller: 9093, internal: 9094, firstLink: 9100 } as const
const FIRST_MIRROR_PORT = 9200
/** Of far proxies; they listen on loopback inside the container, where no client is. */
const FIRST_FAR_PORT = 10_300
const MOST_REGIONS = 32

/** Names of networks. The hub sorts before regions: that is where Docker puts published ports of Toxiproxy. */
export const networkNames = (runId: string, regions: readonly RegionName[]): string[] => [
  `${prefixOf(runId)}-hub`,
  ...regions.map((region) => `${prefixOf(runId)}-region-${region}`),
]

export const containerName = (runId: string, ...parts: string[]): string =>
  [prefixOf(runId), ...parts].join('-')

const prefixOf = (runId: string): string => `faultline-${runId.replaceAll(/[^a-zA-Z0-9_.-]/g, '-')}`

/** How many host ports `layOut` needs. */
export const portsNeeded = (regions: number): number =>
  1 + 3 * regions + 4 * regions * (regions - 1)

/** `prefixes`: of the networks, in the order of `networkNames`. `hostPorts`: as many as `portsNeeded` says. */
export function layOut(
  setting: Pick<
    TopologySetting,
    'runId' | 'regions' | 'stores' | 'agentPorts' | 'echoPort' | 'images'
  >,
  prefixes: readonly Prefix[],
  hostPorts: readonly number[],
): Layout {
  const names = networkNames(setting.runId, setting.regions)
  const ports = [...hostPorts]
  const next = (): number => ports.pop() as number
  const [hubPrefix, ...rest] = prefixes
  const hub = {
    network: names[0] as string,
    gateway: `${hubPrefix}.1`,
    proxy: `${hubPrefix}.2`,
  }
  const regions = setting.regions.map((name, i) => ({
    name,
    network: names[i + 1] as string,
    proxy: `${rest[i]}.2`,
    store: `${rest[i]}.11`,
    kafka: `${rest[i]}.12`,
    mirror: `${rest[i]}.13`,
    ports: { store: next(), storeHealth: next(), kafka: next() },
  }))
  const control = next()
  const paths = regions.flatMap((client, i) =>
    regions.flatMap((server, j) =>
      i === j
        ? []
        : linkPaths.map((path) =>
            path === 'mirror'
              ? mirrorPath(client, server, i, j)
              : hostPath({ client, server, path, port: next() }, hub, setting),
          ),
    ),
  )
  return { hub, control, regions, proxies: inSeries(paths) }
}

type Path = Omit<ProxyPlace, 'far'>

const inSeries = (paths: readonly Path[]): ProxyPlace[] =>
  paths.map((path, i) => ({
    ...path,
    far: { name: `${path.name}.far`, listen: { host: loopback, port: FIRST_FAR_PORT + i } },
  }))

/** The port of the broker's listener for clients of a region. */
export const linkListener = (clientIndex: number): number => brokerPorts.firstLink + clientIndex

/** For MirrorMaker of the client's region: listens on that region's network only. */
function mirrorPath(client: RegionPlace, server: RegionPlace, i: number, j: number): Path {
  const address = { host: client.proxy, port: FIRST_MIRROR_PORT + i * MOST_REGIONS + j }
  return {
    name: proxyName(client.name, server.name, 'mirror'),
    client: client.name,
    server: server.name,
    path: 'mirror',
    listen: address,
    dial: address,
    upstream: { host: server.kafka, port: linkListener(i) },
  }
}

/** For processes of this host: listens on the hub, published on 127.0.0.1 under the same port. */
function hostPath(
  where: { client: RegionPlace; server: RegionPlace; path: LinkPath; port: number },
  hub: Layout['hub'],
  setting: Pick<TopologySetting, 'stores' | 'agentPorts' | 'echoPort' | 'images'>,
): Path {
  const { client, server, path, port } = where
  const upstreams: Record<Exclude<LinkPath, 'mirror'>, Address> = {
    kafka: { host: server.kafka, port: brokerPorts.internal },
    store: {
      host: server.store,
      port: storeImage(setting, server.name).profile.ports['api'] as number,
    },
    agent: { host: hub.gateway, port: setting.agentPorts[server.name] as number },
    echo: { host: hub.gateway, port: setting.echoPort },
  }
  return {
    name: proxyName(client.name, server.name, path),
    client: client.name,
    server: server.name,
    path,
    listen: { host: hub.proxy, port },
    dial: { host: loopback, port },
    upstream: upstreams[path as Exclude<LinkPath, 'mirror'>],
  }
}

export function storeKindOf(
  { stores }: Pick<TopologySetting, 'stores'>,
  region: RegionName,
): StoreKind {
  const kind = stores[region]
  invariant(kind !== undefined, `region ${region} has a store`)
  return kind
}

export const storeImage = (
  setting: Pick<TopologySetting, 'stores' | 'images'>,
  region: RegionName,
): ServerImage => setting.images[storeKindOf(setting, region)]

/** Goes into URLs of Toxiproxy as it is; region names hold letters, digits and dashes. */
const proxyName = (client: RegionName, server: RegionName, path: LinkPath): string =>
  `${client}.${server}.${path}`
