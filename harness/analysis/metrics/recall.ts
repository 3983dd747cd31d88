import type { PointId, Row, WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Version, Versions } from '../facts/versions.ts'

/** For each query pool rows, nearest first (ties by row), and squared distances. */
export interface Neighbours {
  /** At least `least` rows, or all: where a walk comes to its end, there may be more. */
  list(query: Row, least?: number): Int32Array
  distance(query: Row, row: Row): number
  /** Dimensions of a vector; absent where vectors are not real ones. */
  readonly dim?: number
}

/** A search and its answer, best first. */
type AnsweredSearch = {
  query: Row
  k: number
  dispatched: Us
  done: Us
  ids: readonly PointId[]
  writes: readonly WriteId[]
}

/** One place of the exact answer: a point that was certainly live, or the nearest one an uncertain id can be. */
type Slot = { version: Version; certain: boolean }

/** A point that should have been returned, and how far it is. */
export type Missed = { version: Version; distance: number }

/** An answer held against exact search; hits + undetermined + missed = k always. */
export type JudgedSearch = {
  /** min(k asked, points certainly live); the k of this sample. */
  k: number
  hits: number
  /** Slots of uncertain ids that were not returned: nobody can say whether they should have been. */
  undetermined: number
  /** Certain points that were not returned. */
  missed: Missed[]
  /** Ids returned with a version that was certainly superseded. */
  old: ReadonlySet<PointId>
}

/**
 * Holds one answer against exact search over what was live while it ran. Walks the query's list: each certain
 * live point and the nearest candidate of each uncertain id takes a slot until k are filled; a returned version
 * within the distance of the last slot is a hit if it may have been current (ties count). null if nothing was
 * certainly live: then there is nothing to find.
 */
export function judgeSearch(
  search: AnsweredSearch,
  versions: Versions,
  neighbours: Neighbours,
): JudgedSearch | null {
  const slots = slotsOf(search, versions, neighbours)
  const k = slots.length
  if (k === 0) return null
  const { hit, old } = returnedOf(search, versions, neighbours, slots)
  const open = slots.filter(({ version }) => !hit.has(version.id))
  const hits = hit.size
  const undetermined = Math.min(open.filter(({ certain }) => !certain).length, k - hits)
  // A tie returned from outside the slots takes the place of the farthest one missed.
  const missed = open
    .filter(({ certain }) => certain)
    .slice(0, k - hits - undetermined)
    .map(({ version }) => ({
      version,
      distance: neighbours.distance(search.query, version.row),
    }))
  return { k, hits, undetermined, missed, old }
}

/** The slots of the exact answer, nearest first: min(k, points certainly live) of them. */
function slotsOf(
  { query, k, dispatched, done }: AnsweredSearch,
  versions: Versions,
  neighbours: Neighbours,
): Slot[] {
  const slots: Slot[] = []
  const living = versions.livingIn(dispatched, done)
  let uncertain: Set<PointId> | null = null
  let live = 0
  let list = neighbours.list(query)
  for (let i = 0; slots.length < k || live < k; i++) {
    if (i === list.length) list = neighbours.list(query, i + 1)
    if (i === list.length) break
    for (const version of living.in(list[i] as Row)) {
      const certain =
        (version.ack <= dispatched && living.isAlone(version)) ||
        versions.certain(version, dispatched, done)
      if (certain) live++
      if (slots.length >= k) continue
      if (!certain) {
        if (uncertain?.has(version.id)) continue
        uncertain = (uncertain ?? new Set()).add(version.id)
      }
      slots.push({ version, certain })
    }
  }
  return slots.slice(0, live)
}

/** Whether an exact answer given from `dispatched` to `done` may have held this version. */
function isCandidate(version: Version, dispatched: Us, done: Us): boolean {
  return version.inv <= done && version.sup > dispatched
}

const nobody: ReadonlySet<PointId> = new Set()

/** Ids returned with a version that counts, at most k of them, and ids returned with one that no longer does. */
function returnedOf(
  { query, dispatched, done, ids, writes }: AnsweredSearch,
  versions: Versions,
  neighbours: Neighbours,
  slots: readonly Slot[],
): { hit: ReadonlySet<PointId>; old: ReadonlySet<PointId> } {
  const last = slots.at(-1) as Slot
  // Where a vector is looked up is the slowest part of all this, and most of what is returned has a slot.
  const isWithin = (version: Version) =>
    slots.some((slot) => slot.version === version) ||
    neighbours.distance(query, version.row) <= neighbours.distance(query, last.version.row)
  const hit = new Set<PointId>()
  let old: Set<PointId> | null = null
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as PointId
    const version = versions.get(id, writes[i] as WriteId)
    if (!version || version.deleted) continue
    if (!isCandidate(version, dispatched, done)) old = (old ?? new Set()).add(id)
    else if (hit.size < slots.length && isWithin(version)) hit.add(id)
  }
  return { hit, old: old ?? nobody }
}
