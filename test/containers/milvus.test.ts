import { createServer, connect as dial, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { MilvusClient } from '@zilliz/milvus2-sdk-node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NeighbourTable } from '../../harness/base/neighbours.ts'
import { BASE_STAMP, NO_ROW, type StoredPoint } from '../../harness/model/point.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { CallError } from '../../harness/ports/errors.ts'
import { HostClock } from '../../harness/worlds/adapters/host-clock.ts'
import { type MilvusStore, openMilvus } from '../../harness/worlds/adapters/milvus.ts'
import { loadBase } from '../../harness/worlds/adapters/milvus-loading.ts'
import { INVENTED_ROW } from '../../harness/worlds/adapters/milvus-points.ts'
import { VisibilityWatch } from '../../harness/worlds/adapters/milvus-visibility.ts'
import { vectorsOf } from '../../harness/worlds/adapters/vectors.ts'
import { baseOf, hnsw, pool, startMilvus, type TestServer, vectors } from './milvus-server.ts'
import { swallowingProxy } from './swallowing-proxy.ts'

const BASE = 5_000
const call = { op: 1, deadlineUs: 10 * SECOND }
const patient = { op: 1, deadlineUs: 50 * SECOND }
const quiet = { withinMs: 90_000, onStep: () => {} }

const upsertOf = (id: number, row: number, write: number): StoredPoint => ({
  ...{ id, row, write, deleted: false },
  stamp: { ...BASE_STAMP, wallUs: write },
})
const tombstoneOf = (id: number, write: number): StoredPoint => ({
  ...upsertOf(id, NO_ROW, write),
  deleted: true,
})

/** Looks until it holds, for at most a second: how long the store may take to show what it acknowledged. */
async function soon(holds: () => Promise<boolean>): Promise<void> {
  const started = performance.now()
  while (!(await holds())) {
    expect(performance.now() - started).toBeLessThan(1_000)
    await sleep(10)
  }
}

/** What a server says itself of a collection: how its vectors are indexed, and their dimensions. */
async function saidOf(sdk: MilvusClient, collection_name: string): Promise<Record<string, string>> {
  const { index_descriptions } = await sdk.describeIndex({ collection_name })
  const { schema } = await sdk.describeCollection({ collection_name })
  const pairs = index_descriptions.flatMap(({ params }) => params)
  const nested = pairs.find(({ key }) => key === 'params')?.value
  const said = Object.fromEntries(pairs.map(({ key, value }) => [key, String(value)]))
  const dim = schema.fields
    .flatMap(({ type_params }) => type_params)
    .find(({ key }) => key === 'dim')
  const { params: _, ...plain } = said
  const inner: Record<string, unknown> = nested ? JSON.parse(String(nested)) : {}
  const strings = Object.entries(inner).map(([key, value]) => [key, String(value)])
  return { ...plain, ...Object.fromEntries(strings), dim: String(dim?.value) }
}

/** A way to the server on which every answer takes so much longer. */
async function slowProxy(
  target: string,
  delayMs: number,
): Promise<{ server: Server; address: string }> {
  const [host = '', port = ''] = target.split(':')
  const server = createServer((near) => {
    const far = dial(Number(port), host)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const)
      socket.on('error', () => other.destroy()).on('close', () => other.destroy())
    near.pipe(far)
    far.on('data', (chunk) => setTimeout(() => near.write(chunk), delayMs))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: own } = server.address() as { port: number }
  return { server, address: `127.0.0.1:${own}` }
}

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('Milvus', () => {
  let server: TestServer
  let store: MilvusStore
  let collection: string

  beforeAll(async () => {
    server = await startMilvus('milvus')
    const setting = server.setting()
    collection = setting.collection
    const started = performance.now()
    await loadBase(setting, baseOf(BASE), quiet)
    const tookMs = Math.round(performance.now() - started)
    process.stderr.write(`milvus: ${BASE} points loaded and sealed in ${tookMs} ms\n`)
    store = openMilvus(setting)
  }, 120_000)

  afterAll(async () => {
    await store?.close()
    await server?.stop()
  }, 60_000)

  test('the tick it was started with takes effect', async () => {
    // The proxy logs half of the interval it was given.
    expect(/syncTimeTickInterval=\w+/.exec(await server.log())?.[0]).toBe(
      'syncTimeTickInterval=25ms',
    )
  })

  test('after loading every row is sealed, and the scan proves every vector', async () => {
    expect(await store.segments()).toEqual({ sealed: 1, sealedRows: BASE + 1, growingRows: 0 })
    const live = (await store.scan(call)).filter(({ deleted }) => !deleted)
    expect(live).toHaveLength(BASE)
    expect(live.filter(({ id, row }) => id !== row)).toEqual([])
  })

  test('FLAT finds the exact neighbours, at the exact distances', async () => {
    const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, BASE)
    const queries = Array.from({ length: 100 }, (_, i) => i * 5)
    table.prepare(queries)
    for (const query of queries) {
      const hits = await store.search({ query, k: 10, consistency: 'bounded' }, call)
      const exact = [...table.list(query).subarray(0, 10)].map((row) => table.distance(query, row))
      expect(hits.map(({ distance }) => distance)).toEqual(exact)
      // Rows of one distance may stand in any order.
      for (const { id, distance } of hits) expect(table.distance(query, id)).toBe(distance)
      expect(new Set(hits.map(({ id }) => id)).size).toBe(10)
    }
  })

  test('30 searches at once take less than three rounds of ten: none waits for another', async () => {
    // The SDK's own pool of 10 would make three rounds of 30. Answers take so long on their way that what 30 searches cost
    // a slow machine is little beside it.
    const proxy = await slowProxy(server.address, 2_000)
    const far = openMilvus({ ...server.setting(), collection, address: proxy.address })
    const search = (query: number) => far.search({ query, k: 10, consistency: 'bounded' }, patient)
    const all = (ids: readonly number[]) => Promise.all(ids.map(search))
    const timeOf = async (work: () => Promise<unknown>) => {
      const started = performance.now()
      await work()
      return performance.now() - started
    }
    const ids = baseOf(30).map(({ id }) => id)
    // Opening a connection takes its own time on such a way.
    await all(ids)
    const inRounds = await timeOf(async () => {
      for (const from of [0, 10, 20]) await all(ids.slice(from, from + 10))
    })
    const atOnce = await timeOf(() => all(ids))
    await far.close()
    proxy.server.close()
    process.stderr.write(
      `milvus: 30 searches in three rounds ${Math.round(inRounds)}, at once ${Math.round(atOnce)} ms\n`,
    )
    expect(atOnce).toBeLessThan(0.75 * inRounds)
  }, 60_000)

  test('an upsert of a sealed point never gives a search two rows of one id', async () => {
    const request = { query: 3, k: 50, consistency: 'bounded' as const }
    const sealed = (await store.search(request, call)).map(({ id }) => id)
    const latest = new Map<number, number>()
    let writing = true
    const writer = async () => {
      for (let write = 1; write <= 400; write++) {
        const id = sealed[write % sealed.length] as number
        await store.upsert([upsertOf(id, id, write)], call)
        latest.set(id, write)
      }
      writing = false
    }
    let answers = 0
    const reader = async () => {
      while (writing) {
        const ids = (await store.search(request, call)).map(({ id }) => id)
        expect(new Set(ids).size).toBe(ids.length)
        answers++
      }
    }
    await Promise.all([writer(), reader(), reader()])
    expect(answers).toBeGreaterThan(200)
    const found = await store.search({ ...request, consistency: 'strong' }, call)
    expect(new Map(found.map(({ id, write }) => [id, write]))).toEqual(latest)
    const { growingRows, sealedRows } = await store.segments()
    expect([sealedRows, growingRows]).toEqual([BASE + 1 - sealed.length, sealed.length])
  })

  test('a removed point leaves bounded searches within a second, and a tombstone stays', async () => {
    const request = { query: 7, k: 5, consistency: 'bounded' as const }
    const [first] = await store.search(request, call)
    const id = first?.id as number
    await store.remove([tombstoneOf(id, 900)], call)
    await soon(async () => !(await store.search(request, call)).some((hit) => hit.id === id))
    expect(await store.fetch([id], 'strong', call)).toEqual([tombstoneOf(id, 900)])
    await store.upsert([upsertOf(id, id, 901)], call)
  })

  test('a purge touches no point that has just come back to life', async () => {
    for (let round = 0; round < 5; round++) {
      await store.remove([tombstoneOf(20 + round, 910)], call)
      await soon(async () => (await store.fetch([20 + round], 'bounded', call))[0]?.write === 910)
      await store.upsert([upsertOf(20 + round, 20 + round, 911)], call)
      await store.purge([20 + round], call)
    }
    const found = await store.fetch([20, 21, 22, 23, 24], 'strong', call)
    expect(found.map(({ write }) => write)).toEqual([911, 911, 911, 911, 911])
  })

  test('a version is seen as visible after its acknowledgement and within a second', async () => {
    const clock = new HostClock()
    clock.begin()
    const acknowledged = new Map<number, number>()
    const visible = new Map<number, number>()
    const watch = new VisibilityWatch({
      store,
      now: () => clock.now(),
      onVisible: (write, _id, t) => visible.set(write, t),
      onBroken: (error) => {
        throw error
      },
    })
    for (let write = 1_000; write < 1_040; write++) {
      const id = 100 + (write % 15)
      const point = write % 5 === 0 ? tombstoneOf(id, write) : upsertOf(id, id, write)
      await store.upsert([point], call)
      acknowledged.set(write, clock.now())
      watch.note(write, id)
      await sleep(10)
    }
    await soon(async () => watch.pending === 0)
    watch.close()
    const lags = [...acknowledged].map(([write, t]) => (visible.get(write) as number) - t)
    process.stderr.write(
      `milvus: visible after ${lags.map((lag) => lag / MS).sort((a, b) => a - b)[20]} ms\n`,
    )
    expect(lags).toHaveLength(40)
    for (const lag of lags) {
      expect(lag).toBeGreaterThan(0)
      expect(lag).toBeLessThan(SECOND)
    }
  })

  test('a scan reports a vector that is not that of its row as invented', async () => {
    const shifted = { ...vectors, vectorOf: (row: number) => vectors.vectorOf(row + 1) }
    const noRow = { ...vectors, vectorOf: () => new Float32Array(pool.dim).fill(0.25) }
    const setting = { ...server.setting(), collection }
    for (const [id, wrong] of [shifted, noRow].entries()) {
      const broken = openMilvus({ ...setting, vectors: wrong })
      await broken.upsert([upsertOf(40 + id, 40 + id, 2_000)], call)
      await broken.close()
    }
    const invented = (await store.scan(call)).filter(({ row }) => row === INVENTED_ROW)
    expect(invented.map(({ id }) => id).sort()).toEqual([40, 41])
  })

  test('a scan of more rows than one answer holds has each of them once', async () => {
    const codes = Int8Array.from({ length: 80_000 }, (_, i) => ((i >> 2) >> (4 * (i & 3))) & 15)
    const small = { dim: 4, size: 20_000, queries: 0, codes, queryCodes: new Int8Array(0) }
    const tiny = vectorsOf({
      ...small,
      vectorOf: (row) => Float32Array.from(codes.subarray(row * 4, row * 4 + 4), (c) => c / 512),
    })
    const setting = { ...server.setting(), vectors: tiny }
    const many = baseOf(20_000).map(({ id, row }) => ({ id: id * 7, row }))
    await loadBase(setting, many, { ...quiet, seal: false })
    const large = openMilvus(setting)
    const scanned = await large.scan(call)
    await large.close()
    const live = scanned.filter(({ deleted }) => !deleted).sort((a, b) => a.id - b.id)
    expect(scanned).toHaveLength(20_001)
    expect(live.map(({ id, row }) => ({ id, row }))).toEqual(many)
  })

  test('HNSW is built as the plan says, refuses a k above its ef, and its recall is that of a graph', async () => {
    const setting = server.setting(hnsw)
    await loadBase(setting, baseOf(2_000), quiet)
    const graph = openMilvus(setting)
    const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, 2_000)
    const sdk = new MilvusClient({ address: server.address, __SKIP_CONNECT__: true })
    expect(await saidOf(sdk, setting.collection)).toEqual({
      ...{ index_type: 'HNSW', metric_type: 'L2', dim: String(pool.dim) },
      ...{ M: String(hnsw.m), efConstruction: String(hnsw.efConstruction) },
    })
    expect(await saidOf(sdk, collection)).toMatchObject({ index_type: 'FLAT', metric_type: 'L2' })
    await sdk.closeConnection()
    // As the simulator does, and `check` before it: nothing raises ef to k on the way.
    await expect(
      graph.search({ query: 0, k: 200, consistency: 'bounded' }, call),
    ).rejects.toMatchObject({ definite: true, message: expect.stringMatching(/ef/) })
    let found = 0
    for (let query = 0; query < 50; query++) {
      const kth = table.distance(query, table.list(query)[9] as number)
      const hits = await graph.search({ query, k: 10, consistency: 'bounded' }, call)
      found += hits.filter(({ distance }) => distance <= kth).length
    }
    await graph.close()
    process.stderr.write(`milvus: HNSW recall at 10 over 2,000 sealed: ${found / 500}\n`)
    expect(found).toBeGreaterThan(475)
  })

  test('a collection that is missing or not loaded is an error, never an empty answer', async () => {
    const request = { query: 0, k: 1, consistency: 'strong' as const }
    const missing = openMilvus(server.setting())
    const noSuch = { definite: true, message: expect.stringMatching(/collection not found/) }
    await expect(missing.search(request, call)).rejects.toMatchObject(noSuch)
    await expect(missing.fetch([1], 'strong', call)).rejects.toMatchObject(noSuch)
    await expect(missing.upsert([upsertOf(1, 1, 1)], call)).rejects.toMatchObject(noSuch)
    await missing.close()

    const setting = server.setting()
    await loadBase(setting, baseOf(10), { ...quiet, seal: false })
    const sdk = new MilvusClient({ address: server.address, __SKIP_CONNECT__: true })
    await sdk.releaseCollection({ collection_name: setting.collection })
    const unloaded = openMilvus(setting)
    const notLoaded = { definite: true, message: expect.stringMatching(/not loaded/) }
    await expect(unloaded.search(request, call)).rejects.toMatchObject(notLoaded)
    await expect(unloaded.fetch([1], 'strong', call)).rejects.toMatchObject(notLoaded)
    await expect(unloaded.scan(call)).rejects.toMatchObject(notLoaded)
    await Promise.all([unloaded.close(), sdk.closeConnection()])
  })

  test('loading refuses a collection that exists: the base would stand there twice', async () => {
    const setting = { ...server.setting(), collection }
    await expect(loadBase(setting, baseOf(10), quiet)).rejects.toThrow(
      `Milvus at ${server.address} already has a collection ${collection}. Drop it`,
    )
  })

  test('a connection that swallows everything is replaced, and the store answers again', async () => {
    const proxy = await swallowingProxy(server.address)
    const { port } = proxy.server.address() as { port: number }
    const silences: number[] = []
    const setting = { ...server.setting(), collection, address: `127.0.0.1:${port}` }
    const behind = openMilvus({ ...setting, onRebuilt: (silentMs) => silences.push(silentMs) })
    // gRPC shares a connection among equal clients, and keeps it while one of them lives.
    const neighbour = openMilvus(setting)
    await Promise.all([behind, neighbour].map((one) => one.fetch([1], 'bounded', call)))
    proxy.swallow()
    const started = performance.now()
    let answered = false
    while (!answered && performance.now() - started < 12_000)
      answered = await behind.fetch([1], 'bounded', { op: 1, deadlineUs: 700 * MS }).then(
        () => true,
        (error) => {
          expect(error).toBeInstanceOf(CallError)
          return false
        },
      )
    await Promise.all([behind.close(), neighbour.close()])
    proxy.server.close()
    expect(answered).toBe(true)
    expect(silences).toHaveLength(1)
    expect(silences[0]).toBeGreaterThan(3_000)
  })
})
