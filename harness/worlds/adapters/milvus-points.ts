import type { FieldType } from '@zilliz/milvus2-sdk-node'
import { invariant } from '../../base/invariant.ts'
import { NO_ROW, type PointId, type Row, type StoredPoint } from '../../model/point.ts'
import type { Consistency } from '../../ports/store.ts'
import type { MilvusRow } from './milvus-wire.ts'
import type { Vectors } from './vectors.ts'

/** Row of a live point whose vector is not that of its row field: no writer can have written it. */
export const INVENTED_ROW: Row = -2

const fields = ['id', 'row', 'write', 'wall', 'counter', 'origin', 'deleted']
/** All fields but the vector: enough to say which version a point is. `divided`: the collection keeps shards. */
export const versionFields = (divided: boolean): string[] =>
  divided ? [...fields, 'shard'] : fields
export const allFields = (divided: boolean): string[] => [...versionFields(divided), 'vector']

/** A tombstone may belong to no shard: no search looks for it. */
const NO_SHARD = -1

/**
 * The schema of a collection for vectors of `dim` dimensions. A shard is a scalar field and no partition key: Milvus 2.3.5
 * puts what is upserted into the partition of another field (milvus-io/milvus#30607), where no search of its shard finds it.
 */
export function fieldsOf(dim: number, divided: boolean): FieldType[] {
  const int64 = (name: string) => ({ name, data_type: 'Int64' as const })
  return [
    { ...int64('id'), is_primary_key: true, autoID: false },
    { name: 'vector', data_type: 'FloatVector', dim },
    ...['row', 'write', 'wall', 'counter', ...(divided ? ['shard'] : [])].map(int64),
    { name: 'origin', data_type: 'VarChar', max_length: 256 },
    { name: 'deleted', data_type: 'Bool' },
  ]
}

/** A point as it is sent to a collection. */
export function milvusRowOf(point: StoredPoint, vectors: Vectors, divided: boolean): MilvusRow {
  const { id, row, write, stamp, deleted, shard } = point
  invariant(!divided || deleted || shard !== undefined, `point ${id} belongs to no shard`)
  const vector = vectors.vectorOf(deleted ? tombstoneRow(id, vectors.rows) : row)
  return {
    ...{ id, vector, row, write },
    ...{ wall: stamp.wallUs, counter: stamp.counter, origin: stamp.origin, deleted },
    ...(divided && { shard: shard ?? NO_SHARD }),
  }
}

/**
 * A tombstone has no vector, but the index wants one, and it must lie where points lie. Zeros are nearer to every
 * unit vector than any other is: one such point becomes the only neighbour of all in an HNSW graph, and a search
 * for 200 finds 2.
 */
const tombstoneRow = (id: PointId, rows: number): Row => ((id % rows) + rows) % rows

/** The version a collection holds, by its fields. */
export function pointOf(found: MilvusRow): StoredPoint {
  return {
    id: Number(found['id']),
    row: Number(found['row']),
    write: Number(found['write']),
    stamp: {
      wallUs: Number(found['wall']),
      counter: Number(found['counter']),
      origin: String(found['origin']),
    },
    deleted: found['deleted'] === true,
    ...shardIn(found['shard']),
  }
}

/** Absent where the collection keeps none, and where a tombstone has none. */
const shardIn = (held: unknown): { shard?: number } =>
  held === undefined || Number(held) === NO_SHARD ? {} : { shard: Number(held) }

/**
 * The version a collection holds, its row taken from the vector. INVENTED_ROW if that vector is no pool row, not
 * the row of its row field, or, for a tombstone, if that field names a row at all.
 */
export function provenPointOf(found: MilvusRow, vectors: Vectors): StoredPoint {
  const point = pointOf(found)
  const held = point.deleted ? NO_ROW : vectors.rowOf(found['vector'] as ArrayLike<number>)
  return { ...point, row: held === point.row ? point.row : INVENTED_ROW }
}

/** Levels go out as text: the SDK takes its own enum's Strong (0) for "none given" and sends the default. */
export const levelOf = (consistency: Consistency): 'Strong' | 'Bounded' =>
  consistency === 'strong' ? 'Strong' : 'Bounded'

/** What a search looks through: live points, of some shards or of all. */
export const liveIn = (shards: readonly number[] | undefined): string =>
  shards ? `shard in [${shards.join(',')}] && deleted == false` : 'deleted == false'

export const idIn = (ids: readonly PointId[]): string => `id in [${ids.join(',')}]`
