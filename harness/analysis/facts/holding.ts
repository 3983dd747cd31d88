import type { Layout } from '../../model/layout.ts'
import type { PointId } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'
import type { FinalState } from './final-state.ts'

/** The same layout, which works out who holds an id only once: the analysis asks again and again. */
export function remembered(layout: Layout): Layout {
  const known = new Map<PointId, readonly RegionName[]>()
  return {
    shards: layout.shards,
    shardOf: (id, row) => layout.shardOf(id, row),
    pinned: (id) => layout.pinned(id),
    holders(id) {
      const found = known.get(id) ?? layout.holders(id)
      known.set(id, found)
      return found
    },
  }
}

/** The final states that an id is compared over: those of its holders, in the order of `finals`. */
export function heldBy(
  finals: readonly FinalState[],
  layout: Layout,
  id: PointId,
): readonly FinalState[] {
  const holders = layout.holders(id)
  const own = finals.filter(({ region }) => holders.includes(region))
  return own.length === finals.length ? finals : own
}
