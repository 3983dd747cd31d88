import { invariant } from '../../base/invariant.ts'
import { NO_ROW, type StoredPoint } from '../../model/point.ts'
import { INVENTED_ROW } from './milvus-points.ts'
import type { Vectors } from './vectors.ts'

/** A point as the table keeps it; bigint comes back as text. */
export type PgvectorRow = {
  id: string
  pool_row: string
  write_id: string
  wall_us: string
  counter: string
  origin: string
  deleted: boolean
  /** Only where the table is divided; null for a tombstone of no shard. */
  shard?: number | null
  /** As `vector_send` gives it: exact, and quicker to read than text. Null for a tombstone. */
  sent?: Buffer | null
}

/** PostgreSQL cuts a name off after 63 bytes, and the index is named after the table. */
const MOST_NAME = 50

/** The table of a run's collection: the end of its name, where runs differ. */
export const tableOf = (collection: string): string => collection.slice(-MOST_NAME)

type Column = { name: string; type: string; definition: string }

const required = (name: string, type: string): Column => ({
  ...{ name, type, definition: `${type} NOT NULL` },
})

/** All columns but the vector: enough to say which version a point is. `divided`: the table keeps shards. */
const versionColumns = (divided: boolean): Column[] => [
  { name: 'id', type: 'bigint', definition: 'bigint PRIMARY KEY' },
  ...['pool_row', 'write_id', 'wall_us', 'counter'].map((name) => required(name, 'bigint')),
  required('origin', 'text'),
  required('deleted', 'boolean'),
  ...(divided ? [{ name: 'shard', type: 'integer', definition: 'integer' }] : []),
]

/** Their names, in the order of `columnArrays`. */
export const versionNames = (divided: boolean): string =>
  versionColumns(divided)
    .map(({ name }) => name)
    .join(', ')

/** A tombstone has no vector: NULL is in no index, and nothing has to be invented for it. */
export const columnsOf = (dim: number, divided: boolean): string =>
  [
    ...versionColumns(divided).map(({ name, definition }) => `${name} ${definition}`),
    `embedding vector(${dim})`,
  ].join(', ')

/** The arrays of `columnArrays` as parameters of a statement: `$1::bigint[], …`. */
export const arrayParameters = (divided: boolean): string[] =>
  [...versionColumns(divided).map(({ type }) => type), 'text'].map(
    (type, i) => `$${i + 1}::${type}[]`,
  )

/** A vector as text. Its numbers are multiples of 1 / 512: text loses none of them. */
export const textOf = (vector: ArrayLike<number>): string => `[${Array.from(vector).join(',')}]`

/** Points as one array for each column, in the order of `versionNames`, then the vectors as text. */
export function columnArrays(
  points: readonly StoredPoint[],
  vectors: Vectors,
  divided: boolean,
): unknown[] {
  const homeless = divided
    ? points.find(({ deleted, shard }) => !deleted && shard === undefined)
    : undefined
  invariant(homeless === undefined, () => `point ${homeless?.id} belongs to no shard`)
  return [
    points.map(({ id }) => id),
    points.map(({ row }) => row),
    points.map(({ write }) => write),
    points.map(({ stamp }) => stamp.wallUs),
    points.map(({ stamp }) => stamp.counter),
    points.map(({ stamp }) => stamp.origin),
    points.map(({ deleted }) => deleted),
    ...(divided ? [points.map(({ shard = null }) => shard)] : []),
    points.map(({ row, deleted }) => (deleted ? null : textOf(vectors.vectorOf(row)))),
  ]
}

/** The version a table holds, by its columns. */
export function pointOf(found: PgvectorRow): StoredPoint {
  return {
    id: Number(found.id),
    row: Number(found.pool_row),
    write: Number(found.write_id),
    stamp: {
      wallUs: Number(found.wall_us),
      counter: Number(found.counter),
      origin: found.origin,
    },
    deleted: found.deleted,
    ...(typeof found.shard === 'number' && { shard: found.shard }),
  }
}

/** The same, its row taken from the vector; INVENTED_ROW if vector and columns do not belong together. */
export function provenPointOf(found: PgvectorRow, vectors: Vectors): StoredPoint {
  const point = pointOf(found)
  const vector = found.sent ? vectorOf(found.sent) : null
  const held = vector === null ? NO_ROW : vectors.rowOf(vector)
  const whole = held === point.row && point.deleted === (vector === null)
  return { ...point, row: whole ? point.row : INVENTED_ROW }
}

/** Two bytes of dimension, two that are unused, then 4 bytes a number, the highest first. */
function vectorOf(sent: Buffer): Float32Array {
  const dim = sent.readUInt16BE(0)
  const vector = new Float32Array(dim)
  for (let i = 0; i < dim; i++) vector[i] = sent.readFloatBE(4 + 4 * i)
  return vector
}
