import { invariant } from '../invariant.ts'
import { distances, type Metric, type Vectors } from './distance.ts'
import { frameOf, MOST_COMPONENTS } from './frame.ts'
import { type Found, Nearest } from './nearest.ts'
import { plainNearest } from './plain-search.ts'
import { BATCH, Screen } from './screen.ts'

/**
 * The nearest of many rows to many queries, exactly: the same ids and float64 distances as `plainSearch`, which looks
 * at every row. Rows are first compared as whole numbers of 16 bits by vector instructions; what these cannot rule
 * out is measured in float64. Where there are no vector instructions all rows are.
 */
export class ExactSearch {
  private readonly rows: Vectors
  private readonly dim: number
  private readonly metric: Metric
  private readonly screen: Screen | null

  /**
   * `rows` holds vectors of `dim` components, one behind the other, and must not change. Throws a RangeError for
   * numbers that are not finite.
   */
  constructor(rows: Vectors, dim: number, metric: Metric) {
    refuseRows(rows, dim)
    this.rows = rows
    this.dim = dim
    this.metric = metric
    this.screen = Screen.over(rows, frameOf(rows, dim, metric))
  }

  /** The k nearest rows of each query. Throws a RangeError for a query with a number that is not finite. */
  search(queries: Vectors, wanted: number): Found {
    const found = roomFor(this.rows, queries, this.dim, wanted)
    const asked = queries.length / this.dim
    for (let first = 0; first < asked && found.k > 0; first += BATCH)
      this.searchBatch(queries, first, Math.min(BATCH, asked - first), found)
    return found
  }

  private searchBatch(queries: Vectors, first: number, count: number, found: Found): void {
    const { rows, dim, metric } = this
    const screened = this.screen?.candidates(queries, first, count, found.k)
    for (let i = 0; i < count; i++) {
      const candidates = screened?.[i]?.left() ?? null
      measure({ rows, dim, metric }, queries, first + i, candidates, found)
    }
  }
}

/** Writes the answer of one query, out of `candidates` or, where there are none, out of all rows. */
export function measure(
  { rows, dim, metric }: { rows: Vectors; dim: number; metric: Metric },
  queries: Vectors,
  query: number,
  candidates: ArrayLike<number> | null,
  found: Found,
): void {
  const { k } = found
  if (!candidates) {
    plainNearest(rows, queries, query, { dim, k, metric }).writeTo(found, query)
    return
  }
  const distance = distances[metric]
  const nearest = new Nearest(k)
  for (let i = 0; i < candidates.length; i++) {
    const row = candidates[i] as number
    nearest.offer(row, distance(queries, query * dim, rows, row * dim, dim))
  }
  nearest.writeTo(found, query)
}

/** Room for the answers; refuses queries that have none. */
export function roomFor(rows: Vectors, queries: Vectors, dim: number, wanted: number): Found {
  invariant(queries.length % dim === 0, `${queries.length} numbers are not queries of ${dim}`)
  invariant(wanted > 0, `a search for ${wanted} neighbours`)
  refuseEndless(queries, dim)
  const asked = queries.length / dim
  const k = Math.min(wanted, rows.length / dim)
  return { k, ids: new Int32Array(asked * k), distances: new Float64Array(asked * k) }
}

export function refuseRows(rows: Vectors, dim: number): void {
  invariant(dim > 0 && dim <= MOST_COMPONENTS, `exact search of ${dim} components`)
  invariant(rows.length % dim === 0, `${rows.length} numbers are not rows of ${dim}`)
}

function refuseEndless(queries: Vectors, dim: number): void {
  const at = queries.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new RangeError(
      `Query ${Math.floor(at / dim)} holds a number that is not finite. Exact search needs finite numbers.`,
    )
}
