import { invariant } from './invariant.ts'

/** Squared length of every vector in code units: |code| = 512, so |v| = 1 for v = code / 512. */
const UNIT = 512 * 512

/**
 * Two dot products share one float64: a sum of (q1 + q2 × 2^20) × c is dot1 + dot2 × 2^20. Each part is at most
 * 2^18 in size (Cauchy-Schwarz, for partial sums too), the whole below 2^39: exact, and half the multiplications.
 */
const SHIFT = 1_048_576
const BLOCK = 8

/**
 * For each query all rows in order of squared distance, ties by row. Codes are int8 vectors of squared length at
 * most 512²; the distance of unit vectors is 2 - 2 × dot / 512², exact in float32 and float64. Lists are made on
 * first use and kept: 8 bytes for each pair of query and row.
 */
export class NeighbourTable {
  private readonly lists = new Map<number, Int32Array>()
  private readonly dots = new Map<number, Int32Array>()
  private readonly sorter: DotSorter

  private readonly codes: Int8Array
  private readonly queryCodes: Int8Array
  readonly dim: number
  /** How many rows, from row 0, can ever be live. */
  readonly rows: number

  constructor(codes: Int8Array, queryCodes: Int8Array, dim: number, rows: number) {
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
  }

  /** All rows, nearest first. The array is shared: do not change it. */
  list(query: number): Int32Array {
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

  /** Makes the lists of many queries at once, which is several times faster than one by one. */
  prepare(queries: Iterable<number>): void {
    const wanted = [...new Set(queries)].filter((query) => !this.lists.has(query))
    for (let at = 0; at < wanted.length; at += BLOCK) {
      const block = wanted.slice(at, at + BLOCK)
      const dots = block.map(() => new Int32Array(this.rows))
      blockedDots(this.packed(block), this.codes, this.dim, dots)
      for (const [i, query] of block.entries()) {
        this.dots.set(query, dots[i] as Int32Array)
        this.lists.set(query, this.sorter.order(dots[i] as Int32Array))
      }
    }
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
  private readonly counts = new Int32Array(1025)

  private readonly rows: number

  constructor(rows: number) {
    this.rows = rows
    this.half = new Int32Array(rows)
  }

  order(dots: Int32Array): Int32Array {
    const { rows, half } = this
    const sorted = new Int32Array(rows)
    this.count(dots, 0)
    for (let row = 0; row < rows; row++) half[this.place(dots, row, 0)] = row
    this.count(dots, 10)
    for (let i = 0; i < rows; i++) {
      const row = half[i] as number
      sorted[this.place(dots, row, 10)] = row
    }
    return sorted
  }

  private count(dots: Int32Array, shift: number): void {
    const { counts, rows } = this
    counts.fill(0)
    for (let row = 0; row < rows; row++) {
      const digit = (((UNIT - (dots[row] as number)) >> shift) & 1023) + 1
      counts[digit] = (counts[digit] as number) + 1
    }
    for (let i = 1; i < counts.length; i++)
      counts[i] = (counts[i] as number) + (counts[i - 1] as number)
  }

  private place(dots: Int32Array, row: number, shift: number): number {
    const digit = ((UNIT - (dots[row] as number)) >> shift) & 1023
    const place = this.counts[digit] as number
    this.counts[digit] = place + 1
    return place
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
