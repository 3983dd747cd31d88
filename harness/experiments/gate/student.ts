/**
 * Two-sided p-value of a value `t` of Student's t with `degrees` of freedom: the probability of one at least as far
 * from 0. p = I_x(degrees ÷ 2, 1 ÷ 2) with x = degrees ÷ (degrees + t²) (NIST DLMF 8.17, Abramowitz & Stegun 26.7.1).
 */
export function twoSidedP(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/** Regularised incomplete beta function I_x(a, b), by the continued fraction of DLMF 8.17.22. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x),
  )
  // The fraction converges fast below the mean of the law; above it the other tail is taken.
  return x < (a + 1) / (a + b + 2)
    ? (front * fraction(x, a, b)) / a
    : 1 - (front * fraction(1 - x, b, a)) / b
}

const TINY = 1e-300
const CLOSE = 1e-15

/** The continued fraction, evaluated by the modified method of Lentz (Thompson & Barnett 1986). */
function fraction(x: number, a: number, b: number): number {
  let c = 1
  let d = 1 / away(1 - ((a + b) * x) / (a + 1))
  let value = d
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    let change = 1
    for (const term of [even, odd]) {
      d = 1 / away(1 + term * d)
      c = away(1 + term / c)
      change = c * d
      value *= change
    }
    if (Math.abs(change - 1) < CLOSE) break
  }
  return value
}

const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value)

/** Coefficients of Lanczos' approximation with g = 7 and nine terms (Godfrey 2001); good to 1e-15. */
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
] as const

function logGamma(z: number): number {
  const base = z + 6.5
  const sum = lanczos.reduce((all, term, i) => all + (i === 0 ? term : term / (z - 1 + i)), 0)
  return 0.5 * Math.log(2 * Math.PI) + (z - 0.5) * Math.log(base) - base + Math.log(sum)
}
