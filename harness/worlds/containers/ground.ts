import { join } from 'node:path'
import { type Fires, unlessFired } from '../../base/signal.ts'
import { keptIn, type Layout } from '../../model/layout.ts'
import { storeOf, storesUsed } from '../../model/plan.ts'
import { MS, type RegionName, SECOND } from '../../model/units.ts'
import type { WorldNeeds } from '../../ports/world.ts'
import { type StoreModules, storeModules } from '../adapters/store-kinds.ts'
import type { Vectors } from '../adapters/vectors.ts'
import { EchoServer } from './echo-server.ts'
import { Logs, moduleOf, Stores, settingOf } from './servers.ts'
import { baseNotLoaded } from './topology/errors.ts'
import { freeHostPorts } from './topology/host-ports.ts'
import type { ServerImages, Topology } from './topology/setting.ts'
import { openTopology } from './topology/topology.ts'

/** What the containers world needs beyond any world. */
export type ContainersNeeds = WorldNeeds & {
  vectors: Vectors
  /** Which region keeps which points of the base. */
  layout: Layout
  /** Topics of each region's log that no mirror carries. */
  ownTopics: readonly string[]
  /** Parts every store is divided into; 1: no search is restricted to some. */
  shards: number
  images: ServerImages
  /** The program an agent's process runs. */
  agentProgram: string
  /** The run's directory: container logs go there, and what agents keep over a crash. */
  directory: string
  runId: string
  /** Fires when nobody wants the run any more, also while it starts. */
  stop: Fires
  onStep: (text: string) => void
}

/** Servers, proxies and the harness's own ways to them: everything of a run but agents and load. */
export type Ground = {
  topology: Topology
  echo: EchoServer
  collection: string
  agentPorts: Record<RegionName, number>
  /** The harness's own clients: at the servers' published ports, past all links. */
  stores: Stores
  logs: Logs
  close(): Promise<void>
}

/** A run may take this much longer than planned before a sweep counts it as dead. */
const GRACE_SEC = 600
const LOAD_WITHIN_MS = 240_000

/** Starts every server and loads the base data. What it started is gone again if it rejects, with Stopped too. */
export async function openGround(needs: ContainersNeeds): Promise<Ground> {
  const { plan, topics, ownTopics, images, directory, runId, stop, onStep } = needs
  const [echoPort = 0, ...ports] = await freeHostPorts(1 + plan.regions.length)
  const agentPorts = Object.fromEntries(plan.regions.map((region, i) => [region, ports[i] ?? 0]))
  const { warmupUs, runUs, settleUs } = plan.timeline
  const topology = await openTopology({
    runId,
    deadlineSec: Math.ceil(Date.now() / 1000 + (warmupUs + runUs + settleUs) / SECOND) + GRACE_SEC,
    regions: plan.regions,
    stores: Object.fromEntries(plan.regions.map((region) => [region, storeOf(plan, region)])),
    links: plan.links,
    images,
    servers: {
      tickMs: plan.servers.tickUs / MS,
      sessionTtlSec: plan.servers.sessionTtlUs / SECOND,
      kafkaClock: plan.servers.kafkaClock,
      mirror: { delivery: plan.mirror.delivery, flushMs: plan.mirror.flushUs / MS },
      partitions: plan.log.partitions,
    },
    topics,
    ownTopics,
    logs: join(directory, 'logs'),
    agentPorts,
    echoPort,
    stop,
    onStep,
  })
  try {
    return await furnish(needs, topology, agentPorts, echoPort)
  } catch (error) {
    await topology.close()
    throw error
  }
}

async function furnish(
  needs: ContainersNeeds,
  topology: Topology,
  agentPorts: Record<RegionName, number>,
  echoPort: number,
): Promise<Ground> {
  const { plan, vectors, shards, runId } = needs
  const collection = `faultline_${runId.replaceAll(/[^a-zA-Z0-9]/g, '_')}`
  const modules = await storeModules(storesUsed(plan))
  const party = {
    plan,
    region: 'harness',
    stores: modules,
    vectors,
    clientId: `harness-${runId}`,
    transactionalId: `harness-${runId}`,
    // Probes must not depend on what is being tested.
    producer: { mode: 'at-least-once' as const, concurrentSends: true },
    collection,
    shards,
    store: (region: RegionName) => topology.region(region).store,
    kafka: (region: RegionName) => topology.region(region).kafka,
  }
  const echo = await EchoServer.listen({ host: topology.gateway, port: echoPort }, topology.callers)
  const stores = new Stores(party)
  const logs = new Logs(party, () => {})
  const close = async () => {
    await Promise.allSettled([stores.close(), logs.close()])
    await echo.close()
    await topology.close()
  }
  try {
    await unlessFired(needs.stop, loadAll(needs, topology, modules, collection))
  } catch (error) {
    await close()
    throw error
  }
  return { topology, echo, collection, agentPorts, stores, logs, close }
}

async function loadAll(
  { plan, vectors, shards, layout, base, onStep }: ContainersNeeds,
  topology: Topology,
  stores: StoreModules,
  collection: string,
): Promise<void> {
  const loads = plan.regions.map((region) => {
    const setting = settingOf(plan, topology.region(region).store, { collection, vectors, shards })
    const options = {
      withinMs: LOAD_WITHIN_MS,
      onStep: (text: string) => onStep(`${region}: ${text}`),
    }
    const kept = keptIn(region, base, layout)
    const loading = moduleOf(stores, plan, region).load(setting, kept, options)
    return loading.catch((error: Error) => {
      throw baseNotLoaded(storeOf(plan, region), region, error.message)
    })
  })
  await Promise.all(loads)
}
