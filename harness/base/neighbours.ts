import { Beginnings } from './beginnings.ts'
import { dotProducts } from './exact-search/dot-products.ts'
import { invariant } from './invariant.ts'

/** Squared length of every vector in code units: |code| = 512, so |v| = 1 for v = code / 512. */
const UNIT = 512 * 512

/**
 * Two dot products share one float64: a sum of (q1 + q2 × 2^20) × c is dot1 + dot2 × 2^20. Each part is at most
 * 2^18 in size (Cauchy-Schwarz, for partial sums too), the whole below 2^39: exact, and half the multiplications.
 */
const SHIFT = 1_048_576
const BLOCK = 8
/** From so many queries on it pays to lay rows out for vector instructions. */
const MANY = 16
/** Up to so many rows lists are whole and distances kept; of more only the beginning of each list is. */
const WHOLE = 16_384
/** Products from which on lists are made by several threads: a second or more of one, and threads take a tenth to start. */
const BIG = 2e10
/** Queries whose products are held at a time besides those that are kept. */
const BATCH = 256

/**
 * For each query the rows in order of squared distance, ties by row. Codes are int8 vectors of squared length at
 * most 512²; the distance of unit vectors is 2 - 2 × dot / 512², exact in float32 and float64. Lists are made on
 * first use and kept: 8 bytes for each pair of query and row, or 1 KB a query where there are more than 16,384 rows.
 */
export class NeighbourTable {
  private readonly lists = new Map<number, Int32Array>()
  private readonly dots = new Map<number, Int32Array>()
  private readonly sorter: DotSorter
  private readonly beginnings: Beginnings | null

  private readonly codes: Int8Array
  private readonly queryCodes: Int8Array
  readonly dim: number
  /** How many rows, from row 0, can ever be live. */
  readonly rows: number

  constructor(
    codes: Int8Array,
    queryCodes: Int8Array,
    dim: number,
    rows: number,
    { whole = WHOLE } = {},
  ) {
    this.codes = codes
    this.queryCodes = queryCodes
    this.dim = dim
    this.rows = rows
    invariant(rows * dim <= codes.length, `${rows} rows of ${dim} codes need a larger pool`)
    invariant(noneLonger(codes, dim, rows), 'a pool vector is longer than 512 in code units')
    invariant(
      noneLonger(queryCodes, dim, queryCodes.length / dim),
      'a query vector is longer than 512 in code units',
    )
    this.sorter = new DotSorter(rows)
    const order = (query: number) => this.sorter.order(this.products([query])[0] as Int32Array)
    this.beginnings = rows > whole ? new Beginnings(codes, queryCodes, { dim, rows }, order) : null
  }

  /** Rows, nearest first: at least `least` of them, or all there are. The array is shared: do not change it. */
  list(query: number, least = 0): Int32Array {
    if (this.beginnings) return this.beginnings.list(query, least)
    const known = this.lists.get(query)
    if (known) return known
    this.prepare([query])
    return this.lists.get(query) as Int32Array
  }

  /** Squared distance of the two unit vectors, in [0, 4]. */
  distance(query: number, row: number): number {
    const known = this.dots.get(query)
    const dot = known ? (known[row] as number) : this.dot(query, row)
    return 2 - (2 * dot) / UNIT
  }

  /** Makes the lists of many queries at once, which is many times faster than one by one. */
  prepare(queries: Iterable<number>): void {
    if (this.beginnings) {
      this.beginnings.prepare(queries)
      return
    }
    const wanted = [...new Set(queries)].filter((query) => !this.lists.has(query))
    const size = wanted.length < MANY ? BLOCK : BATCH
    for (let at = 0; at < wanted.length; at += size) {
      const block = wanted.slice(at, at + size)
      for (const [i, dots] of this.products(block).entries()) {
        this.dots.set(block[i] as number, dots)
        this.lists.set(block[i] as number, this.sorter.order(dots))
      }
    }
  }

  /** The same, by so many threads where that is a job for more than one. Rejects if one of them breaks. */
  async prepareInThreads(
    queries: readonly number[],
    threads: number,
    { big = BIG } = {},
  ): Promise<void> {
    const wanted = this.beginnings?.missing(queries).length ?? 0
    if (threads > 1 && wanted * this.rows * this.dim >= big)
      await this.beginnings?.prepareInThreads(queries, threads)
    this.prepare(queries)
  }

  /** By vector instructions or without them: products of whole numbers are the same either way. */
  private products(queries: readonly number[]): readonly Int32Array[] {
    const { codes, queryCodes, dim, rows } = this
    const all = { rows: codes, queries: queryCodes, dim }
    const many = queries.length < MANY ? null : dotProducts(all, queries, rows)
    return many ?? this.plainProducts(queries)
  }

  private plainProducts(queries: readonly number[]): readonly Int32Array[] {
    const dots = queries.map(() => new Int32Array(this.rows))
    for (let at = 0; at < queries.length; at += BLOCK) {
      const block = queries.slice(at, at + BLOCK)
      blockedDots(this.packed(block), this.codes, this.dim, dots.slice(at, at + BLOCK))
    }
    return dots
  }

  private dot(query: number, row: number): number {
    const { codes, queryCodes, dim } = this
    let sum = 0
    for (let i = 0; i < dim; i++)
      sum += (queryCodes[query * dim + i] as number) * (codes[row * dim + i] as number)
    return sum
  }

  /** Codes of up to 8 queries, two in a number, four numbers for each dimension. */
  private packed(block: readonly number[]): Float64Array {
    const packs = new Float64Array(this.dim * 4)
    for (const [i, query] of block.entries()) {
      const weight = i < 4 ? 1 : SHIFT
      for (let d = 0; d < this.dim; d++) {
        const code = this.queryCodes[query * this.dim + d] as number
        packs[d * 4 + (i & 3)] = (packs[d * 4 + (i & 3)] as number) + code * weight
      }
    }
    return packs
  }
}

/** Fills `dots[i][row]` for the 8 packed queries; two rows at a time, so that each load serves many products. */
function blockedDots(
  packs: Float64Array,
  codes: Int8Array,
  dim: number,
  dots: readonly Int32Array[],
): void {
  const rows = dots[0]?.length ?? 0
  for (let row = 0; row < rows; row += 2) {
    const next = Math.min(row + 1, rows - 1)
    let a0 = 0
    let a1 = 0
    let a2 = 0
    let a3 = 0
    let b0 = 0
    let b1 = 0
    let b2 = 0
    let b3 = 0
    for (let i = 0, at = 0, a = row * dim, b = next * dim; i < dim; i++, at += 4) {
      const codeA = codes[a + i] as number
      const codeB = codes[b + i] as number
      const q0 = packs[at] as number
      const q1 = packs[at + 1] as number
      const q2 = packs[at + 2] as number
      const q3 = packs[at + 3] as number
      a0 += q0 * codeA
      a1 += q1 * codeA
      a2 += q2 * codeA
      a3 += q3 * codeA
      b0 += q0 * codeB
      b1 += q1 * codeB
      b2 += q2 * codeB
      b3 += q3 * codeB
    }
    unpack(dots, row, a0, a1, a2, a3)
    unpack(dots, next, b0, b1, b2, b3)
  }
}

function unpack(dots: readonly Int32Array[], row: number, ...sums: number[]): void {
  for (let lane = 0; lane < 4; lane++) {
    const sum = sums[lane] as number
    const high = Math.floor(sum / SHIFT + 0.5)
    const lowDots = dots[lane]
    const highDots = dots[lane + 4]
    if (lowDots) lowDots[row] = sum - high * SHIFT
    if (highDots) highDots[row] = high
  }
}

/** Orders rows by falling dot product, ties by row: two stable counting passes of ten bits. */
class DotSorter {
  private readonly half: Int32Array
  /** Where the next row with a digit goes, for the low and for the high digit. */
  private readonly low = new Int32Array(1025)
  private readonly high = new Int32Array(1025)

  constructor(rows: number) {
    this.half = new Int32Array(rows)
  }

  order(dots: Int32Array): Int32Array {
    const { half, low, high } = this
    const rows = dots.length
    low.fill(0)
    high.fill(0)
    for (let row = 0; row < rows; row++) {
      const key = UNIT - (dots[row] as number)
      ;(low[(key & 1023) + 1] as number)++
      ;(high[(key >> 10) + 1] as number)++
    }
    for (let digit = 1; digit < 1024; digit++) {
      ;(low[digit] as number) += low[digit - 1] as number
      ;(high[digit] as number) += high[digit - 1] as number
    }
    for (let row = 0; row < rows; row++) {
      const digit = (UNIT - (dots[row] as number)) & 1023
      half[(low[digit] as number)++] = row
    }
    const sorted = new Int32Array(rows)
    for (let i = 0; i < rows; i++) {
      const row = half[i] as number
      const digit = (UNIT - (dots[row] as number)) >> 10
      sorted[(high[digit] as number)++] = row
    }
    return sorted
  }
}

function noneLonger(codes: Int8Array, dim: number, rows: number): boolean {
  for (let row = 0; row < rows; row++) {
    let squares = 0
    for (let i = row * dim; i < (row + 1) * dim; i++) {
      const code = codes[i] as number
      squares += code * code
    }
    if (squares > UNIT) return false
  }
  return true
}
