import { type ConsistencyLevelEnum, MilvusClient } from '@zilliz/milvus2-sdk-node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IndexPlan } from '../../../../harness/model/plan.ts'
import { BASE_STAMP, type StoredPoint } from '../../../../harness/model/point.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { CallError, DeadlineError } from '../../../../harness/ports/errors.ts'
import { type MilvusStore, openMilvus } from '../../../../harness/worlds/adapters/milvus.ts'
import { FakeMilvus, noRows, oneHit } from './milvus-fake.ts'

const vectors = {
  ...{ dim: 2, rows: 9, rowOf: () => undefined },
  vectorOf: (row: number) => Float32Array.of(row, 0),
  queryOf: (query: number) => Float32Array.of(query, 1),
}
const hnsw: IndexPlan = {
  ...{ kind: 'hnsw', m: 4, efConstruction: 8, ef: 20 },
  ...{ sealAt: 1, compactAt: 1 },
}
const call = { op: 1, deadlineUs: 20 * SECOND }
const request = { query: 0, k: 3, consistency: 'strong' as const }
const point: StoredPoint = { id: 1, row: 1, write: 1, stamp: BASE_STAMP, deleted: false }

let server: FakeMilvus
let store: MilvusStore
let graph: MilvusStore

// A client takes 0.1 s to make: two serve all tests.
beforeAll(async () => {
  server = await new FakeMilvus().listen()
  const setting = { address: server.address, collection: 'c', vectors, inFlight: 64 }
  store = openMilvus({ ...setting, index: { kind: 'flat' } })
  graph = openMilvus({ ...setting, index: hnsw })
})

afterAll(async () => {
  server.close()
  await Promise.all([store.close(), graph.close()])
})

const searchParams = (sent: Record<string, never> | undefined): Record<string, string> => {
  const pairs = (sent?.['search_params'] ?? []) as { key: string; value: string }[]
  return Object.fromEntries(pairs.map(({ key, value }) => [key, value]))
}

/** Columns of two points, of which 4 is a tombstone and 6 is not. */
const deadAndLive = [
  { field_name: 'id', type: 'Int64', scalars: { long_data: { data: ['4', '6'] } } },
  { field_name: 'deleted', type: 'Bool', scalars: { bool_data: { data: [true, false] } } },
]

test('the consistency level always goes over the wire as the one that was asked for', async () => {
  server.told({ Search: () => oneHit, Query: () => noRows })
  for (const consistency of ['strong', 'bounded'] as const) {
    await store.search({ ...request, consistency }, call)
    await store.fetch([1], consistency, call)
  }
  await store.scan(call)
  const levels = (method: string) =>
    server.requests(method).map((sent) => String(sent['consistency_level']))
  expect(levels('Search')).toEqual(['Strong', 'Bounded'])
  expect(levels('Query')).toEqual(['Strong', 'Bounded', 'Strong'])
})

test('a search names its fields, leaves tombstones out, and reads 64-bit numbers', async () => {
  server.told({ Search: () => oneHit })
  expect(await store.search(request, call)).toEqual([{ id: 7, write: 41, distance: 0.5 }])
  const [sent] = server.requests('Search')
  expect(sent?.['output_fields']).toEqual(['id', 'write'])
  expect(sent?.['dsl']).toBe('deleted == false')
  expect(searchParams(sent)['topk']).toBe('3')
})

test('what goes over the wire is what the SDK would send, down to the last byte', async () => {
  const sdk = new MilvusClient({
    ...{ address: server.address, maxRetries: 0, telemetry: { enabled: false } },
    ...{ logLevel: 'error', __SKIP_CONNECT__: true },
  })
  const done = () => ({ status: oneHit.status })
  server.told({ Search: () => oneHit, Query: () => noRows, Upsert: done, Delete: done })
  const collection_name = 'c'
  const consistency_level = 'Strong' as unknown as ConsistencyLevelEnum
  const both = (method: string) => {
    const [theirs, ours] = server.requests(method).splice(-2)
    expect(ours).toEqual(theirs)
  }
  const filter = 'deleted == false'
  const asked = {
    ...{ collection_name, filter },
    output_fields: ['id', 'write'],
    consistency_level,
  }
  const data = [...vectors.queryOf(0)]
  await sdk.search({ ...asked, data, limit: 3, params: {} })
  await store.search(request, call)
  both('Search')
  await sdk.search({ ...asked, data, limit: 30, params: { ef: 20 } })
  await graph.search({ ...request, k: 30 }, call)
  both('Search')
  const fields = ['id', 'row', 'write', 'wall', 'counter', 'origin', 'deleted']
  const looked = { ...{ collection_name, filter: 'id in [1,-2]' }, consistency_level }
  await sdk.query({ ...looked, output_fields: fields })
  await store.fetch([1, -2], 'strong', call)
  both('Query')
  const far = { ...point, id: -2, row: 4, write: 2 ** 40, deleted: true }
  const rows = [point, far].map(({ id, row, write, deleted }) => ({
    ...{ id, vector: [id === 1 ? row : 7, 0], row, write },
    ...{ wall: BASE_STAMP.wallUs, counter: BASE_STAMP.counter, origin: BASE_STAMP.origin, deleted },
  }))
  await sdk.upsert({ collection_name, data: rows })
  await store.upsert([point, far], call)
  both('Upsert')
  server.told({ Query: () => ({ ...noRows, fields_data: deadAndLive }), Delete: done })
  await sdk.delete({ collection_name, filter: 'id in [4]' })
  await store.purge([4, 6], call)
  both('Delete')
  await sdk.closeConnection()
})

test('a scan reads every field of every row, vectors and negative ids too', async () => {
  const int64 = (field_name: string, data: string[]) => ({
    ...{ field_name, type: 'Int64' },
    scalars: { long_data: { data } },
  })
  const fields_data = [
    ...[int64('id', ['3', '-1']), int64('row', ['5', '6']), int64('write', ['1', '1099511627776'])],
    ...[int64('wall', ['8', '9']), int64('counter', ['0', '1'])],
    {
      field_name: 'origin',
      type: 'VarChar',
      scalars: { string_data: { data: ['here', 'there'] } },
    },
    { field_name: 'deleted', type: 'Bool', scalars: { bool_data: { data: [false, false] } } },
    {
      ...{ field_name: 'vector', type: 'FloatVector' },
      vectors: { dim: '2', float_vector: { data: [5, 0, 6, 0] } },
    },
  ]
  server.told({ Query: () => ({ ...noRows, fields_data }) })
  const read = openMilvus({
    ...{ address: server.address, collection: 'c', index: { kind: 'flat' }, inFlight: 4 },
    vectors: { ...vectors, rowOf: (vector) => (vector[1] === 0 ? vector[0] : undefined) },
  })
  expect(await read.scan(call)).toEqual([
    { id: 3, row: 5, write: 1, stamp: { wallUs: 8, counter: 0, origin: 'here' }, deleted: false },
    {
      ...{ id: -1, row: 6, write: 2 ** 40, deleted: false },
      stamp: { wallUs: 9, counter: 1, origin: 'there' },
    },
  ])
  await read.close()
})

test('an HNSW search passes the ef of the plan, whatever k is; a FLAT one passes none', async () => {
  server.told({ Search: () => oneHit })
  await graph.search({ ...request, k: 10 }, call)
  await graph.search({ ...request, k: 50 }, call)
  await store.search({ ...request, k: 50 }, call)
  const efs = server
    .requests('Search')
    .map((sent) => JSON.parse(searchParams(sent)['params'] ?? '{}').ef)
  expect(efs).toEqual([20, 20, undefined])
})

test('a failed call is not tried again behind the caller, and nothing is sent unasked', async () => {
  const fail = () => ({ grpc: 14 })
  server.told({
    ...{ Query: fail, Upsert: fail, Connect: fail, Search: () => ({ grpc: 2 }) },
  })
  await expect(store.fetch([1], 'strong', call)).rejects.toMatchObject({ definite: false })
  await expect(store.search(request, call)).rejects.toMatchObject({ definite: false })
  await expect(store.upsert([point], call)).rejects.toMatchObject({ definite: false })
  expect(server.asked.map(([method]) => method)).toEqual([...['Query', 'Search', 'Upsert']])
})

test('30 searches are in flight at once', async () => {
  let release = () => {}
  const all = new Promise<void>((resolve) => {
    release = resolve
  })
  let inFlight = 0
  const hold = async () => {
    if (++inFlight === 30) release()
    await all
    return oneHit
  }
  server.told({ Search: hold })
  await Promise.all(Array.from({ length: 30 }, () => store.search(request, call)))
  expect(inFlight).toBe(30)
})

test('a call ends at its own deadline, as unknown', async () => {
  server.told({ Query: () => new Promise(() => {}) })
  const started = performance.now()
  const late = store.fetch([1], 'strong', { op: 1, deadlineUs: 60 * MS })
  await expect(late).rejects.toBeInstanceOf(DeadlineError)
  expect(performance.now() - started).toBeLessThan(10_000)
})

test('a deadline of next to nothing is not taken for none', async () => {
  server.told({ Query: () => new Promise(() => {}) })
  for (const deadlineUs of [0, 1]) {
    const late = store.fetch([1], 'strong', { op: 1, deadlineUs })
    await expect(late).rejects.toBeInstanceOf(DeadlineError)
  }
})

test('a status that is not success is an error, whatever rows come with it', async () => {
  const status = { error_code: 'UnexpectedError', code: 101, reason: 'collection not loaded' }
  server.told({
    Query: () => ({ status, fields_data: [] }),
    Search: () => ({ ...oneHit, status }),
    Upsert: () => ({ status: { ...status, code: 5, reason: 'half done' } }),
  })
  const refused = { definite: true, message: expect.stringContaining('not loaded') }
  await expect(store.fetch([1], 'strong', call)).rejects.toMatchObject(refused)
  await expect(store.search(request, call)).rejects.toMatchObject(refused)
  await expect(store.upsert([point], call)).rejects.toMatchObject({ definite: false })
})

test('a success without results is an error of that call, never no hits', async () => {
  server.told({ Search: () => ({ status: oneHit.status }) })
  await expect(store.search(request, call)).rejects.toMatchObject({
    ...{ definite: true, message: expect.stringContaining('without results') },
  })
})

test('a call the server does not know is an error, although the SDK calls it a success', async () => {
  server.told({})
  const unknown = (work: Promise<unknown>) => expect(work).rejects.toBeInstanceOf(CallError)
  await unknown(store.upsert([point], call))
  await unknown(store.fetch([1], 'strong', call))
  await unknown(store.search(request, call))
  await unknown(store.segments())
})

test('a refused connection is definite: nothing was sent', async () => {
  const index = { kind: 'flat' as const }
  const nobody = openMilvus({
    address: '127.0.0.1:1',
    collection: 'c',
    vectors,
    index,
    inFlight: 8,
  })
  await expect(nobody.upsert([point], call)).rejects.toMatchObject({ definite: true })
  await nobody.close()
  await expect(nobody.upsert([point], call)).rejects.toThrow(/closed/)
})

test('one upsert with an id twice is our own bug, and calls for nothing are not made', async () => {
  server.told({})
  await expect(store.upsert([point, { ...point, write: 2 }], call)).rejects.toThrow(/a bug/)
  await expect(store.remove([point], call)).rejects.toThrow(/a bug/)
  await store.upsert([], call)
  await store.remove([], call)
  expect(await store.fetch([], 'strong', call)).toEqual([])
  await store.purge([], call)
  expect(server.asked).toEqual([])
})

test('a purge deletes by id what a strong read says is dead', async () => {
  server.told({
    Query: () => ({ ...noRows, fields_data: deadAndLive }),
    Delete: () => ({ status: oneHit.status }),
  })
  await store.purge([4, 6], call)
  expect(server.requests('Query')[0]?.['consistency_level']).toBe('Strong')
  expect(server.requests('Delete').map((sent) => sent['expr'])).toEqual(['id in [4]'])
})
