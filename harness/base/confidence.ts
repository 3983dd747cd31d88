import type { Interval } from './histogram.ts'
import { invariant } from './invariant.ts'
import type { Rng } from './rng.ts'

/**
 * Levels of confidence and their z: a standard normal value lies in -z … z with this probability. A table, because
 * the inverse of the normal law needs a logarithm, whose last bit differs between engines; simple-statistics' `probit`
 * is also off in the third digit (1.9572 for 1.95996).
 */
const zOf = new Map([
  [0.8, 1.2815515655446004],
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
  [0.999, 3.2905267314919255],
])

export const confidences: readonly number[] = [...zOf.keys()]

/** The z of one of these levels. Throws for any other. */
export function z(confidence: number): number {
  const found = zOf.get(confidence)
  invariant(found !== undefined, `${confidence} is none of the levels of confidence`)
  return found
}

/**
 * Score interval of a share of which `good` of `count` independent trials were (Wilson, "Probable inference, the law of
 * succession, and statistical inference", 1927). `good` may be a fraction; without trials nothing is known: 0 … 1.
 */
export function wilson(good: number, count: number, confidence: number): Interval {
  if (count === 0) return { low: 0, high: 1 }
  const share = good / count
  const square = z(confidence) * z(confidence)
  const centre = (good + square / 2) / (count + square)
  const spread = Math.sqrt(share * (1 - share) * count + square / 4)
  const half = (z(confidence) * spread) / (count + square)
  return {
    low: share <= 0 ? 0 : Math.max(0, centre - half),
    high: share >= 1 ? 1 : Math.min(1, centre + half),
  }
}

/** Halvings of 0 … 1 until a share is known to more digits than anybody reads. */
const HALVINGS = 44

/**
 * Both ends of the chance of a trial of which `good` of `count` were, exact for any chance: each end is missed with
 * probability (1 - confidence) ÷ 2 at most (Clopper and Pearson, "The use of confidence or fiducial limits illustrated in
 * the case of the binomial", 1934). Where none or all were good only one end can be missed, and has all of it: of
 * `count` trials without a single good one the upper end is 1 - 0.05^(1/count) at 95 %, about 3 ÷ count (Hanley and
 * Lippman-Hand, "If nothing goes wrong, is everything all right?", 1983). Without trials nothing is known: 0 … 1.
 */
export function exactShare(good: number, count: number, confidence: number): Interval {
  if (count === 0) return { low: 0, high: 1 }
  const missed = (1 - confidence) / (good === 0 || good === count ? 1 : 2)
  return {
    low: good === 0 ? 0 : 1 - highestShare(count - good, count, missed),
    high: good === count ? 1 : highestShare(good, count, missed),
  }
}

/** The chance at which so few good trials, or fewer, come with probability `missed`. */
function highestShare(good: number, count: number, missed: number): number {
  let [low, high] = [good / count, 1]
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (low + high) / 2
    if (chanceOfAtMost(good, count, middle) > missed) low = middle
    else high = middle
  }
  return high
}

function chanceOfAtMost(good: number, count: number, share: number): number {
  const { first, weights } = binomial(count, share)
  const sum = (some: readonly number[]) => some.reduce((all, weight) => all + weight, 0)
  return sum(weights.slice(0, Math.max(0, good - first + 1))) / sum(weights)
}

/** From so many values on their mean is taken to follow the normal law, as textbooks do. */
export const MEAN_FROM = 30

/** Half the width of the interval of a mean of `count` values with this standard deviation, by the normal law. */
export const halfWidth = (deviation: number, count: number, confidence: number): number =>
  (z(confidence) * deviation) / Math.sqrt(count)

/**
 * How many trials it takes at least to show by Wilson's interval that a share is no less than `least`, if every trial
 * is good: count ÷ (count + z²) ≥ least. Infinity for 1, which no number of trials shows.
 */
export function trialsToShow(least: number, confidence: number): number {
  const square = z(confidence) * z(confidence)
  return Math.ceil((square * least) / (1 - least) - 1e-9)
}

/**
 * Ranks, from 1, of the values that bound quantile `q` of whatever the values were drawn from, each end missed with
 * probability (1 - confidence) ÷ 2 at most, whatever the law (David and Nagaraja, "Order statistics", 2003, section
 * 7.1). `low` is 0 and `high` is count + 1 where not even the smallest or the largest value is a bound.
 */
export function quantileRanks(
  count: number,
  q: number,
  confidence: number,
): { low: number; high: number } {
  const missed = (1 - confidence) / 2
  const { first, weights } = binomial(count, q)
  const most = missed * weights.reduce((sum, weight) => sum + weight, 0) * (1 + 1e-9)
  // low: so many values or more lie at or below the quantile, but for `missed`.
  let low = first
  for (let below = 0; ; low++) {
    below += weights[low - first] ?? Number.POSITIVE_INFINITY
    if (below > most) break
  }
  let high = first + weights.length
  for (let above = 0; ; high--) {
    above += weights[high - 1 - first] ?? Number.POSITIVE_INFINITY
    if (above > most) break
  }
  return { low, high }
}

/** Weights below this part of the largest one are left out: their sum is beyond what a double tells. */
const NEGLIGIBLE = 1e-20

/**
 * Chances, up to a common factor, that `first`, `first` + 1 … of `count` trials are good. By the ratio of neighbours
 * from the likeliest number on: products only, so every engine gives the same.
 */
function binomial(count: number, q: number): { first: number; weights: number[] } {
  const mode = Math.min(count, Math.floor((count + 1) * q))
  const odds = q / (1 - q)
  const down: number[] = []
  for (let i = mode, weight = 1; i > 0; i--) {
    weight *= i / (count - i + 1) / odds
    if (weight < NEGLIGIBLE) break
    down.push(weight)
  }
  const up: number[] = []
  for (let i = mode, weight = 1; i < count; i++) {
    weight *= ((count - i) / (i + 1)) * odds
    if (weight < NEGLIGIBLE) break
    up.push(weight)
  }
  return { first: mode - down.length, weights: [...down.reverse(), 1, ...up] }
}

/**
 * Samples that belong together, as all answers to one query do: their weight, and the sums of what is at least and at
 * most good of it. `trials` is how many independent yes-or-no answers they can be worth at most.
 */
export type Cluster = { weight: number; low: number; high: number; trials: number }

/**
 * Both ends of the share of `clusters` that is good, as it would come out with other clusters of the same kind: the
 * percentile bootstrap that draws whole clusters (Davison and Hinkley, "Bootstrap methods and their application", 1997,
 * section 3.8), but never narrower than Wilson's interval of as many trials as there are: clusters that are all alike
 * do not show that the next one is.
 */
export function clusterInterval(
  clusters: readonly Cluster[],
  confidence: number,
  rng: Rng,
): Interval {
  if (clusters.length === 0) return { low: 0, high: 1 }
  const all = sumOf(clusters)
  const [leastLow, mostHigh] = [all.low / all.weight, all.high / all.weight]
  const least = wilson(leastLow * all.trials, all.trials, confidence).low
  const most = wilson(mostHigh * all.trials, all.trials, confidence).high
  const drawn = alike(clusters)
    ? { low: leastLow, high: mostHigh }
    : bootstrap(clusters, confidence, rng)
  return { low: Math.min(least, drawn.low), high: Math.max(most, drawn.high) }
}

const sumOf = (clusters: readonly Cluster[]): Cluster =>
  clusters.reduce(
    (sum, { weight, low, high, trials }) => ({
      weight: sum.weight + weight,
      low: sum.low + low,
      high: sum.high + high,
      trials: sum.trials + trials,
    }),
    { weight: 0, low: 0, high: 0, trials: 0 },
  )

/** Where each cluster is all good, or none is, every draw gives the same. */
const alike = (clusters: readonly Cluster[]): boolean =>
  clusters.every(({ weight, low }) => low === weight) || clusters.every(({ high }) => high === 0)

/** Draws that are beyond each end of the interval. */
const DRAWS_BEYOND = 25

function bootstrap(clusters: readonly Cluster[], confidence: number, rng: Rng): Interval {
  const missed = (1 - confidence) / 2
  const draws = Math.round(DRAWS_BEYOND / missed)
  const lows = new Float64Array(draws)
  const highs = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++) {
    let [weight, low, high] = [0, 0, 0]
    for (let i = 0; i < clusters.length; i++) {
      const cluster = clusters[rng.int(clusters.length)] as Cluster
      weight += cluster.weight
      low += cluster.low
      high += cluster.high
    }
    lows[draw] = low / weight
    highs[draw] = high / weight
  }
  return {
    low: lows.sort()[DRAWS_BEYOND - 1] as number,
    high: highs.sort()[draws - DRAWS_BEYOND] as number,
  }
}
