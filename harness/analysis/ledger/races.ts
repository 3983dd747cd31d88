import type { PointId, WriteId } from '../../model/point.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'

/** Upserts that came to a region in which a delete stood that had won over them. */
export function deleteMetOlder({ history, states, versions }: Facts): number {
  let met = 0
  for (const { hop, region, id, write, t } of history.hops) {
    if (hop !== 'older') continue
    const arriving = versions.get(id, write)
    const there = versions.get(id, states.get(region)?.applied(id, t) ?? -1)
    if (arriving && !arriving.deleted && there?.deleted) met++
  }
  return met
}

/** Copies of a write that came again after another write had taken its place. */
export function duplicateAfterReplacement({ history }: Facts): number {
  const applied = new Map<string, { writes: Set<WriteId>; last: WriteId }>()
  let again = 0
  for (const { hop, region, id, write } of history.hops) {
    const key = `${region} ${id}`
    const here = applied.get(key)
    if (hop === 'applied') {
      if (here) {
        here.writes.add(write)
        here.last = write
      } else applied.set(key, { writes: new Set([write]), last: write })
    } else if (
      (hop === 'older' || hop === 'duplicate' || hop === 'again') &&
      here?.writes.has(write)
    )
      if (here.last !== write) again++
  }
  return again
}

/** Writes that one incarnation applied and a later one was given again. */
export function afterRestart({ history }: Facts): number {
  if (history.agents.every(({ what }) => what !== 'crash')) return 0
  const first = new Map<string, number>()
  let again = 0
  for (const { hop, region, write, incarnation } of history.hops) {
    if (incarnation === undefined) continue
    const key = `${region} ${write}`
    const before = first.get(key)
    if (hop === 'applied' && before === undefined) first.set(key, incarnation)
    else if ((hop === 'duplicate' || hop === 'again' || hop === 'applied') && before !== undefined)
      if (incarnation > before) again++
  }
  return again
}

/**
 * Operations that went to another region than their client's while a region was catching up, of clients who in calm
 * times are served at home.
 */
export function failoverWhileDraining({ history, phaseOf }: Facts): number {
  const away = history.ops.filter(
    ({ gateway, region, dispatched }) => gateway !== region && dispatched !== null,
  )
  const inPhase = ({ dispatched }: Op, phase: string) => phaseOf(dispatched ?? 0).startsWith(phase)
  const roaming = new Set(away.filter((op) => inPhase(op, 'baseline')).map(({ region }) => region))
  return away.filter((op) => inPhase(op, 'recovery:') && !roaming.has(op.region)).length
}

/** Writes whose client was told nothing, and which were applied all the same after it had given up. */
export function writesThatCameLate({ history }: Facts): number {
  const unknown = new Map<WriteId, { id: PointId; done: number }>()
  for (const { op, id, kind, outcome, done } of history.ops)
    if (outcome === 'unknown' && done !== null && (kind === 'upsert' || kind === 'delete'))
      unknown.set(op, { id, done })
  if (unknown.size === 0) return 0
  const late = new Set<WriteId>()
  for (const { hop, write, t } of history.hops) {
    const given = unknown.get(write)
    if (given && hop === 'applied' && t > given.done) late.add(write)
  }
  return late.size
}
