/**
 * Largest distance between the empirical distribution of `sample` and `cdf`, times √n: below 1.949 for 999 of 1,000
 * samples that do follow `cdf` (Kolmogorov's limit law). Seeds are fixed, so a test either always passes or never.
 */
export function ksStatistic(sample: readonly number[], cdf: (x: number) => number): number {
  const sorted = [...sample].sort((a, b) => a - b)
  const n = sorted.length
  const distances = sorted.map((x, i) => Math.max((i + 1) / n - cdf(x), cdf(x) - i / n))
  return Math.max(...distances) * Math.sqrt(n)
}

export const KS_CRITICAL_001 = 1.949

export const meanOf = (sample: readonly number[]): number =>
  sample.reduce((sum, x) => sum + x, 0) / sample.length

/** Pearson's correlation of the pairs (a[i], b[i]). */
export function correlation(a: readonly number[], b: readonly number[]): number {
  const n = Math.min(a.length, b.length)
  const [x, y] = [a.slice(0, n), b.slice(0, n)]
  const [meanX, meanY] = [meanOf(x), meanOf(y)]
  const product = meanOf(x.map((value, i) => (value - meanX) * ((y[i] as number) - meanY)))
  const spread = (values: number[], mean: number): number =>
    Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))
  return product / (spread(x, meanX) * spread(y, meanY))
}
