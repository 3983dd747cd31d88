/**
 * Probability that a value of Student's t law lies in -|t| … |t|, for a whole number of degrees of freedom: the finite
 * sums 26.7.3 and 26.7.4 of Abramowitz and Stegun, "Handbook of mathematical functions" (1964).
 */
function within(t: number, freedom: number): number {
  if (!Number.isFinite(t)) return 1
  const angle = Math.atan(Math.abs(t) / Math.sqrt(freedom))
  const cosine = Math.cos(angle)
  const odd = freedom % 2 === 1
  let term = odd ? cosine : 1
  let sum = freedom === 1 ? 0 : term
  for (let i = odd ? 3 : 2; i < freedom; i += 2) {
    term *= ((i - 1) / i) * cosine * cosine
    sum += term
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum
}

/** Beyond so many degrees of freedom the law no longer changes in a digit that matters here. */
const FREE = 1_000

const whole = (freedom: number): number => Math.max(1, Math.min(FREE, Math.floor(freedom)))

/** Probability of a value at least as far from 0 as `t`, either way. Part of a degree of freedom does not count. */
export const beyond = (t: number, freedom: number): number =>
  Math.max(0, 1 - within(t, whole(freedom)))

/** The t that a value stays within with this probability, either way; by bisection, to nine digits. */
export function studentT(confidence: number, freedom: number): number {
  const own = whole(freedom)
  let low = 0
  let high = 1
  while (within(high, own) < confidence) high *= 2
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (within(middle, own) < confidence) low = middle
    else high = middle
  }
  return high
}

/**
 * Degrees of freedom of a sum of two independent errors (Welch, "The generalization of Student's problem when several
 * different population variances are involved", 1947). Errors as standard deviations.
 */
export function welch(a: Spread, b: Spread): number {
  const [va, vb] = [a.error ** 2, b.error ** 2]
  const divisor = va ** 2 / a.freedom + vb ** 2 / b.freedom
  return divisor === 0 ? Math.max(a.freedom, b.freedom) : (va + vb) ** 2 / divisor
}

/** The standard error of a figure, and how well it is known. */
export type Spread = { error: number; freedom: number }
