import type { Us } from '../../../model/units.ts'
import { SECOND } from '../../../model/units.ts'
import { kafkaAnswers } from '../round-trips.ts'
import { advertisedAt, appendOne, ensureTopics, lacking } from './broker-admin.ts'
import {
  type Layout,
  loopback,
  type ProxyPlace,
  type RegionPlace,
  storeImage,
  storeKindOf,
} from './layout.ts'
import { ProxiedLinks } from './links.ts'
import { copyOf, mirroredTopics, readinessTopic } from './mirror-settings.ts'
import { answersHttp, isTrue, until } from './readiness.ts'
import type { ServerContainer } from './server-container.ts'
import type { Servers } from './servers.ts'
import type { TopologySetting } from './setting.ts'
import { storeAnswers } from './store-probe.ts'
import type { Toxics } from './toxics.ts'

/** Bounds of the waits; a machine with two busy cores needs about a quarter of each. */
const PROXY_MS = 30_000
const BROKER_MS = 60_000
const STORE_MS = 90_000
const MIRROR_MS = 120_000
const PATH_MS = 20_000
const PROBE_US: Us = 4 * SECOND

type StartUp = {
  setting: TopologySetting
  layout: Layout
  servers: Servers
  toxics: Toxics
}

/**
 * Everything at once; mirrors when the brokers answer. Settles with Toxiproxy when all is ready. If one part fails, or the
 * start is stopped, the others are let settle first, so that nothing is still being started while it is removed.
 */
export async function bringUp(start: StartUp): Promise<ServerContainer> {
  const began = performance.now()
  const step = (text: string): void =>
    start.setting.onStep(`${text} after ${((performance.now() - began) / 1000).toFixed(1)} s`)
  const proxy = proxyUp(start, step)
  const brokers = start.layout.regions.map((region) => brokerUp(start, region, step))
  const stores = start.layout.regions.map((region) => storeUp(start, region, step))
  const mirrors = mirrorsUp(start, [proxy, ...brokers], step)
  await allOrNone([proxy, ...brokers, ...stores, mirrors])
  await pathsAnswer(start, await proxy)
  step('every path answers')
  return proxy
}

type Step = (text: string) => void

async function proxyUp({ setting, layout, servers, toxics }: StartUp, step: Step) {
  const proxy = await servers.startProxy()
  await until(proxy, 'answers on /version', PROXY_MS, () => toxics.answers(), setting.stop)
  await toxics.createProxies(layout.proxies)
  const links = new ProxiedLinks(layout.proxies, toxics, '')
  for (const link of setting.links) await links.establish(link)
  step(`links: ${layout.proxies.length} paths up`)
  return proxy
}

async function brokerUp({ setting, servers }: StartUp, region: RegionPlace, step: Step) {
  const broker = await servers.startKafka(region)
  const address = { host: loopback, port: region.ports.kafka }
  await until(broker, 'answers an admin call', BROKER_MS, () => advertisedAt(address), setting.stop)
  const topics = [...mirroredTopics(setting.topics), ...setting.ownTopics]
  await until(
    broker,
    `has the topics ${topics.join(', ')}`,
    BROKER_MS,
    () => ensureTopics(address, topics, setting.servers),
    setting.stop,
  )
  await until(
    broker,
    'takes a record',
    BROKER_MS,
    () => appendOne(address, readinessTopic, region.name),
    setting.stop,
  )
  step(`${region.name}: kafka up`)
}

async function storeUp({ setting, servers }: StartUp, region: RegionPlace, step: Step) {
  const store = await servers.startStore(region)
  const kind = storeKindOf(setting, region.name)
  const { health } = storeImage(setting, region.name).profile
  const { ports } = region
  if (health === undefined) {
    const address = { host: loopback, port: ports.store }
    const ask = () => isTrue(storeAnswers(kind, address, PROBE_US))
    await until(store, 'answers on its port', STORE_MS, ask, setting.stop)
  } else {
    const ask = () => answersHttp(`http://${loopback}:${ports.storeHealth}${health}`)
    await until(store, `answers 200 on ${health}`, STORE_MS, ask, setting.stop)
  }
  step(`${region.name}: ${kind} up`)
}

/** A mirror is ready when a record of every source has arrived at its target, and the copies of all topics exist. */
async function mirrorsUp(start: StartUp, first: Promise<unknown>[], step: Step): Promise<void> {
  const { setting, layout, servers } = start
  await Promise.all(first)
  if (layout.regions.length === 1) return
  const topics = mirroredTopics(setting.topics)
  const started = layout.regions.map(async (target) => {
    const mirror = await servers.startMirror(target)
    const sources = layout.regions.filter(({ name }) => name !== target.name)
    const copies = sources.flatMap(({ name }) => topics.map((topic) => copyOf(name, topic)))
    const proofs = sources.map(({ name }) => copyOf(name, readinessTopic))
    const address = { host: loopback, port: target.ports.kafka }
    await until(
      mirror,
      'has carried a record from every other region',
      MIRROR_MS,
      async () => {
        const still = await lacking(address, copies, proofs)
        if (still.length > 0) throw new Error(`${target.name} lacks ${still.join(', ')}`)
      },
      setting.stop,
    )
    step(`${target.name}: mirror up`)
  })
  await allOrNone(started)
}

/** Through every proxy whose far side is a server; agents and the echo server are not there yet. */
async function pathsAnswer({ setting, layout }: StartUp, proxy: ServerContainer): Promise<void> {
  const answers = layout.proxies.flatMap((one) => {
    const ask = probeOf(one, setting)
    const condition = `carries ${one.path} from ${one.client} to ${one.server} and back`
    return ask ? [until(proxy, condition, PATH_MS, ask, setting.stop)] : []
  })
  await allOrNone(answers)
}

function probeOf(
  { path, dial, server }: ProxyPlace,
  setting: TopologySetting,
): (() => Promise<void>) | null {
  if (path === 'store')
    return () => isTrue(storeAnswers(storeKindOf(setting, server), dial, PROBE_US))
  if (path === 'kafka') return () => isTrue(kafkaAnswers(dial, PROBE_US))
  if (path === 'mirror') return () => advertisedBehind(dial)
  return null
}

/** A broker must send those who come over a link back to that link. */
async function advertisedBehind(dial: ProxyPlace['dial']): Promise<void> {
  const advertised = await advertisedAt(dial)
  if (advertised !== `${dial.host}:${dial.port}`)
    throw new Error(`the broker advertises ${advertised}, but was reached at ${dial.host}`)
}

/** Rejects as the first that rejected, but only once all have settled. */
async function allOrNone(work: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(work)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}
