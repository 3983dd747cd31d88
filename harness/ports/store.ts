import type { IndexPlan } from '../model/plan.ts'
import type { PointId, Row, StoredPoint, WriteId } from '../model/point.ts'
import type { Us } from '../model/units.ts'

/** Which operation a call serves (0 for background work) and how long it may take. */
export type Call = { op: WriteId; deadlineUs: Us }

/** `strong` sees every write acknowledged before the call; `bounded` sees what has become searchable. */
export type Consistency = 'strong' | 'bounded'

/** `shards`: only these parts of the store are searched; absent: all of it. */
export type SearchRequest = {
  query: Row
  k: number
  consistency: Consistency
  shards?: readonly number[]
}

/** One answer of a search, best first. `distance` is squared L2, smaller is nearer. */
export type Hit = { id: PointId; write: WriteId; distance: number }

/** What any region may read of a region's store. */
export interface ReadableStore {
  /** Live points only: tombstones are filtered. Fewer than k if the store sees fewer. */
  search(request: SearchRequest, call: Call): Promise<Hit[]>
  /** Tombstones included, missing ids absent, order not defined. */
  fetch(ids: readonly PointId[], consistency: Consistency, call: Call): Promise<StoredPoint[]>
  /** Every point, tombstones included, read strong; the sentinel too. */
  scan(call: Call): Promise<StoredPoint[]>
}

/**
 * A region's vector store. Only the agent of the owning region writes it, and it writes unconditionally:
 * the version guard is the agent's. One point has one version: an upsert replaces it.
 */
export interface VectorStore extends ReadableStore {
  upsert(points: readonly StoredPoint[], call: Call): Promise<void>
  /** Replaces points by tombstones (`deleted`, no vector) that keep their stamp. */
  remove(tombstones: readonly StoredPoint[], call: Call): Promise<void>
}

/** Forgets tombstones for good. */
export interface Purgeable {
  purge(ids: readonly PointId[], call: Call): Promise<void>
}

/**
 * Collections beside the one that is served. All calls of `VectorStore` and of remote readers go to the collection
 * the alias points at; the first one is called `live`.
 */
export interface Collections {
  /** An empty one but for the sentinel, with an index of its own. Fails definitely if the name is taken. */
  create(name: string, index: IndexPlan, call: Call): Promise<void>
  /** One collection, whatever the alias points at. */
  open(name: string): VectorStore
  /** From now on the alias points at `name`; calls under way end on the old one. */
  alias(name: string, call: Call): Promise<void>
  /** Fails definitely while the alias points at it. */
  drop(name: string, call: Call): Promise<void>
  /** What there is, in order of creation: an agent that starts again does not know how far it got. */
  list(call: Call): Promise<{ names: readonly string[]; aliased: string }>
}

/** A copy of a store's points kept outside all regions, with what else its maker wants to find beside it. */
export interface Snapshots {
  save(snapshot: Snapshot, call: Call): Promise<void>
  /** The last one this region saved, or undefined. */
  latest(call: Call): Promise<Snapshot | undefined>
}

/** `offsets`: next offset of each partition, by topic. */
export type Snapshot = {
  points: readonly StoredPoint[]
  offsets: Readonly<Record<string, readonly number[]>>
}
