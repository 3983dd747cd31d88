import { ExactSearch } from './exact-search/exact-search.ts'
import type { Found } from './exact-search/nearest.ts'
import { ThreadedSearch } from './exact-search/threaded-search.ts'

/** Rows a list has at first: most walks down a list end among these. */
const FIRST = 256
/** How many times longer a list becomes that ran out, and from which length on all rows are put in order at once. */
const LONGER = 4
const LONG = 4_096

/**
 * The beginnings of lists of neighbours, nearest first, ties by row, for more rows than whole lists have room for: a
 * list that ran out is made again, longer, until it holds all rows.
 */
export class Beginnings {
  private readonly lists = new Map<number, Int32Array>()
  private search: ExactSearch | undefined
  private readonly codes: Int8Array
  private readonly queryCodes: Int8Array
  private readonly dim: number
  private readonly rows: number
  private readonly whole: (query: number) => Int32Array

  /** In order of inner product. `whole` puts all rows in order for one query. */
  constructor(
    codes: Int8Array,
    queryCodes: Int8Array,
    { dim, rows }: { dim: number; rows: number },
    whole: (query: number) => Int32Array,
  ) {
    this.codes = codes.subarray(0, rows * dim)
    this.queryCodes = queryCodes
    this.dim = dim
    this.rows = rows
    this.whole = whole
  }

  /** At least `least` rows, or all. */
  list(query: number, least: number): Int32Array {
    const known = this.lists.get(query)
    if (known && (known.length >= least || known.length === this.rows)) return known
    const wanted = Math.max(FIRST, least, LONGER * (known?.length ?? 0))
    if (wanted > LONG) this.lists.set(query, this.whole(query))
    else this.make([query], wanted)
    return this.lists.get(query) as Int32Array
  }

  prepare(queries: Iterable<number>): void {
    const wanted = this.missing(queries)
    if (wanted.length > 0) this.make(wanted, FIRST)
  }

  /** The same by so many threads. Rejects if one of them breaks. */
  async prepareInThreads(queries: Iterable<number>, threads: number): Promise<void> {
    const wanted = this.missing(queries)
    if (wanted.length === 0) return
    const search = new ThreadedSearch(this.codes, this.dim, 'inner-product', threads)
    try {
      this.keep(wanted, await search.search(this.codesOf(wanted), FIRST))
    } finally {
      await search.close()
    }
  }

  /** Queries that have no list yet. */
  missing(queries: Iterable<number>): readonly number[] {
    return [...new Set(queries)].filter((query) => !this.lists.has(query))
  }

  private make(queries: readonly number[], wanted: number): void {
    this.search ??= new ExactSearch(this.codes, this.dim, 'inner-product')
    this.keep(queries, this.search.search(this.codesOf(queries), wanted))
  }

  private codesOf(queries: readonly number[]): Int8Array {
    const { dim, queryCodes } = this
    const asked = new Int8Array(queries.length * dim)
    for (const [i, query] of queries.entries())
      asked.set(queryCodes.subarray(query * dim, (query + 1) * dim), i * dim)
    return asked
  }

  private keep(queries: readonly number[], { ids, k }: Found): void {
    for (const [i, query] of queries.entries()) this.lists.set(query, ids.slice(i * k, (i + 1) * k))
  }
}
