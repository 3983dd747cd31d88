import type { Layout } from '../../model/layout.ts'
import type { PointId, Row, WriteId } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { History } from './history.ts'
import type { Version, Versions } from './versions.ts'

/** What a region's store held for one id in its last full scan; a tombstone has row -1. */
export type HeldPoint = { write: WriteId; row: Row }

/** A region's last full scan. An id with several points is a duplicate. */
export type FinalState = {
  region: RegionName
  line: number
  held: ReadonlyMap<PointId, readonly HeldPoint[]>
}

/** The last full scan of every region; null if one of them has none. */
export function finalStates({ plan, scans }: History): FinalState[] | null {
  const states: FinalState[] = []
  for (const region of plan.regions) {
    const scan = scans.findLast((one) => one.region === region && one.final && one.ids)
    if (!scan) return null
    const held = new Map<PointId, HeldPoint[]>()
    for (const [i, id] of (scan.ids ?? []).entries()) {
      const point = { write: scan.writes?.[i] ?? -1, row: scan.rows?.[i] ?? -1 }
      const others = held.get(id)
      if (others) others.push(point)
      else held.set(id, [point])
    }
    states.push({ region, line: scan.line, held })
  }
  return states
}

const nothing: readonly HeldPoint[] = []

export const heldIn = (state: FinalState, id: PointId): readonly HeldPoint[] =>
  state.held.get(id) ?? nothing

/** The live write a region holds, or -1 for a tombstone or nothing. */
export function liveIn(state: FinalState, id: PointId): WriteId {
  return heldIn(state, id).find(({ row }) => row >= 0)?.write ?? -1
}

/** How what a region holds for one id departs from what it must hold once nothing is on its way. */
export type Departure = 'missing' | 'extra' | 'stale' | 'resurrected' | 'duplicate'
export const departures = ['missing', 'extra', 'stale', 'resurrected', 'duplicate'] as const

/**
 * What a final state is held against. `excused` are ids whose current version was overwritten by a real-time
 * predecessor: that is a finding of its own.
 */
type Judging = {
  versions: Versions
  layout: Layout
  endUs: Us
  excused: ReadonlySet<PointId>
}

/**
 * Null if the live version a region holds may be the current one at the end of the record, or if it holds none and is
 * not meant to. A live point in a region that is none of its holders is extra.
 */
export function departureOf(
  state: FinalState,
  id: PointId,
  { versions, layout, endUs, excused }: Judging,
): Departure | null {
  if (heldIn(state, id).length > 1) return 'duplicate'
  const write = liveIn(state, id)
  if (!layout.holders(id).includes(state.region)) return write < 0 ? null : 'extra'
  const current = versions.candidates(id, endUs, endUs)
  if (write < 0) return mayBeAbsent(current) || excused.has(id) ? null : 'missing'
  const version = versions.get(id, write)
  if (!version) return 'extra'
  if (current.includes(version) || excused.has(id)) return null
  return current.some(({ deleted }) => !deleted) ? 'stale' : 'resurrected'
}

/** Deleted, perhaps deleted, or perhaps never written. */
function mayBeAbsent(current: readonly Version[]): boolean {
  return (
    current.some(({ deleted }) => deleted) ||
    current.every(({ ack }) => ack === Number.POSITIVE_INFINITY)
  )
}

/** All ids that were ever written or are held anywhere, ascending. */
export function allIds(states: readonly FinalState[], versions: Versions): PointId[] {
  const ids = new Set(versions.ids())
  for (const { held } of states) for (const id of held.keys()) ids.add(id)
  return [...ids].sort((a, b) => a - b)
}
