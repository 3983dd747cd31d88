import type { RegionName, Us } from './units.ts'

/** Primary key of a point, chosen by the client. */
export type PointId = number

/** Index of a vector in the pool of the data set; systems carry it as the handle of the vector. */
export type Row = number

/**
 * The operation that wrote a version of a point; `0` for the version the base data holds.
 * (id, write) names a version for good: this is what makes every checker a lookup instead of a search.
 */
export type WriteId = number

/**
 * What a conflict rule compares. `wallUs` is the writer's idea of the time (skewed clocks included),
 * `counter` the logical part of a hybrid logical clock, `origin` the last tie-break.
 */
export type Stamp = { wallUs: Us; counter: number; origin: RegionName }

/** One version of one point as a store keeps it. A delete is a version too: a tombstone, with `row` -1. */
export type StoredPoint = {
  id: PointId
  row: Row
  write: WriteId
  stamp: Stamp
  deleted: boolean
  /** Part of the store it is kept in, for systems whose searches ask only some parts. */
  shard?: number
  /** A tombstone that is no delete: it removes the version of this very write, and is sent to nobody else. */
  dropped?: true
}

/** What a client has seen, by whatever its system counts in; it goes along with each of its operations. */
export type SessionToken = Readonly<Record<string, number>>

/** Row of a tombstone: it carries no vector. */
export const NO_ROW: Row = -1

/**
 * Every store holds one tombstone under this id from the start. A restarted Milvus answers *success with
 * 0 rows* until its segments are loaded; a read that finds the sentinel knows that absence means absence.
 */
export const SENTINEL_ID: PointId = -1

export const BASE_STAMP: Stamp = { wallUs: 0, counter: 0, origin: '' }

/** Negative if `a` is older than `b`: wall part, then counter, then origin by code units (never by locale). */
export function compareStamps(a: Stamp, b: Stamp): number {
  if (a.wallUs !== b.wallUs) return a.wallUs - b.wallUs
  if (a.counter !== b.counter) return a.counter - b.counter
  return a.origin < b.origin ? -1 : a.origin > b.origin ? 1 : 0
}

/** A change as it travels through logs and links: the version itself and where it entered. */
export type Change = StoredPoint & { origin: RegionName }

/** A stored point as a change that comes from where it was written first. */
export const changeOf = (point: StoredPoint): Change => ({ ...point, origin: point.stamp.origin })

/** Bytes a change occupies on a link: a float32 vector and its scalars; a tombstone has no vector. */
export function changeBytes(change: { deleted: boolean }, dim: number): number {
  return 72 + (change.deleted ? 0 : dim * 4)
}
