import type { IndexPlan, IterativeScan } from '../../model/plan.ts'
import type { PointId, Row } from '../../model/point.ts'
import type { Purgeable, VectorStore } from '../../ports/store.ts'
import type { Vectors } from './vectors.ts'

/** What a store's server says of itself, e.g. `rows sealed` 5001. Shown beside our own figures, never believed. */
export type StoreFigure = { figure: string; value: number }

/** A client of one region's store on a real server. */
export type StoreClient = VectorStore &
  Purgeable & {
    figures(): Promise<StoreFigure[]>
    /** Calls after it are refused. */
    close(): Promise<void>
  }

/** What a client is opened with, whichever server it is for. */
export type StoreSetting = {
  /** `host:port`. */
  address: string
  /** Most calls that may be under way at once. */
  inFlight: number
  /** Name of the run's collection or table. */
  collection: string
  vectors: Vectors
  index: IndexPlan
  /** Parts that searches may be restricted to; absent: the store is not divided. Every live point names its part then. */
  shards?: number
  /** For pgvector: whether a search goes on where its candidates are used up. */
  iterativeScan: IterativeScan
}

/** Whether the points of a store belong to shards. */
export const isDivided = ({ shards = 1 }: Pick<StoreSetting, 'shards'>): boolean => shards > 1

/** Points a store holds before a run; none where its region keeps none. `shard`: where the store is divided. */
export type Base = readonly { id: PointId; row: Row; shard?: number }[]

export type LoadOptions = {
  /** For everything, from health to canary. */
  withinMs: number
  onStep(text: string): void
}
