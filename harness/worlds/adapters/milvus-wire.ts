import { createRequire } from 'node:module'
import type * as Grpc from '@grpc/grpc-js'
import type { PointId } from '../../model/point.ts'
import { CallError } from '../../ports/errors.ts'
import type { Hit } from '../../ports/store.ts'

type Loader = { getGRPCService: (proto: object, options: object) => Grpc.ServiceClientConstructor }

type Status = { status: unknown }
/** One column of an answer. What `field` and `data` name is there, the rest is not. */
type Column = {
  field_name: string
  scalars?: {
    long_data?: { data: number[] }
    string_data?: { data: string[] }
    bool_data?: { data: boolean[] }
  }
  vectors?: { dim: number; float_vector?: { data: number[] } }
}
type SearchAnswer = Status & {
  results: {
    scores: number[]
    ids: { int_id?: { data: number[] } } | null
    fields_data: Column[]
  } | null
}
type QueryAnswer = Status & { fields_data: Column[] }

/** The calls of which a run makes thousands, and what each is answered. */
export type Answers = {
  Search: SearchAnswer
  Query: QueryAnswer
  Insert: Status
  Upsert: Status
  Delete: Status
}
export type Method = keyof Answers

/**
 * The hot calls of one Milvus server, over gRPC itself with the SDK's own service definition. The SDK's own send the same, and write each request and answer as JSON for a log that is off; they also turn on promise
 * hooks for the whole process. A generator built on them measures them.
 */
export class MilvusWire {
  private readonly client: Grpc.Client

  constructor(address: string, options: Grpc.ChannelOptions) {
    service ??= loadService()
    const { Service, grpc } = service
    this.client = new Service(address, grpc.credentials.createInsecure(), options)
  }

  /** Rejects as gRPC does, also after `timeoutMs`: then the server is told that nobody waits any more. */
  ask<M extends Method>(method: M, request: object, timeoutMs: number): Promise<Answers[M]> {
    const call = (this.client as unknown as Record<M, Unary<Answers[M]>>)[method]
    return new Promise((resolve, reject) => {
      call.call(this.client, request, { deadline: Date.now() + timeoutMs }, (error, answer) => {
        if (error) reject(error)
        else resolve(answer as Answers[M])
      })
    })
  }

  close(): void {
    this.client.close()
  }
}

type Unary<A> = (
  request: object,
  options: Grpc.CallOptions,
  done: (error: Grpc.ServiceError | null, answer?: A) => void,
) => void

/** A number of 64 bits is one of a float64: ids and counts here stay below 2^53. */
const LOADING = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true }
let service: ReturnType<typeof loadService> | undefined

/** The SDK's own copy of gRPC, wherever it was installed. Once a process. */
function loadService() {
  const fromSdk = createRequire(import.meta.resolve('@zilliz/milvus2-sdk-node'))
  const grpc = fromSdk('@grpc/grpc-js') as typeof Grpc
  const { getGRPCService } = fromSdk('@zilliz/milvus2-sdk-node') as Loader
  const Service = getGRPCService({ serviceName: 'milvus.proto.milvus.MilvusService' }, LOADING)
  return { Service, grpc }
}

const pairs = (values: Record<string, string>): { key: string; value: string }[] =>
  Object.entries(values).map(([key, value]) => ({ key, value }))

/** What each request of ours names. `consistency_level` is text: 0, which is Strong, is what none is taken for. */
type Asked = { collection: string; filter: string; fields: readonly string[]; level: string }

const asked = ({ collection, fields, level }: Asked) => ({
  collection_name: collection,
  output_fields: fields,
  consistency_level: level,
})

/** A search for the `k` points nearest to `vector`; `ef` where the index is a graph. */
export function searchRequest(
  ask: Asked & { vector: Float32Array; k: number; ef: number | undefined },
): object {
  const { filter, vector, k, ef } = ask
  return {
    ...asked(ask),
    dsl: filter,
    dsl_type: 'BoolExprV1',
    nq: 1,
    placeholder_group: vectorBytesOf(vector),
    search_params: pairs({
      ...{ anns_field: 'vector', params: ef === undefined ? '{}' : `{"ef":${ef}}` },
      ...{ topk: String(k), offset: '0', metric_type: '', ignore_growing: 'false' },
      ...(ef !== undefined && { ef: String(ef) }),
    }),
  }
}

export const queryRequest = (ask: Asked & { params: Record<string, string> }): object => ({
  ...asked(ask),
  expr: ask.filter,
  query_params: pairs(ask.params),
})

/** A protobuf `PlaceholderGroup` of one `PlaceholderValue { tag: "$0", type: FloatVector, values }`. */
function vectorBytesOf(vector: Float32Array): Buffer {
  const floats = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
  const value = Buffer.concat([
    Buffer.from([0x0a, 2, 0x24, 0x30, 0x10, 101, 0x1a]),
    varint(floats.length),
    floats,
  ])
  return Buffer.concat([Buffer.from([0x0a]), varint(value.length), value])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return Buffer.from([...bytes, left])
    bytes.push((left & 127) | 128)
  }
}

/** A point as a collection keeps it, by field. */
export type MilvusRow = Record<string, unknown>

export const deleteRequest = (collection: string, expr: string): object => ({
  collection_name: collection,
  expr,
})

/**
 * Of an insert or an upsert: rows as columns, in the order of the first one's fields. A column's type is that of the value
 * in the first row.
 */
export function writeRequest(collection: string, rows: readonly MilvusRow[]): object {
  return {
    collection_name: collection,
    num_rows: rows.length,
    fields_data: Object.keys(rows[0] ?? {}).map((name) =>
      columnOf(
        name,
        rows.map((row) => row[name]),
      ),
    ),
  }
}

function columnOf(field_name: string, data: readonly unknown[]): object {
  const [first] = data
  if (typeof first === 'number') return scalarColumn(field_name, 'Int64', { long_data: { data } })
  if (typeof first === 'boolean') return scalarColumn(field_name, 'Bool', { bool_data: { data } })
  if (typeof first === 'string')
    return scalarColumn(field_name, 'VarChar', { string_data: { data } })
  const vectors = data as readonly Float32Array[]
  const all: number[] = []
  for (const vector of vectors) for (const value of vector) all.push(value)
  const held = { dim: vectors[0]?.length ?? 0, float_vector: { data: all } }
  return { field_name, type: 'FloatVector', vectors: held }
}

const scalarColumn = (field_name: string, type: string, scalars: object): object => ({
  ...{ field_name, type, scalars },
})

/** The hits of a search for one vector, nearest first. Throws a CallError for a success without results. */
export function hitsOf({ results }: SearchAnswer): Hit[] {
  if (!results) throw new CallError('Milvus answered a search without results', { definite: true })
  const ids = results.ids?.int_id?.data ?? []
  const writes = results.fields_data.find(({ field_name }) => field_name === 'write')
  const write = writes?.scalars?.long_data?.data ?? []
  return ids.map((id, i) => ({
    ...{ id: id as PointId, write: write[i] as number },
    distance: results.scores[i] as number,
  }))
}

/** The rows of a query. Vectors are arrays of numbers, 64-bit numbers are numbers. */
export function rowsOf({ fields_data }: QueryAnswer): MilvusRow[] {
  const columns = fields_data.map((column) => [column.field_name, valuesOf(column)] as const)
  const [, first = []] = columns[0] ?? []
  return first.map((_, i) => Object.fromEntries(columns.map(([name, values]) => [name, values[i]])))
}

function valuesOf({ scalars, vectors }: Column): readonly unknown[] {
  if (scalars)
    return scalars.long_data?.data ?? scalars.string_data?.data ?? scalars.bool_data?.data ?? []
  const { dim = 0, float_vector } = vectors ?? {}
  const all = float_vector?.data ?? []
  return Array.from({ length: dim === 0 ? 0 : all.length / dim }, (_, i) =>
    all.slice(i * dim, (i + 1) * dim),
  )
}
