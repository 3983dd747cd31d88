import { programBeside } from '../base/program.ts'
import { type Fires, Signal, unlessFired } from '../base/signal.ts'
import type { Layout } from '../model/layout.ts'
import { type Plan, type StoreKind, storesUsed } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import type { Workload } from '../workload/operations.ts'
import type { Pool } from '../workload/pool.ts'
import { vectorsOf } from '../worlds/adapters/vectors.ts'
import { sweepAgents } from '../worlds/containers/agent-sweep.ts'
import { sweep } from '../worlds/containers/topology/sweep.ts'
import type { ContainersWorld } from '../worlds/containers/world.ts'
import { dockerClient } from '../worlds/images/docker.ts'
import { type ImageSource, imageFor, type ServerName } from '../worlds/images/image-list.ts'
import { type ImageState, listImages } from '../worlds/images/images.ts'
import { requirePeers } from './peers.ts'

const agentProgram = programBeside(import.meta.url, './agent')

export type ContainersOptions = {
  /** Of the system: topics that mirrors carry, and topics that stay in their region. */
  topics: readonly string[]
  ownTopics: readonly string[]
  /** Which region keeps which points, and the parts every store is divided into. */
  layout: Layout
  shards: number
  directory: string
  /** Which images; by default those that docker/build made, if they are here. */
  images?: ImageSource
  emit: (event: RecordEvent) => void
  /** Fires when nobody wants the run any more, also while its servers start. */
  stop?: Fires
  /** Waited for once Docker has answered and what earlier runs left is gone, before anything is started. */
  beforeServers?: () => Promise<void>
  /** Progress of what takes seconds: servers, base data. */
  onStep: (text: string) => void
}

/**
 * Real servers for a plan. Rejects with a DockerError or an EnvironmentError where this machine cannot have them, with
 * Stopped as soon as `stop` fires: what was started is gone then.
 * Libraries of the servers are loaded here and not before: a simulation needs none of them.
 */
export async function openContainersFor(
  plan: Plan,
  pool: Pool,
  workload: Workload,
  options: ContainersOptions,
): Promise<ContainersWorld> {
  const {
    topics,
    ownTopics,
    layout,
    shards,
    directory,
    images,
    stop = new Signal(),
    emit,
    beforeServers,
    onStep,
  } = options
  const stores = storesUsed(plan)
  requireServerClients(stores)
  const used: ServerName[] = ['kafka', 'toxiproxy', ...stores]
  const source = await unlessFired(stop, chooseImages(images, used, onStep))
  const { openContainers } = await import('../worlds/containers/world.ts')
  for (const removed of await unlessFired(stop, sweepAll()))
    onStep(`removed ${removed}, left by an earlier run`)
  if (beforeServers) await unlessFired(stop, beforeServers())
  return openContainers({
    plan,
    topics,
    ownTopics,
    layout,
    shards,
    base: workload.base,
    emit,
    vectors: vectorsOf(pool),
    images: {
      milvus: imageFor('milvus', source),
      pgvector: imageFor('pgvector', source),
      kafka: imageFor('kafka', source),
      toxiproxy: imageFor('toxiproxy', source),
    },
    agentProgram,
    directory,
    runId: `${plan.name}-${plan.seed}-${process.pid}`,
    stop,
    onStep,
  })
}

/** Removes what runs left behind whose harness is gone. Gives what was removed, each with its kind. */
export async function sweepAll(): Promise<string[]> {
  return [...sweepAgents(), ...(await sweep())]
}

/** The source asked for, or the one all of whose images are here; says which. What is missing is refused later. */
async function chooseImages(
  asked: ImageSource | undefined,
  servers: readonly ServerName[],
  onStep: (text: string) => void,
): Promise<ImageSource> {
  const all = await listImages(dockerClient())
  const states = all.filter(({ server }) => servers.includes(server))
  const lacking = (source: ImageSource): ImageState[] =>
    states.filter((image) => image.source === source && image.state === 'missing')
  const source =
    asked ?? (lacking('built').length > 0 && lacking('public').length === 0 ? 'public' : 'built')
  const used = states.filter((image) => image.source === source)
  for (const { image, state } of used)
    if (state === 'stale')
      onStep(`${image} was built from other recipes than docker/ has now: docker/build`)
  onStep(`images: ${used.map(({ image }) => image).join(', ')}`)
  return source
}

/** Packages that runs on real servers with these stores load. */
export const serverClients = (stores: readonly StoreKind[]): string[] => [
  'testcontainers',
  ...stores.map((kind) => clients[kind]),
  'kafkajs',
  'toxiproxy-node-client',
]

const clients: Readonly<Record<StoreKind, string>> = {
  milvus: '@zilliz/milvus2-sdk-node',
  pgvector: 'pg',
}

/** Throws an EnvironmentError where a package is missing that only real servers need. */
const requireServerClients = (stores: readonly StoreKind[]): void =>
  requirePeers('Real servers need', serverClients(stores))
