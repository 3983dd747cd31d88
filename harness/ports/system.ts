import type { Rng } from '../base/rng.ts'
import type { Guarantees } from '../model/guarantees.ts'
import type { Layout, Space } from '../model/layout.ts'
import type { IndexPlan, MirrorPolicy } from '../model/plan.ts'
import type { PointId, Row, SessionToken, StoredPoint, WriteId } from '../model/point.ts'
import type { EpochEvent, ModeEvent, RepairEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { Clock } from './clock.ts'
import type { EventLog } from './log.ts'
import type { Network, Serving } from './network.ts'
import type { Call, Collections, Hit, Purgeable, Snapshots, VectorStore } from './store.ts'

/** What an agent keeps over a crash, by key: clock floors, epochs. Small values, written through. */
export interface Durable {
  load(key: string): Promise<number | undefined>
  save(key: string, value: number): Promise<void>
}

/** What an agent decides without touching a store: the record must hear of it. */
export interface Journal {
  /**
   * The change was not applied: the store has a newer version, or this very one, or a log brought it a second time.
   * `tie`: only the region decided.
   */
  skipped(write: WriteId, id: PointId, why: 'older' | 'duplicate' | 'again', tie?: boolean): void
  tombstonesForgotten(ids: readonly PointId[], writes: readonly WriteId[]): void
  /** The life of a lease, and what was done or refused under it. */
  epoch(what: EpochEvent['what'], epoch: number, write?: WriteId, id?: PointId): void
  repaired(how: RepairEvent['how'], points: number, from?: RegionName): void
  mode(what: ModeEvent['what']): void
  /** A figure the system would show an operator, e.g. `replica-lag-seconds us-east`: set beside ours, never believed. */
  figure(name: string, value: number): void
}

/** What not every world can give. A world that cannot says so before the run. */
export type Need = 'placement' | 'shards' | 'collections' | 'snapshots'

/** Everything an agent may touch. All of it belongs to one incarnation: after a crash no call ever settles. */
export interface Terrain {
  readonly region: RegionName
  readonly regions: readonly RegionName[]
  /** Dimensions of a vector: what a change weighs on a link depends on it. */
  readonly dim: number
  readonly space: Space
  readonly clock: Clock
  readonly store: VectorStore & Purgeable
  readonly log: EventLog
  readonly network: Network & Serving
  readonly durable: Durable
  readonly journal: Journal
  /** How copies of other regions' topics are named in the own log: absent, after their region (`us-east.topic`). */
  readonly mirrorPolicy?: MirrorPolicy
  /** Only where the system needs them, see `System.needs`. */
  readonly collections?: Collections
  readonly snapshots?: Snapshots
}

/** `session` is what the client's answers so far gave it, merged by the larger value of each key. */
type Asked = { op: WriteId; client: string; session: SessionToken }
export type WriteRequest = Asked & { id: PointId; row: Row }
export type RemoveRequest = Asked & { id: PointId }
export type SearchAsk = Asked & { query: Row; k: number }
export type FetchAsk = Asked & { id: PointId }

/** What an answer says of itself. All of it is recorded; what does not apply is left out. */
export type AnswerNotes = {
  /** Reads: whose stores the answer came from. Writes: who had it when it was acknowledged. Absent: the gateway. */
  from?: readonly RegionName[]
  /** The answer may be older than the bound the system keeps. */
  stale?: boolean
  /** Some of what was asked did not answer in time. */
  partial?: boolean
  /** Present if a cache answered: how old the answer is. */
  cacheAgeUs?: Us
  shards?: { asked: readonly number[]; answered: readonly number[] }
  /** What the client is to bring along from now on. */
  session?: SessionToken
}

export type Found = AnswerNotes & { hits: Hit[] }
export type Fetched = AnswerNotes & { point: StoredPoint | undefined }

/** The half of a system that lives in one region. Rejections are `CallError`s. */
export interface Agent {
  write(request: WriteRequest, call: Call): Promise<AnswerNotes>
  remove(request: RemoveRequest, call: Call): Promise<AnswerNotes>
  search(ask: SearchAsk, call: Call): Promise<Found>
  /** The live point, or undefined. */
  fetch(ask: FetchAsk, call: Call): Promise<Fetched>
  /** Background half: appliers, publishers, repair. Settles when `stop` has fired and its loops are done. */
  run(stop: Stop): Promise<void>
}

/** Fires once, when arrivals and settle are over. */
export interface Stop {
  readonly fired: boolean
  readonly whenFired: Promise<void>
}

/** What the users of a region touch: their clock and the way to every region's agent. */
export interface UserTerrain {
  readonly region: RegionName
  readonly regions: readonly RegionName[]
  readonly clock: Clock
  readonly network: Network
}

/** The load balancer in front of a region's users: it lives with them and survives every agent. */
export interface Router {
  /** Where this client's next operation goes; undefined if no region is thought healthy. */
  gateway(client: string): RegionName | undefined
  run(stop: Stop): Promise<void>
}

export interface System<Knobs = unknown> {
  readonly about: string
  /** Parses and completes the knobs of a scenario; a zod schema, so that schema and errors come for free. */
  readonly knobs: { parse(input: unknown): Knobs }
  guarantees(knobs: Knobs): Guarantees
  /** An index that it builds beside the plan's own; null if it builds none. */
  builds?(knobs: Knobs): IndexPlan | null
  /** What is wrong with knobs that only regions show, e.g. a primary that is none of them. `key` is the knob's. */
  problems?(knobs: Knobs, regions: readonly RegionName[]): { key: string; message: string }[]
  needs?(knobs: Knobs): readonly Need[]
  /** Absent: one shard, and every region keeps every point. */
  layout?(knobs: Knobs, regions: readonly RegionName[], space: Space): Layout
  /** Topics of a region's log that mirrors carry to every other region. */
  readonly topics: readonly string[]
  /** Topics of a region's log that stay there. An agent appends to no topic that is not declared here or above. */
  readonly ownTopics?: readonly string[]
  start(terrain: Terrain, rng: Rng, knobs: Knobs): Promise<Agent>
  route(users: UserTerrain, rng: Rng, knobs: Knobs): Router
}

/** The message kind every agent answers for load balancers and canaries: the reply body is its wall clock. */
export const HEALTH = 'health'
/** The message kind by which a user's operation reaches an agent. */
export const OPERATION = 'operation'

export type HealthReply = { wallUs: Us }
