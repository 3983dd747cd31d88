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
const call = { op: 1, deadlineUs: SECOND }
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
  expect(performance.now() - started).toBeLessThan(500)
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
  const long = (field_name: string, data: string[]) => ({
    ...{ field_name, type: 'Int64' },
    scalars: { long_data: { data } },
  })
  const deleted = {
    field_name: 'deleted',
    type: 'Bool',
    scalars: { bool_data: { data: [true, false] } },
  }
  server.told({
    Query: () => ({ ...noRows, fields_data: [long('id', ['4', '6']), deleted] }),
    Delete: () => ({ status: oneHit.status }),
  })
  await store.purge([4, 6], call)
  expect(server.requests('Query')[0]?.['consistency_level']).toBe('Strong')
  expect(server.requests('Delete').map((sent) => sent['expr'])).toEqual(['id in [4]'])
})
