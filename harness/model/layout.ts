import type { PointId, Row } from './point.ts'
import type { RegionName } from './units.ts'

/** The vectors that rows and queries stand for, as integer codes of one scale: distances between them are exact. */
export interface Space {
  readonly dim: number
  /** Points 0 … base - 1 with rows of the same number are there when a run begins. */
  readonly base: number
  row(row: Row): Int8Array
  query(query: Row): Int8Array
}

/**
 * Where points live as a system places them when a run begins: a pure function of its knobs. The world loads the base
 * by it, and the analysis knows by it who has to hold what.
 */
export interface Layout {
  /** Number of shards, at least 1. */
  readonly shards: number
  /** A point's shard; for a tombstone (row -1) that of the id alone, or 0 where ids alone say nothing. */
  shardOf(id: PointId, row: Row): number
  /** Regions that keep the point, the primary one first. */
  holders(id: PointId): readonly RegionName[]
  /** Regions that vectors of the point may be sent to; null: all. */
  pinned(id: PointId): readonly RegionName[] | null
}

/** One shard, kept by all. */
export const keptByAll = (regions: readonly RegionName[]): Layout => ({
  shards: 1,
  shardOf: () => 0,
  holders: () => regions,
  pinned: () => null,
})

/** The points of `base` that a region keeps, each with its shard. Where there is one shard, nothing is said of shards. */
export const keptIn = (
  region: RegionName,
  base: readonly { id: PointId; row: Row }[],
  layout: Layout,
): { id: PointId; row: Row; shard?: number }[] =>
  base
    .filter(({ id }) => layout.holders(id).includes(region))
    .map(({ id, row }) => ({
      ...{ id, row },
      ...(layout.shards > 1 && { shard: layout.shardOf(id, row) }),
    }))
