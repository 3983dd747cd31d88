import { invariant } from '../../base/invariant.ts'
import type { Row } from '../../model/point.ts'

/** The vectors behind row numbers: real servers are given vectors, and a scan proves which one they hold. */
export type Vectors = {
  dim: number
  /** Number of rows of the pool. */
  rows: number
  /** The vector of a pool row. */
  vectorOf(row: Row): Float32Array
  /** The vector of a query. */
  queryOf(query: Row): Float32Array
  /** Which pool row has exactly this vector; undefined if none has. */
  rowOf(vector: ArrayLike<number>): Row | undefined
}

/** What is read of a data set: int8 codes, the vector is code / 512, rows and queries alike. */
type Pool = {
  dim: number
  size: number
  queries: number
  codes: Int8Array
  queryCodes: Int8Array
  vectorOf(row: Row): Float32Array
}

const CODE_UNIT = 512

/** The vectors of a data set. The way back from vector to row is built when it is first asked for. */
export function vectorsOf(pool: Pool): Vectors {
  const { dim, size, queries, codes, queryCodes } = pool
  let rowsByCodes: Map<string, Row> | null = null
  const rowOf = (vector: ArrayLike<number>): Row | undefined => {
    const held = codesOf(vector, dim)
    if (!held) return undefined
    rowsByCodes ??= indexRows(codes, dim, size)
    return rowsByCodes.get(textOf(held))
  }
  return {
    dim,
    rows: size,
    vectorOf: (row) => {
      invariant(
        Number.isInteger(row) && row >= 0 && row < size,
        () => `row ${row} is not in the pool`,
      )
      return pool.vectorOf(row)
    },
    queryOf: (query) => {
      const known = Number.isInteger(query) && query >= 0 && query < queries
      invariant(known, () => `query ${query} is not in the pool`)
      const own = queryCodes.subarray(query * dim, (query + 1) * dim)
      return Float32Array.from(own, (code) => code / CODE_UNIT)
    },
    rowOf,
  }
}

/** Null if the vector is not made of codes: then no row has it. */
function codesOf(vector: ArrayLike<number>, dim: number): Int8Array | null {
  if (vector.length !== dim) return null
  const found = new Int8Array(dim)
  for (let i = 0; i < dim; i++) {
    const code = (vector[i] as number) * CODE_UNIT
    found[i] = code
    if (found[i] !== code) return null
  }
  return found
}

function indexRows(codes: Int8Array, dim: number, size: number): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (let row = 0; row < size; row++)
    rows.set(textOf(codes.subarray(row * dim, (row + 1) * dim)), row)
  return rows
}

/** One character a code: equal text is equal codes. */
const textOf = (codes: Int8Array): string =>
  Buffer.from(codes.buffer, codes.byteOffset, codes.byteLength).toString('latin1')
