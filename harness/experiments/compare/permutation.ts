import type { Rng } from '../../base/rng.ts'

/** Up to so many arrangements all are tried, which is 15 pairs; of more, so many are drawn. */
const MOST = 2 ** 15
const DRAWN = 9_999
/** Two sums that differ by rounding only are equal. */
const ROUNDING = 1e-9

/**
 * How often signs given at random make the sum of differences as far from 0 as it is (Fisher, "The design of
 * experiments", 1935, section 21). p = (extremes + 1) ÷ (arrangements + 1), so it is never 0 (Davison and Hinkley,
 * "Bootstrap methods and their application", 1997, section 4.3).
 */
export function signFlips(differences: readonly number[], rng: Rng): number {
  const count = differences.length
  const all = 2 ** count
  const exact = all <= MOST
  const tries = exact ? all - 1 : DRAWN
  const size = differences.reduce((sum, one) => sum + Math.abs(one), 0)
  const seen = Math.abs(differences.reduce((sum, one) => sum + one, 0)) - size * ROUNDING
  let extremes = 0
  for (let arrangement = 1; arrangement <= tries; arrangement++) {
    const kept = exact ? (i: number) => ((arrangement >> i) & 1) === 0 : () => rng.chance(0.5)
    const sum = differences.reduce((so, one, i) => so + (kept(i) ? one : -one), 0)
    if (Math.abs(sum) >= seen) extremes++
  }
  return (extremes + 1) / (tries + 1)
}

/**
 * How often values dealt at random to two groups of these sizes have means as far apart as they are (Pitman,
 * "Significance tests which may be applied to samples from any populations", 1937); p as above.
 */
export function groupsDealt(a: readonly number[], b: readonly number[], rng: Rng): number {
  const values = [...a, ...b]
  const total = values.reduce((sum, value) => sum + value, 0)
  const apart = (sum: number) => Math.abs(sum / a.length - (total - sum) / b.length)
  const size = values.reduce((sum, value) => sum + Math.abs(value), 0)
  const seen = apart(a.reduce((sum, value) => sum + value, 0)) - size * ROUNDING
  let [extremes, tries] = [0, 0]
  const count = (sum: number) => {
    tries++
    if (apart(sum) >= seen) extremes++
  }
  if (chosen(values.length, a.length) <= MOST) {
    eachChoice(values, a.length, count)
    // The arrangement that was seen is one of them.
    return extremes / tries
  }
  for (let draw = 0; draw < DRAWN; draw++) count(dealt(values, a.length, rng))
  return (extremes + 1) / (tries + 1)
}

/** n over k. */
function chosen(n: number, k: number): number {
  let ways = 1
  for (let i = 1; i <= k; i++) ways *= (n - k + i) / i
  return Math.round(ways)
}

function eachChoice(values: readonly number[], k: number, take: (sum: number) => void): void {
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      take(sum)
      return
    }
    for (let i = from; i <= values.length - left; i++)
      choose(i + 1, left - 1, sum + (values[i] as number))
  }
  choose(0, k, 0)
}

/** Sum of `k` values drawn without putting back: the first steps of Fisher and Yates' shuffle. */
function dealt(values: readonly number[], k: number, rng: Rng): number {
  const deck = [...values]
  let sum = 0
  for (let i = 0; i < k; i++) {
    const at = i + rng.int(deck.length - i)
    sum += deck[at] as number
    deck[at] = deck[i] as number
  }
  return sum
}
