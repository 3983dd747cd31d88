import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { invariant } from '../../base/invariant.ts'
import { fromJson, toJson } from '../../base/json.ts'
import { Signal } from '../../base/signal.ts'
import type { Space } from '../../model/layout.ts'
import { type Plan, storesUsed } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName } from '../../model/units.ts'
import { type Agent, type Durable, HEALTH, type Terrain } from '../../ports/system.ts'
import type { Launch } from '../../ports/world.ts'
import { HostClock, regionClock } from '../adapters/host-clock.ts'
import { type Handler, serveMessages } from '../adapters/message-wire.ts'
import { type StoreModules, storeModules } from '../adapters/store-kinds.ts'
import type { Vectors } from '../adapters/vectors.ts'
import { RegionTime } from '../region-time.ts'
import type { AgentConfig, FromAgent, ToAgent } from './agent-messages.ts'
import { onlyFrom } from './callers.ts'
import { hostNetwork } from './host-network.ts'
import { Logs, Stores } from './servers.ts'

/** What an agent's process needs from the program that knows systems and data sets. */
type Knows = {
  launch: (plan: Plan, emit: (event: RecordEvent) => void) => Launch
  vectors: (plan: Plan) => Vectors
  space: (plan: Plan) => Space
}

/**
 * The whole life of one incarnation: opened by the harness that forked it, it serves until it is told to stop, is
 * killed, or loses its harness.
 */
export function liveAsAgent(knows: Knows): void {
  const clock = new HostClock()
  const time = new RegionTime(clock)
  const stop = new Signal()
  const tell = (message: FromAgent): void => {
    process.send?.(message)
  }
  const broken = (error: unknown): void => {
    tell({
      kind: 'broken',
      why: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
    process.disconnect?.()
  }
  process.on('disconnect', () => process.exit(0))
  // Ctrl-C reaches the whole group of processes: the harness decides what becomes of agents.
  process.on('SIGINT', () => {})
  process.on('uncaughtException', broken)
  process.on('unhandledRejection', broken)
  const here = { clock, time, stop, tell, broken }
  process.on('message', (message: ToAgent) => {
    if (message.kind === 'open') open(here, message.config, knows).catch(broken)
    else if (message.kind === 'begin') clock.begin(BigInt(message.origin))
    else if (message.kind === 'skews') time.become(message.skews)
    else stop.fire()
  })
}

type Here = {
  clock: HostClock
  time: RegionTime
  stop: Signal
  tell: (message: FromAgent) => void
  broken: (error: unknown) => void
}

async function open(here: Here, config: AgentConfig, knows: Knows): Promise<void> {
  const { clock, time, stop, tell, broken } = here
  const { plan, incarnation, listen } = config
  if (config.origin !== null) clock.begin(BigInt(config.origin))
  time.become(config.skews)
  const handlers = new Map<string, Handler>()
  handlers.set(HEALTH, async () => ({ kind: HEALTH, bytes: 48, body: { wallUs: time.wall() } }))
  const emit = (event: RecordEvent): void => tell({ kind: 'event', event })
  const modules = await storeModules(storesUsed(plan))
  const ports = terrainOf(
    here,
    config,
    handlers,
    { vectors: knows.vectors(plan), space: knows.space(plan), modules },
    emit,
  )
  const agent: Agent = await knows.launch(plan, emit)(ports, incarnation, () => clock.now())
  const server = await serveMessages(listen, handlers, broken)
  onlyFrom(server, config.callers)
  tell({ kind: 'ready' })
  agent.run(stop).then(() => tell({ kind: 'ended' }), broken)
}

function terrainOf(
  { clock, time }: Here,
  config: AgentConfig,
  handlers: Map<string, Handler>,
  { vectors, space, modules }: { vectors: Vectors; space: Space; modules: StoreModules },
  emit: (event: RecordEvent) => void,
): Omit<Terrain, 'journal'> {
  const { plan, region, collection, shards, own } = config

  const at = (to: RegionName) =>
    to === region ? { ...own, agent: config.listen } : remote(config, to)
  const party = {
    plan,
    region,
    vectors,
    collection,
    shards,
    clientId: `agent-${region}-${config.incarnation}`,
    transactionalId: `agent-${region}`,
    producer: { mode: plan.servers.producer, concurrentSends: plan.servers.concurrentSends },
    stores: modules,
    store: (to: RegionName) => at(to).store,
    kafka: (to: RegionName) => at(to).kafka,
  }
  const stores = new Stores(party)
  const logs = new Logs(party, (where, group, topic, offsets) => {
    if (where === region)
      emit({ type: 'commit', t: clock.now(), region, group, topic, offsets: [...offsets] })
  })
  const network = hostNetwork(region, {
    agent: (to) => at(to).agent,
    store: (to) => stores.port(to),
    log: (to) => logs.port(to),
  })
  return {
    region,
    regions: plan.regions,
    dim: vectors.dim,
    space,
    clock: regionClock(time),
    store: stores.port(region),
    log: logs.port(region),
    network: {
      ...network,
      serve: (kind, handler) => {
        handlers.set(kind, handler)
      },
    },
    durable: durableFile(join(config.durable, `${region}.json`)),
  }
}

function remote(config: AgentConfig, region: RegionName): AgentConfig['remote'][string] {
  const there = config.remote[region]
  invariant(there !== undefined, `no way from ${config.region} to ${region}`)
  return there
}

/** What an agent keeps over a crash, in one file; replaced whole, so that a kill leaves the old one or the new one. */
function durableFile(path: string): Durable {
  mkdirSync(dirname(path), { recursive: true })
  const values: Record<string, number> = existsSync(path)
    ? (fromJson(readFileSync(path, 'utf8')) as Record<string, number>)
    : {}
  return {
    load: async (key) => values[key],
    async save(key, value) {
      values[key] = value
      writeFileSync(`${path}.new`, toJson(values))
      renameSync(`${path}.new`, path)
    },
  }
}
