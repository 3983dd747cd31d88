import { Rng } from '../../base/rng.ts'
import type { Space } from '../../model/layout.ts'

/** Rounds of Lloyd's algorithm: beyond these few the cells of text embeddings hardly move. */
const ROUNDS = 6

/**
 * Centres of cells in the space of vectors: a point belongs to the cell whose centre is nearest. Sums, products and
 * quotients in one order only, so that every engine finds the same cells.
 */
export class Centroids {
  private readonly means: readonly Float64Array[]

  constructor(means: readonly Float64Array[]) {
    this.means = means
  }

  nearest(codes: Int8Array): number {
    let best = 0
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < this.means.length; i++) {
      const distance = squared(this.means[i] as Float64Array, codes)
      if (distance >= least) continue
      best = i
      least = distance
    }
    return best
  }

  /** The `count` cells whose centres are nearest, nearest first; of equal ones the lower number. */
  closest(codes: Int8Array, count: number): number[] {
    return this.means
      .map((mean, cell) => ({ cell, distance: squared(mean, codes) }))
      .sort((a, b) => a.distance - b.distance || a.cell - b.cell)
      .slice(0, count)
      .map(({ cell }) => cell)
  }
}

/**
 * k-means (Lloyd 1982) from seeds drawn by k-means++ (Arthur & Vassilvitskii 2007). A cell that nothing falls into
 * keeps its centre; without rows all centres are the origin.
 */
export function trainCentroids(
  rows: readonly Int8Array[],
  count: number,
  dim: number,
  rng: Rng,
): Centroids {
  let means = seeds(rows, count, dim, rng)
  for (let round = 0; round < ROUNDS; round++) means = moved(rows, means, dim)
  return new Centroids(means)
}

const trained = new WeakMap<Space, Map<string, Centroids>>()

/** Cells of the first `sample` rows of the base (0: of all of it), the same for everybody who asks; kept. */
export function centroidsOf(space: Space, count: number, sample: number): Centroids {
  const known = trained.get(space) ?? new Map<string, Centroids>()
  trained.set(space, known)
  const key = `${count} ${sample}`
  const found = known.get(key)
  if (found) return found
  const size = sample === 0 ? space.base : Math.min(sample, space.base)
  const rows = Array.from({ length: size }, (_, row) => space.row(row))
  const made = trainCentroids(rows, count, space.dim, new Rng(1).fork(`centroids/${count}`))
  known.set(key, made)
  return made
}

function seeds(
  rows: readonly Int8Array[],
  count: number,
  dim: number,
  rng: Rng,
): readonly Float64Array[] {
  if (rows.length === 0) return Array.from({ length: count }, () => new Float64Array(dim))
  const means = [Float64Array.from(rows[rng.int(rows.length)] as Int8Array)]
  const nearest = rows.map((row) => squared(means[0] as Float64Array, row))
  while (means.length < count) {
    const next = Float64Array.from(rows[drawn(nearest, rng)] as Int8Array)
    means.push(next)
    rows.forEach((row, i) => {
      nearest[i] = Math.min(nearest[i] as number, squared(next, row))
    })
  }
  return means
}

/** An index, drawn with a chance that grows with its weight. */
function drawn(weights: readonly number[], rng: Rng): number {
  let left = rng.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i] as number
    if (left < 0) return i
  }
  return weights.length - 1
}

function moved(
  rows: readonly Int8Array[],
  means: readonly Float64Array[],
  dim: number,
): readonly Float64Array[] {
  const cells = new Centroids(means)
  const sums = means.map(() => new Float64Array(dim))
  const counts = means.map(() => 0)
  for (const row of rows) {
    const cell = cells.nearest(row)
    const sum = sums[cell] as Float64Array
    for (let d = 0; d < dim; d++) (sum[d] as number) += row[d] as number
    ;(counts[cell] as number)++
  }
  return sums.map((sum, cell) => {
    const count = counts[cell] as number
    return count === 0 ? (means[cell] as Float64Array) : sum.map((part) => part / count)
  })
}

function squared(mean: Float64Array, codes: Int8Array): number {
  let sum = 0
  for (let d = 0; d < codes.length; d++) {
    const apart = (mean[d] as number) - (codes[d] as number)
    sum += apart * apart
  }
  return sum
}
