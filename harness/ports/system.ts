import type { Rng } from '../base/rng.ts'
import type { Guarantees } from '../model/finding.ts'
import type { PointId, Row, StoredPoint, WriteId } from '../model/point.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { Clock } from './clock.ts'
import type { EventLog } from './log.ts'
import type { Network, Serving } from './network.ts'
import type { Call, Hit, Purgeable, VectorStore } from './store.ts'

/** What an agent keeps over a crash, by key: clock floors, epochs. Small values, written through. */
export interface Durable {
  load(key: string): Promise<number | undefined>
  save(key: string, value: number): Promise<void>
}

/** What an agent decides without touching a store: the record must hear of it. */
export interface Journal {
  /** The change was not applied: a newer version, or this very one, is already there. */
  skipped(write: WriteId, id: PointId, why: 'older' | 'duplicate'): void
  tombstonesForgotten(ids: readonly PointId[], writes: readonly WriteId[]): void
}

/** Everything an agent may touch. All of it belongs to one incarnation: after a crash no call ever settles. */
export interface Terrain {
  readonly region: RegionName
  readonly regions: readonly RegionName[]
  /** Dimensions of a vector: what a change weighs on a link depends on it. */
  readonly dim: number
  readonly clock: Clock
  readonly store: VectorStore & Purgeable
  readonly log: EventLog
  readonly network: Network & Serving
  readonly durable: Durable
  readonly journal: Journal
}

export type WriteRequest = { op: WriteId; client: string; id: PointId; row: Row }
export type RemoveRequest = { op: WriteId; client: string; id: PointId }
export type SearchAsk = { op: WriteId; client: string; query: Row; k: number }
export type FetchAsk = { op: WriteId; client: string; id: PointId }

/** The half of a system that lives in one region. Rejections are `CallError`s. */
export interface Agent {
  write(request: WriteRequest, call: Call): Promise<void>
  remove(request: RemoveRequest, call: Call): Promise<void>
  search(ask: SearchAsk, call: Call): Promise<Hit[]>
  /** The live point, or undefined. */
  fetch(ask: FetchAsk, call: Call): Promise<StoredPoint | undefined>
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
  /** Topics of a region's log that mirrors carry to every other region. */
  readonly topics: readonly string[]
  start(terrain: Terrain, rng: Rng, knobs: Knobs): Promise<Agent>
  route(users: UserTerrain, rng: Rng, knobs: Knobs): Router
}

/** The message kind every agent answers for load balancers and canaries: the reply body is its wall clock. */
export const HEALTH = 'health'
/** The message kind by which a user's operation reaches an agent. */
export const OPERATION = 'operation'

export type HealthReply = { wallUs: Us }
