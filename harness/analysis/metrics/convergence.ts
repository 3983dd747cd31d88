import type { Layout } from '../../model/layout.ts'
import type { MetricRow } from '../../model/metric.ts'
import { arrivalsEndUs } from '../../model/plan.ts'
import type { PointId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { allIds, departureOf, type FinalState, liveIn } from '../facts/final-state.ts'
import type { History } from '../facts/history.ts'
import { heldBy } from '../facts/holding.ts'
import type { Loss } from '../facts/losses.ts'

/** Ids whose current version was overwritten by a real-time predecessor: reported apart. */
export const excusedIds = (losses: readonly Loss[]): Set<PointId> =>
  new Set(losses.filter(({ kind }) => kind === 'real-time').map(({ version }) => version.id))

/**
 * From the end of arrivals until the first scan from which on every region shows its final state, if those are
 * equal and as expected; otherwise a lower bound, and finding regions-equal says what is wrong. No row without a
 * full scan of every region.
 */
export function convergenceRows(facts: Facts): MetricRow[] {
  const { history, versions, finals, losses, layout } = facts
  if (!finals || !losses) return []
  const { endUs } = history
  const startUs = arrivalsEndUs(history.plan)
  const excused = excusedIds(losses)
  const judging = { versions, layout, endUs, excused }
  const asExpected = allIds(finals, versions).every(
    (id) =>
      allHold(finals, layout, id) &&
      finals.every((state) => departureOf(state, id, judging) === null),
  )
  const at = { metric: 'convergence', unit: 'us', count: 1 } as const
  if (!asExpected) return [{ ...at, low: endUs - startUs, censored: 1 }]
  const steadyUs = finals.map(({ region }) => steadyFromUs(history, region))
  return [{ ...at, value: Math.max(...steadyUs) - startUs }]
}

/** Whether all holders of an id have the same live version of it, or none; what lies elsewhere does not count. */
export function allHold(finals: readonly FinalState[], layout: Layout, id: PointId): boolean {
  const [first, ...others] = heldBy(finals, layout, id)
  if (!first) return true
  const write = liveIn(first, id)
  return others.every((state) => liveIn(state, id) === write)
}

/** First scan of a region from which on its digest never changed. */
function steadyFromUs({ scans }: History, region: string): Us {
  const mine = scans.filter((scan) => scan.region === region)
  const last = mine.at(-1)
  let fromUs = last?.t ?? 0
  for (let i = mine.length - 1; i >= 0 && mine[i]?.digest === last?.digest; i--)
    fromUs = mine[i]?.t ?? fromUs
  return fromUs
}
