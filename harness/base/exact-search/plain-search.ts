import { distances, type Metric, type Vectors } from './distance.ts'
import { type Found, Nearest } from './nearest.ts'

/** Looks at every row for every query, in float64: what every faster way has to agree with. */
export function plainSearch(
  rows: Vectors,
  queries: Vectors,
  { dim, k: wanted, metric }: { dim: number; k: number; metric: Metric },
): Found {
  const count = rows.length / dim
  const asked = queries.length / dim
  const k = Math.min(wanted, count)
  const found = {
    k,
    ids: new Int32Array(asked * k),
    distances: new Float64Array(asked * k),
  }
  for (let query = 0; query < asked; query++)
    plainNearest(rows, queries, query, { dim, k, metric }).writeTo(found, query)
  return found
}

/** The k rows nearest to one query. */
export function plainNearest(
  rows: Vectors,
  queries: Vectors,
  query: number,
  { dim, k, metric }: { dim: number; k: number; metric: Metric },
): Nearest {
  const distance = distances[metric]
  const count = rows.length / dim
  const nearest = new Nearest(k)
  for (let row = 0; row < count; row++)
    nearest.offer(row, distance(queries, query * dim, rows, row * dim, dim))
  return nearest
}
