import type { Layout } from '../../model/layout.ts'
import type { PointId, Row } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { type Op, storesOf } from '../facts/op.ts'
import { ABSENT, type RegionState } from '../facts/region-state.ts'
import type { Version, Versions } from '../facts/versions.ts'
import type { Missed, Neighbours } from './recall.ts'

/** Why a point that should have been returned was not: exactly one, the first of this order that holds. */
export const missCauses = [
  'cache',
  'routing',
  'replication',
  'visibility',
  'ghost',
  'index',
  'unattributed',
] as const
export type MissCause = (typeof missCauses)[number]

/** What the cause of a miss is looked up in: the search, and the stores its answer came from. */
type Answering = {
  query: number
  k: number
  dispatched: Us
  done: Us
  fromCache: boolean
  /** What the stores held whose answers were merged; empty if nothing is known of them. */
  states: readonly RegionState[]
  /** Whether the stores and shards that answered can have held this point. */
  asked: (version: Version) => boolean
  /** Something did not answer, and the answer does not say which shards. */
  partial: boolean
  /** Stores of which one, and nobody says which, answered for the shard of an id; empty if all of `states` did. */
  perhaps: (id: PointId) => readonly RegionState[]
}

/** Everything about a search that decides the causes of its misses; null if it was not answered. */
export function answeringOf(op: Op, { states, layout }: Facts): Answering | null {
  const { query, k, dispatched, done, shards, partial } = op
  if (dispatched === null || done === null) return null
  const regions = storesOf(op)
  return {
    ...{ query, k, dispatched, done },
    fromCache: op.cacheAge !== null,
    states: regions.flatMap((region) => states.get(region) ?? []),
    asked: askedOf(op, states, layout),
    partial: partial && shards === null,
    perhaps: (id) =>
      shards === null
        ? []
        : layout
            .holders(id)
            .flatMap((holder) => (regions.includes(holder) ? (states.get(holder) ?? []) : [])),
  }
}

/**
 * A shard that an answer does not name, or a point that none of the regions it names holds, was not asked. Where points
 * are moved, a shard has to have been the point's for as long as the search ran: nobody says when it looked.
 */
function askedOf(op: Op, states: Facts['states'], layout: Layout): Answering['asked'] {
  const regions = storesOf(op)
  const times = [op.dispatched, op.done].filter((us) => us !== null)
  const answered = op.shards ? new Set(op.shards.answered) : null
  return ({ id, row, write }) =>
    layout.holders(id).some((holder) => {
      if (!regions.includes(holder)) return false
      if (answered === null) return true
      const shardAt = (us: Us) =>
        states.get(holder)?.shardOf(id, write, us) ?? layout.shardOf(id, row)
      return times.every((us) => answered.has(shardAt(us)))
    })
}

/**
 * `cache`: a cache answered. `routing`: the point's shard was not asked, or did not answer. `replication`: no store
 * that answered had this version yet, or all of them had dropped it. `visibility`: one had it, but searches could not see it, or the store was away.
 * `ghost`: k others that these stores saw, dead or older ones among them, are as near. `index`: it was there to be
 * found and was not; where each shard was asked of one of its holders only, all of them had it. `unattributed`: so it seems, but part of what was asked did not answer, and nobody says which.
 */
export function causeOf(
  { version, distance }: Missed,
  answering: Answering,
  versions: Versions,
  neighbours: Neighbours,
): MissCause {
  const { states, dispatched, done, fromCache, asked, partial } = answering
  const { id, write } = version
  if (fromCache) return 'cache'
  if (!asked(version)) return 'routing'
  if (states.length === 0) return 'unattributed'
  const having = states.filter((state) => state.applied(id, dispatched) === write)
  if (having.length === 0) return 'replication'
  const shown = (state: RegionState) =>
    state.visible(id, dispatched) === write && state.serving(dispatched)
  if (!having.some(shown)) return 'visibility'
  if (partial) return 'unattributed'
  const crowded = (us: Us) =>
    othersWithin(answering, { id, distance }, us, versions, neighbours) >= answering.k
  if (crowded(dispatched) || crowded(done)) return 'ghost'
  // The holder that was asked may have been the one that lacked it: the index is blamed only if none did.
  const without = answering.perhaps(id).filter((state) => !shown(state))
  if (without.length === 0) return 'index'
  return without.every((state) => state.applied(id, dispatched) === write)
    ? 'visibility'
    : 'replication'
}

/** How many other points the stores that answered saw at `us` within a distance; stops counting at k. */
function othersWithin(
  { query, k, states, asked }: Answering,
  missed: { id: PointId; distance: number },
  us: Us,
  versions: Versions,
  neighbours: Neighbours,
): number {
  let others = 0
  let list = neighbours.list(query)
  for (let i = 0; ; i++) {
    if (i === list.length) list = neighbours.list(query, i + 1)
    if (i === list.length) break
    const row = list[i] as Row
    const holders = versions.holders(row)
    if (!holders) continue
    if (others >= k || neighbours.distance(query, row) > missed.distance) break
    for (const version of holders) {
      const { id, write } = version
      const seen = states.some((state) => state.visible(id, us) === write)
      if (id !== missed.id && write !== ABSENT && seen && asked(version)) others++
    }
  }
  return others
}
