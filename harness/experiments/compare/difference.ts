import type { Interval } from '../../base/histogram.ts'
import type { Rng } from '../../base/rng.ts'
import { beyond, type Spread, studentT, welch } from '../student.ts'
import { CONFIDENCE, type Estimate } from './estimate.ts'
import { groupsDealt, signFlips } from './permutation.ts'

/** How much larger a figure is in B than in A. */
export type Difference = {
  /** Both ends where the figures themselves are known by their ends only. */
  value: Interval
  /** Where it would be found again, at 95 %. */
  shown: Interval
  /** How often chance alone makes a difference as large: the smaller, the less it was chance. */
  p: number
  /** The same by rearranging the runs, which assumes no law; absent of one run each. */
  rearranged?: number
}

/**
 * Of one run each. The ends of the difference from the ends of both figures, by the method that is Newcombe's for
 * shares ("Interval estimation for the difference between independent proportions", 1998, method 10) and holds for
 * every figure with an interval (Zou and Donner, "Construction of confidence limits about effect measures", 2008). p by
 * Student's law from the same widths.
 */
export function ofEstimates(a: Estimate, b: Estimate): Difference {
  const value = minus(b.figure, a.figure)
  const least = Math.hypot(sideOf(b, 'low'), sideOf(a, 'high'))
  const most = Math.hypot(sideOf(b, 'high'), sideOf(a, 'low'))
  const shown = { low: value.low - least, high: value.high + most }
  const up = { a: errorOf(a, 'high'), b: errorOf(b, 'low') }
  const down = { a: errorOf(a, 'low'), b: errorOf(b, 'high') }
  return { value, shown, p: chance(value, up, down) }
}

/** How far the interval of a figure reaches beyond it; an end that is open already reaches no further. */
function sideOf({ figure, shown }: Estimate, side: 'low' | 'high'): number {
  return figure[side] === shown[side] ? 0 : Math.abs(shown[side] - figure[side])
}

/** The standard error that one side of an interval came from. */
function errorOf(estimate: Estimate, side: 'low' | 'high'): Spread {
  const { freedom } = estimate
  return { error: sideOf(estimate, side) / studentT(CONFIDENCE, freedom), freedom }
}

type Sides = { a: Spread; b: Spread }

/** A difference that is known by its ends counts as the one nearer to none. */
function chance({ low, high }: Interval, up: Sides, down: Sides): number {
  if (low <= 0 && high >= 0) return 1
  const { a, b } = low > 0 ? up : down
  const error = Math.hypot(a.error, b.error)
  if (!Number.isFinite(error)) return 1
  return beyond((low > 0 ? low : high) / error, welch(a, b))
}

/** Fewer pairs, or runs a side, and rearranging them all would not make a rare case of the rarest: 2 ÷ 2⁶, 2 ÷ 70. */
export const LEAST_PAIRS = 6
export const LEAST_RUNS = 4

/**
 * Of runs in pairs of one seed each: mean difference with the interval of Student ("The probable error of a mean",
 * 1908), and how often signs given at random make one as large.
 */
export function ofPairs(pairs: readonly (readonly [Interval, Interval])[], rng: Rng): Difference {
  const differences = pairs.map(([a, b]) => minus(b, a))
  const of = (ends: readonly number[]): OfEnds => ({
    spread: spreadOf(ends),
    rearranged: signFlips(ends, rng),
  })
  return concluded(of(lows(differences)), of(highs(differences)))
}

/**
 * Of runs that have nothing in common: difference of the means, with the interval of Welch (see `welch`), and how often
 * runs dealt at random to both sides are as far apart.
 */
export function ofGroups(a: readonly Interval[], b: readonly Interval[], rng: Rng): Difference {
  const difference = (as: readonly number[], bs: readonly number[]): OfEnds => {
    const [one, two] = [spreadOf(as), spreadOf(bs)]
    const error = Math.hypot(one.error, two.error)
    const spread = { mean: two.mean - one.mean, error, freedom: welch(one, two) }
    return { spread, rearranged: groupsDealt(as, bs, rng) }
  }
  const [aLow, aHigh, bLow, bHigh] = [lows(a), highs(a), lows(b), highs(b)]
  return concluded(difference(aHigh, bLow), difference(aLow, bHigh))
}

type OfEnds = { spread: Spread & { mean: number }; rearranged: number }

/** From the least and the most that the difference can have been. */
function concluded(least: OfEnds, most: OfEnds): Difference {
  const value = { low: least.spread.mean, high: most.spread.mean }
  const half = ({ spread }: OfEnds) => spread.error * studentT(CONFIDENCE, spread.freedom)
  const shown = { low: value.low - half(least), high: value.high + half(most) }
  if (value.low <= 0 && value.high >= 0) return { value, shown, p: 1, rearranged: 1 }
  const { spread, rearranged } = value.low > 0 ? least : most
  return { value, shown, p: beyond(spread.mean / spread.error, spread.freedom), rearranged }
}

/** Mean, and its standard error. */
function spreadOf(values: readonly number[]): Spread & { mean: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  const freedom = values.length - 1
  return { mean, error: Math.sqrt(squares / freedom / values.length), freedom }
}

/** Two that never ended may be apart by anything. */
const minus = (b: Interval, a: Interval): Interval => ({
  low: b.low === a.high && !Number.isFinite(b.low) ? Number.NEGATIVE_INFINITY : b.low - a.high,
  high: b.high === a.low && !Number.isFinite(a.low) ? Number.POSITIVE_INFINITY : b.high - a.low,
})
const lows = (values: readonly Interval[]): number[] => values.map(({ low }) => low)
const highs = (values: readonly Interval[]): number[] => values.map(({ high }) => high)
