import type { PointId } from '../model/point.ts'
import type { Us } from '../model/units.ts'
import type { Neighbours, Slot } from './recall.ts'
import { ABSENT, type RegionState } from './region-state.ts'
import type { Versions } from './versions.ts'

/** Why a point that should have been returned was not: exactly one, the first of this order that holds. */
export const missCauses = ['cache', 'replication', 'visibility', 'ghost', 'index'] as const
export type MissCause = (typeof missCauses)[number]

/** What the cause of a miss is looked up in: the search, and the region that answered it. */
export type Answering = {
  query: number
  k: number
  dispatched: Us
  done: Us
  fromCache: boolean
  state: RegionState
}

/**
 * `cache`: a cache answered. `replication`: the region did not have this version yet. `visibility`: it had, but
 * searches could not see it, or the store was away. `ghost`: k others that the region saw, dead or older ones
 * among them, are as near. `index`: it was there to be found and was not.
 */
export function causeOf(
  { version, distance }: Slot,
  answering: Answering,
  versions: Versions,
  neighbours: Neighbours,
): MissCause {
  const { state, dispatched, done, fromCache } = answering
  const { id, write } = version
  if (fromCache) return 'cache'
  if (state.applied(id, dispatched) !== write) return 'replication'
  if (state.visible(id, dispatched) !== write || !state.serving(dispatched)) return 'visibility'
  const crowded = (us: Us) =>
    othersWithin(answering, { id, distance }, us, versions, neighbours) >= answering.k
  return crowded(dispatched) || crowded(done) ? 'ghost' : 'index'
}

/** How many other points the region saw at `us` within a distance; stops counting at k. */
function othersWithin(
  { query, k, state }: Answering,
  missed: { id: PointId; distance: number },
  us: Us,
  versions: Versions,
  neighbours: Neighbours,
): number {
  let others = 0
  for (const row of neighbours.list(query)) {
    const holders = versions.holders(row)
    if (!holders) continue
    if (others >= k || neighbours.distance(query, row) > missed.distance) break
    for (const { id, write } of holders)
      if (id !== missed.id && write !== ABSENT && state.visible(id, us) === write) others++
  }
  return others
}
