import { mkdir } from 'node:fs/promises'
import { getContainerRuntimeClient } from 'testcontainers'
import { EnvironmentError } from '../../../model/errors.ts'
import type { RegionName } from '../../../model/units.ts'
import type { Address } from '../../adapters/message-wire.ts'
import { dockerClient } from '../../images/docker.ts'
import { countBytes } from './byte-counters.ts'
import { unknownRegion } from './errors.ts'
import { freeHostPorts } from './host-ports.ts'
import { labelsOf } from './labels.ts'
import { type Layout, layOut, loopback, networkNames, portsNeeded, storeImage } from './layout.ts'
import { ProxiedLinks } from './links.ts'
import { readLoads } from './loads.ts'
import { createNetworks } from './networks.ts'
import type { Engine } from './placed-container.ts'
import { checkMachine } from './preflight.ts'
import { removeAll } from './removal.ts'
import { Servers } from './servers.ts'
import type {
  Container,
  LinkPath,
  Links,
  RegionServers,
  ServerLoad,
  Topology,
  TopologySetting,
} from './setting.ts'
import { bringUp } from './start-up.ts'
import { Toxics } from './toxics.ts'

export type { Container, Topology } from './setting.ts'

/**
 * Starts every server of a plan and the links between them; settles when each has answered through every path and
 * every mirror has carried a record. Rejects with an EnvironmentError; what it started is gone then, its logs are not.
 */
export async function openTopology(setting: TopologySetting): Promise<Topology> {
  const { images, regions, stores, runId, logs } = setting
  const used = ['kafka', 'toxiproxy', ...Object.values(stores)] as const
  await checkMachine(dockerClient(), {
    images: [...new Set(used.map((server) => images[server].image))],
    regions: regions.length,
  })
  await mkdir(logs, { recursive: true })
  const engine = await findEngine()
  const labels = labelsOf(runId, setting.deadlineSec)
  const networks = networkNames(runId, regions)
  let servers: Servers | null = null
  const close = () => removeAll(engine, [...(servers?.started.values() ?? [])], networks)
  try {
    const hostPorts = await freeHostPorts(portsNeeded(regions.length))
    const layout = layOut(setting, await createNetworks(engine, networks, labels), hostPorts)
    servers = new Servers(engine, setting, layout, labels)
    const toxics = new Toxics(layout.control)
    const proxy = await bringUp({ setting, layout, servers, toxics })
    const { State } = await engine.getContainer(proxy.name).inspect()
    const counters = await countBytes(layout.proxies, State.Pid)
    const links = new ProxiedLinks(layout.proxies, toxics, counters)
    return new OpenTopology({ engine, setting, layout, servers, links, close })
  } catch (error) {
    // The first failure is what a person must read, even if not everything could be removed.
    await close().catch((left: Error) => setting.onStep(left.message))
    throw error
  }
}

async function findEngine(): Promise<Engine> {
  try {
    return (await getContainerRuntimeClient()).container.dockerode
  } catch (error) {
    throw new EnvironmentError(
      `testcontainers found no Docker (${(error as Error).message}). Try: docker info; is DOCKER_HOST right?`,
    )
  }
}

type Parts = {
  engine: Engine
  setting: TopologySetting
  layout: Layout
  servers: Servers
  links: Links
  close(): Promise<void>
}

class OpenTopology implements Topology {
  readonly gateway: string
  readonly callers: readonly string[]
  readonly links: Links
  private closing: Promise<void> | null = null

  private readonly parts: Parts

  constructor(parts: Parts) {
    this.parts = parts
    const { hub } = parts.layout
    this.links = parts.links
    this.gateway = hub.gateway
    this.callers = [hub.gateway, hub.proxy]
  }

  region(name: RegionName): RegionServers {
    const place = this.parts.layout.regions.find((region) => region.name === name)
    if (!place) throw unknownRegion(name)
    const at = (port: number): Address => ({ host: loopback, port })
    const { health } = storeImage(this.parts.setting, name).profile
    return {
      store: at(place.ports.store),
      storeHealth: health === undefined ? null : at(place.ports.storeHealth),
      kafka: at(place.ports.kafka),
      server: (which): Container => this.parts.servers.of(name, which),
    }
  }

  path(from: RegionName, to: RegionName, path: LinkPath): Address {
    const proxy = this.parts.layout.proxies.find(
      (one) => one.client === from && one.server === to && one.path === path,
    )
    if (!proxy) throw new Error(`no path ${path} from ${from} to ${to} in this topology`)
    return proxy.dial
  }

  loads(): Promise<ServerLoad[]> {
    const { engine, servers } = this.parts
    return readLoads(engine, [...servers.started.keys()])
  }

  close(): Promise<void> {
    this.closing ??= this.parts.close()
    return this.closing
  }
}
