import { distances, type Metric, type Vectors } from './distance.ts'

/** The most components a vector may have: sums of so many products keep within FLOAT64_LOSS. */
export const MOST_COMPONENTS = 8_192

/** What a sum of so many float64 products may lose, relative to the product of the lengths: 8,192 × 2^-53, and spare. */
export const FLOAT64_LOSS = 1e-12

/**
 * How vectors are moved before they are compared, so that their lengths are small: what is lost by rounding grows with
 * the lengths, what tells neighbours apart does not. Queries and rows go through the same frame.
 *   l2             both minus the mean of the rows; distances stay as they are
 *   inner-product  rows minus their mean; every product with a query becomes smaller by the same number
 *   cosine         both divided by their lengths, then as inner-product
 * Whole numbers (8 bits, l2 and inner product) are left alone: of them nothing is lost.
 */
export type Frame = {
  dim: number
  metric: Metric
  whole: boolean
  mean: Float64Array
  meanLength: number
  /** A power of two that makes every length of a row at most 1, so that float32 neither overflows nor runs dry. */
  unit: number
}

/** Throws a RangeError for a row that holds something else than finite numbers. */
export function frameOf(rows: Vectors, dim: number, metric: Metric): Frame {
  const whole = rows instanceof Int8Array && metric !== 'cosine'
  const count = rows.length / dim
  const mean = new Float64Array(dim)
  let longest = 0
  for (let row = 0; row < count; row++) {
    const length = lengthAt(rows, row * dim, dim)
    if (!Number.isFinite(length))
      throw new RangeError(
        `Row ${row} holds a number that is not finite. Exact search needs finite numbers.`,
      )
    longest = Math.max(longest, length)
    if (whole) continue
    const weight = metric === 'cosine' ? (length === 0 ? 0 : 1 / length) : 1
    for (let i = 0; i < dim; i++) (mean[i] as number) += (rows[row * dim + i] as number) * weight
  }
  if (count > 0) for (let i = 0; i < dim; i++) (mean[i] as number) /= count
  const meanLength = Math.sqrt(squaresOf(mean))
  const most = (metric === 'cosine' ? 1 : longest) + meanLength
  return { dim, metric, whole, mean, meanLength, unit: powerBelow(most) }
}

/** Writes the vector that starts at `at` as it is in the frame. */
export function intoFrame(
  { dim, metric, whole, mean }: Frame,
  vectors: Vectors,
  at: number,
  isQuery: boolean,
  into: Float64Array,
): void {
  const length = metric === 'cosine' ? lengthAt(vectors, at, dim) : 1
  const weight = length === 0 ? 0 : 1 / length
  const centred = !whole && !(isQuery && metric !== 'l2')
  for (let i = 0; i < dim; i++) {
    const value = (vectors[at + i] as number) * weight
    into[i] = centred ? value - (mean[i] as number) : value
  }
}

export function squaresOf(values: Float64Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) * (values[i] as number)
  return sum
}

const lengthAt = (vectors: Vectors, at: number, dim: number): number =>
  Math.sqrt(-distances['inner-product'](vectors, at, vectors, at, dim))

/** The power of two in (1 / 2 most, 1 / most], or 1 for nothing. */
function powerBelow(most: number): number {
  let power = 1
  if (most === 0) return power
  while (power * most > 1) power /= 2
  while (power * most <= 0.5) power *= 2
  return power
}
