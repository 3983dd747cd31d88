import type { Rng } from './rng.ts'

/** Largest value `pareto` gives: reached by one draw in 10,000, which lowers the mean from 1 to 0.99. */
export const PARETO_CAP = 99

/** Uniform in [-1, 1). */
export function uniformSigned(rng: Rng): number {
  return 2 * rng.uniform() - 1
}

/**
 * Exponential law with mean 1: exact and without a logarithm, whose last bit differs between engines.
 *
 * Von Neumann, "Various techniques used in connection with random digits" (1951): a descending run
 * x > u1 > u2 > … > un has probability x^n / n!, so its length is even with probability e^-x, which is the
 * wanted density on [0, 1). A refused x adds 1, because the law is memoryless.
 */
export function exponential(rng: Rng): number {
  for (let whole = 0; ; whole++) {
    const first = rng.uniform()
    if (descendingRun(rng, first) % 2 === 0) return whole + first
  }
}

function descendingRun(rng: Rng, first: number): number {
  let last = first
  for (let length = 0; ; length++) {
    const next = rng.uniform()
    if (next >= last) return length
    last = next
  }
}

/**
 * Pareto law moved to start at 0 (Lomax 1954) with shape 2 and scale 1: P(X > x) = 1 / (1 + x)^2, capped at
 * `PARETO_CAP`. Inverse of the distribution function, where shape 2 needs a root and no power.
 */
export function pareto(rng: Rng): number {
  const draw = 1 / Math.sqrt(1 - rng.uniform()) - 1
  return Math.min(draw, PARETO_CAP)
}

/**
 * Zipf's law over 0 … n - 1, weight 1 / (rank + 1)^exponent: gives a function that draws a rank.
 * `exponent` is a multiple of 0.25, because roots are the same on every engine and powers are not.
 */
export function zipf(n: number, exponent: number): (rng: Rng) => number {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`zipf needs at least one rank, got ${n}`)
  if (!isZipfExponent(exponent))
    throw new RangeError(
      `zipf exponent ${exponent} cannot be drawn: it must be a multiple of 0.25 from 0 to 8. ` +
        `Try ${nearestZipfExponent(exponent)}.`,
    )
  const upTo = new Float64Array(n)
  let total = 0
  for (let rank = 0; rank < n; rank++) {
    total += 1 / quarterPower(rank + 1, exponent)
    upTo[rank] = total
  }
  return (rng) => firstAbove(upTo, rng.uniform() * total)
}

/** Whether `zipf` can draw with this exponent. */
export function isZipfExponent(exponent: number): boolean {
  return exponent >= 0 && exponent <= 8 && Number.isInteger(exponent * 4)
}

function nearestZipfExponent(exponent: number): number {
  return exponent > 0 ? Math.min(Math.round(exponent * 4) / 4, 8) : 0
}

/** base^exponent for a multiple of 0.25. */
function quarterPower(base: number, exponent: number): number {
  const quarters = exponent * 4
  const root = Math.sqrt(Math.sqrt(base))
  let power = 1
  for (let i = 4; i <= quarters; i += 4) power *= base
  for (let i = 0; i < quarters % 4; i++) power *= root
  return power
}

/** First index whose value is above `target`; the last one if rounding left none. */
function firstAbove(ascending: Float64Array, target: number): number {
  let low = 0
  let high = ascending.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] as number) > target) high = middle
    else low = middle + 1
  }
  return low
}
