import {
  clusterInterval,
  halfWidth,
  MEAN_FROM,
  quantileRanks,
  wilson,
} from '../../base/confidence.ts'
import type { Distribution, Interval } from '../../base/histogram.ts'
import { Rng } from '../../base/rng.ts'
import type { Place } from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { SECOND } from '../../model/units.ts'
import type { Analysed } from '../analyse.ts'
import { phaseLengthUs } from '../facts/phases.ts'
import { clustersOf } from '../metrics/query-clusters.ts'

const unknown: Interval = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }

/**
 * What values show of the quantile of what they were drawn from: the values at the ranks that bound it. Censored ones
 * count as their bound at the low end and as endless at the high end.
 */
export function shownByValues(values: Distribution, q: number, confidence: number): Interval {
  const { low, high } = quantileRanks(values.count, q, confidence)
  return {
    low: low < 1 ? unknown.low : values.atRank(low).low,
    high: high > values.count ? unknown.high : values.atRank(high).high,
  }
}

/** What values show of the mean of what they were drawn from, by the normal law; few of them show nothing. */
export function shownByMean(values: Distribution, confidence: number): Interval {
  if (values.count < MEAN_FROM) return unknown
  const { low, high } = values.mean()
  const half = halfWidth(values.deviation(), values.count, confidence)
  return { low: low - half, high: high + half }
}

/** What `count` operations show of a share. */
export function shownByShare(share: number, count: number, confidence: number): Interval {
  return wilson(share * count, count, confidence)
}

/** Operations scheduled in a second of a phase: what goodput would be if all were answered in time. */
export function offeredPerSec(count: number, phase: string, { phases }: Analysed): number {
  return (count * SECOND) / phaseLengthUs(phases, phase)
}

/** What the queries asked in a place show of a mean over queries; by draws that the plan's seed decides. */
export function shownByQueries(
  { metric }: LimitPlan,
  { members, phase = '' }: Place,
  confidence: number,
  { plan, queries }: Analysed,
): Interval {
  const cells = queries.filter(
    (cell) => cell.metric === metric && cell.phase === phase && members.includes(cell.place),
  )
  const rng = new Rng(plan.seed).fork(`evidence/${metric}/${members.join('+')}/${phase}`)
  return clusterInterval(clustersOf(cells), confidence, rng)
}
