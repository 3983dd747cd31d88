import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Space } from '../model/layout.ts'

/**
 * A data set: the vectors that points and queries are drawn from. Row = document id. Codes are int8, the vector
 * is code / 512 and has length 1 exactly; `codes` holds `size` × `dim` of them, row after row.
 */
export type Pool = {
  name: string
  /** Of the bytes of base, live and query file, in this order: names the data in a record. */
  sha256: string
  dim: number
  /** Number of rows. */
  size: number
  /** Number of queries; they are held out: no query vector is a row. */
  queries: number
  codes: Int8Array
  queryCodes: Int8Array
  /** Query ids, most popular first. */
  popularity: number[]
  vectorOf(row: number): Float32Array
}

/** The vectors of a pool as systems see them; `base` of its rows are there from the start. */
export const spaceOf = ({ dim, codes, queryCodes }: Pool, base: number): Space => ({
  dim,
  base,
  row: (row) => codes.subarray(row * dim, (row + 1) * dim),
  query: (query) => queryCodes.subarray(query * dim, (query + 1) * dim),
})

/** A data set that is not there, damaged, or not in the format its README describes. */
export class DataSetError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataSetError'
  }
}

const opened = new Map<string, Pool>()

/**
 * Reads the data set in `folder` (format: fixtures/glosses-10k/README.md) and checks every file against
 * SHA256SUMS. One copy per folder and process. Throws DataSetError.
 */
export function openPool(folder: string): Pool {
  const path = resolve(folder)
  const known = opened.get(path)
  if (known) return known
  const pool = readPool(path)
  opened.set(path, pool)
  return pool
}

function readPool(folder: string): Pool {
  const sums = readSums(folder)
  const read = (name: string): Buffer => readChecked(folder, name, sums)
  const files = [read('base.i8bin'), read('live.i8bin'), read('query.i8bin')] as const
  const [base, live, query] = files.map((bytes, i) => readCodes(folder, i, bytes)) as Matrices
  const { dim } = base
  if (live.dim !== dim || query.dim !== dim)
    throw new DataSetError(
      `${folder}: base, live and query vectors have ${dim}, ${live.dim} and ${query.dim} dimensions; they must be equal.`,
    )
  const codes = new Int8Array(base.codes.length + live.codes.length)
  codes.set(base.codes)
  codes.set(live.codes, base.codes.length)
  return {
    name: JSON.parse(read('dataset.json').toString('utf8')).name,
    sha256: digest(Buffer.concat(files)),
    dim,
    size: base.count + live.count,
    queries: query.count,
    codes,
    queryCodes: query.codes,
    popularity: byPopularity(gunzipSync(read('queries.ndjson.gz')).toString('utf8')),
    vectorOf: (row) =>
      Float32Array.from(codes.subarray(row * dim, (row + 1) * dim), (c) => c / 512),
  }
}

type Matrix = { count: number; dim: number; codes: Int8Array }
type Matrices = [Matrix, Matrix, Matrix]

const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function readSums(folder: string): Map<string, string> {
  const text = readFile(folder, 'SHA256SUMS').toString('utf8')
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]))
}

function readFile(folder: string, name: string): Buffer {
  const path = join(folder, name)
  if (!existsSync(path))
    throw new DataSetError(
      `data set file missing: ${path}. Is it a data set folder? Try: git checkout -- fixtures`,
    )
  return readFileSync(path)
}

function readChecked(folder: string, name: string, sums: Map<string, string>): Buffer {
  const bytes = readFile(folder, name)
  const wanted = sums.get(name)
  const path = join(folder, name)
  if (wanted === undefined)
    throw new DataSetError(`${join(folder, 'SHA256SUMS')} does not list ${name}. Add its checksum.`)
  const got = digest(bytes)
  if (got !== wanted)
    throw new DataSetError(
      `data set file damaged: ${path} has SHA-256 ${got}, SHA256SUMS says ${wanted}. Try: git checkout -- ${path}`,
    )
  return bytes
}

/** u32 count, u32 dimensions, then count × dimensions int8 codes. */
function readCodes(folder: string, index: number, bytes: Buffer): Matrix {
  const count = bytes.readUInt32LE(0)
  const dim = bytes.readUInt32LE(4)
  const name = ['base', 'live', 'query'][index]
  if (bytes.length !== 8 + count * dim)
    throw new DataSetError(
      `${join(folder, `${name}.i8bin`)} says ${count} vectors of ${dim} codes and is ${bytes.length} bytes long.`,
    )
  const codes = new Int8Array(count * dim)
  codes.set(new Int8Array(bytes.buffer, bytes.byteOffset + 8, count * dim))
  return { count, dim, codes }
}

function byPopularity(ndjson: string): number[] {
  const lines = ndjson.split('\n').filter((line) => line !== '')
  const queries: { id: number; pop: number }[] = lines.map((line) => JSON.parse(line))
  return queries.sort((a, b) => a.pop - b.pop || a.id - b.id).map((query) => query.id)
}
