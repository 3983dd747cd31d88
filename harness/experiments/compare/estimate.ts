import type { QueryCell } from '../../analysis/metrics/query-clusters.ts'
import { clusterInterval, quantileRanks, wilson, z } from '../../base/confidence.ts'
import type { Distribution, Interval, Sequence } from '../../base/histogram.ts'
import { Rng } from '../../base/rng.ts'
import { studentT } from '../student.ts'

/** How sure the interval of each figure, and of each difference, is. */
export const CONFIDENCE = 0.95

/** A figure of one run, and what its sample shows of it at 95 %; `freedom` tells how well the width is known. */
export type Estimate = { figure: Interval; shown: Interval; freedom: number }

/** A phase is cut into so many stretches, of not fewer than so many values each. */
const STRETCHES = 20
const LEAST_STRETCHES = 10
const LEAST_VALUES = 5

/**
 * What values show of a quantile. Values of a run are alike when they follow each other, as in a queue, so they show
 * less than as many drawn apart: how much less is told by the share at or below the quantile in stretches of the run
 * (Woodruff, "Confidence intervals for medians and other position measures", 1952), and the ranks are those of so many
 * fewer values (Korn and Graubard, "Confidence intervals for proportions with small expected number of positive counts
 * estimated from survey data", 1998). null where there are too few values, or not even the largest is a bound.
 */
export function quantileEstimate(values: Sequence, q: number): Estimate | null {
  const figure = values.quantile(q)
  const stretches = Math.min(STRETCHES, Math.floor(values.count / LEAST_VALUES))
  if (stretches < LEAST_STRETCHES) return null
  const freedom = stretches - 1
  const atOrBelow = values.order.map((value) => (value <= figure.low ? 1 : 0))
  const effect = designEffect(atOrBelow, stretches)
  const count = Math.max(1, Math.floor(effective(values.count, effect, freedom)))
  const ranks = quantileRanks(count, q, CONFIDENCE)
  if (ranks.low < 1 || ranks.high > count) return null
  const scale = values.count / count
  const shown = {
    low: at(values, Math.floor(ranks.low * scale)).low,
    high: at(values, Math.ceil(ranks.high * scale)).high,
  }
  return { figure, freedom, shown: around(figure, shown) }
}

const at = (values: Distribution, rank: number): Interval =>
  values.atRank(Math.max(1, Math.min(values.count, rank)))

/** How many values drawn apart show as much, with the width not known but estimated. */
const effective = (count: number, effect: number, freedom: number): number =>
  (count / effect) * (Z / studentT(CONFIDENCE, freedom)) ** 2

const Z = z(CONFIDENCE)

/**
 * Variance of the mean of a sequence, from the means of its stretches, ÷ what it would be of values drawn apart; at
 * least 1 (Kish, "Survey sampling", 1965, section 8.2).
 */
export function designEffect(values: readonly number[], stretches: number): number {
  const mean = meanOf(values)
  const apart = (mean * (1 - mean)) / values.length
  if (apart <= 0) return 1
  const means: number[] = []
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * values.length) / stretches)
    means.push(meanOf(values.slice(from, Math.floor(((i + 1) * values.length) / stretches))))
  }
  const squares = means.reduce((sum, one) => sum + (one - mean) ** 2, 0)
  return Math.max(1, squares / (stretches - 1) / stretches / apart)
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** What operations show of a share of them: Wilson's interval, see there. */
export function shareEstimate(figure: Interval, count: number): Estimate | null {
  if (count < 2) return null
  const low = wilson(figure.low * count, count, CONFIDENCE).low
  const high = wilson(figure.high * count, count, CONFIDENCE).high
  return { figure, shown: around(figure, { low, high }), freedom: count - 1 }
}

/**
 * What operations in a second show of their rate: they come by chance, so how many come is drawn too. Score interval of
 * a Poisson count (Barker, "A comparison of nine confidence intervals for a Poisson parameter when the expected number
 * of events is ≤ 5", 2002). `seconds`: how long they were counted.
 */
export function rateEstimate(figure: Interval, seconds: number): Estimate | null {
  if (!(seconds > 0)) return null
  const spread = (rate: number) => Z * Math.sqrt(rate * seconds + Z ** 2 / 4)
  const end = (rate: number, sign: 1 | -1) =>
    Math.max(0, (rate * seconds + Z ** 2 / 2 + sign * spread(rate)) / seconds)
  const shown = { low: end(figure.low, -1), high: end(figure.high, 1) }
  return { figure, shown: around(figure, shown), freedom: Number.POSITIVE_INFINITY }
}

/** Of fewer different queries nothing is concluded: they are drawn from again and again, and show only each other. */
const LEAST_QUERIES = 10

/** What the queries asked show of a mean over queries: whole queries drawn anew, see `clusterInterval`. */
export function queryEstimate(figure: Interval, { clusters, ...at }: QueryCell): Estimate | null {
  if (clusters.size < LEAST_QUERIES) return null
  const rng = new Rng(1).fork(`compare/${at.metric}/${at.place}/${at.phase}`)
  const shown = clusterInterval([...clusters.values()], CONFIDENCE, rng)
  return { figure, shown: around(figure, shown), freedom: clusters.size - 1 }
}

/** The interval holds the figure, whatever rounding did. */
const around = (figure: Interval, { low, high }: Interval): Interval => ({
  low: Math.min(low, figure.low),
  high: Math.max(high, figure.high),
})
