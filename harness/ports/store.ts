import type { PointId, Row, StoredPoint, WriteId } from '../model/point.ts'
import type { Us } from '../model/units.ts'

/** Which operation a call serves (0 for background work) and how long it may take. */
export type Call = { op: WriteId; deadlineUs: Us }

/** `strong` sees every write acknowledged before the call; `bounded` sees what has become searchable. */
export type Consistency = 'strong' | 'bounded'

export type SearchRequest = { query: Row; k: number; consistency: Consistency }

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
