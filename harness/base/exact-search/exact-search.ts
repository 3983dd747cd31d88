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
    invariant(dim > 0 && dim <= MOST_COMPONENTS, `exact search of ${dim} components`)
    invariant(rows.length % dim === 0, `${rows.length} numbers are not rows of ${dim}`)
    this.rows = rows
    this.dim = dim
    this.metric = metric
    this.screen = Screen.over(rows, frameOf(rows, dim, metric))
  }

  /** The k nearest rows of each query. Throws a RangeError for a query with a number that is not finite. */
  search(queries: Vectors, wanted: number): Found {
    const { rows, dim } = this
    invariant(queries.length % dim === 0, `${queries.length} numbers are not queries of ${dim}`)
    invariant(wanted > 0, `a search for ${wanted} neighbours`)
    const asked = queries.length / dim
    refuseEndless(queries, dim)
    const k = Math.min(wanted, rows.length / dim)
    const found = {
      k,
      ids: new Int32Array(asked * k),
      distances: new Float64Array(asked * k),
    }
    for (let first = 0; first < asked && k > 0; first += BATCH)
      this.searchBatch(queries, first, Math.min(BATCH, asked - first), found)
    return found
  }

  private searchBatch(queries: Vectors, first: number, count: number, found: Found): void {
    const { rows, dim, metric, screen } = this
    const { k } = found
    const distance = distances[metric]
    const screened = screen?.candidates(queries, first, count, k)
    for (let i = 0; i < count; i++) {
      const query = first + i
      const candidates = screened?.[i]
      if (!candidates) {
        plainNearest(rows, queries, query, { dim, k, metric }).writeTo(found, query)
        continue
      }
      const nearest = new Nearest(k)
      for (const row of candidates.left())
        nearest.offer(row, distance(queries, query * dim, rows, row * dim, dim))
      nearest.writeTo(found, query)
    }
  }
}

function refuseEndless(queries: Vectors, dim: number): void {
  const at = queries.findIndex((value) => !Number.isFinite(value))
  if (at >= 0)
    throw new RangeError(
      `Query ${Math.floor(at / dim)} holds a number that is not finite. Exact search needs finite numbers.`,
    )
}
