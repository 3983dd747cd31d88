/** Vectors one behind the other: float32, or whole numbers of 8 bits. */
export type Vectors = Float32Array | Int8Array

/**
 * How near two vectors are; smaller is nearer.
 *   l2             squared Euclidean distance
 *   inner-product  the inner product with its sign turned
 *   cosine         1 - the cosine of the angle; 1 where a vector has no length
 */
export type Metric = 'l2' | 'inner-product' | 'cosine'

/** Distance of two vectors of `dim` components that start at `a` and `b`. */
export type Distance = (
  queries: Vectors,
  a: number,
  rows: Vectors,
  b: number,
  dim: number,
) => number

/** In float64, summed from the first component to the last: the same everywhere, to the last bit. */
export const distances: Record<Metric, Distance> = {
  l2(queries, a, rows, b, dim) {
    let sum = 0
    for (let i = 0; i < dim; i++) {
      const apart = (queries[a + i] as number) - (rows[b + i] as number)
      sum += apart * apart
    }
    return sum
  },
  'inner-product'(queries, a, rows, b, dim) {
    let sum = 0
    for (let i = 0; i < dim; i++) sum += (queries[a + i] as number) * (rows[b + i] as number)
    return -sum
  },
  cosine(queries, a, rows, b, dim) {
    let dot = 0
    let squaresA = 0
    let squaresB = 0
    for (let i = 0; i < dim; i++) {
      const x = queries[a + i] as number
      const y = rows[b + i] as number
      dot += x * y
      squaresA += x * x
      squaresB += y * y
    }
    const lengths = Math.sqrt(squaresA) * Math.sqrt(squaresB)
    return lengths === 0 ? 1 : 1 - dot / lengths
  },
}
