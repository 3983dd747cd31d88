import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NeighbourTable } from '../../harness/base/neighbours.ts'
import { BASE_STAMP, NO_ROW, type StoredPoint } from '../../harness/model/point.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { CallError, DeadlineError } from '../../harness/ports/errors.ts'
import { INVENTED_ROW } from '../../harness/worlds/adapters/milvus-points.ts'
import { openPgvector, type PgvectorStore } from '../../harness/worlds/adapters/pgvector.ts'
import { PgvectorConnection } from '../../harness/worlds/adapters/pgvector-connection.ts'
import { loadPgvector } from '../../harness/worlds/adapters/pgvector-loading.ts'
import { tableOf } from '../../harness/worlds/adapters/pgvector-points.ts'
import { baseOf, hnsw, pool, vectors } from './milvus-server.ts'
import { type PgvectorServer, startPgvector } from './pgvector-server.ts'
import { swallowingProxy } from './swallowing-proxy.ts'

const BASE = 5_000
const GRAPH = 2_000
const call = { op: 1, deadlineUs: 10 * SECOND }
const quiet = { withinMs: 120_000, onStep: () => {} }
const ask = (query: number, k: number) => ({ query, k, consistency: 'bounded' as const })

const upsertOf = (id: number, row: number, write: number): StoredPoint => ({
  ...{ id, row, write, deleted: false },
  stamp: { ...BASE_STAMP, wallUs: write },
})
const tombstoneOf = (id: number, write: number): StoredPoint => ({
  ...upsertOf(id, NO_ROW, write),
  deleted: true,
})

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('PostgreSQL with pgvector', () => {
  let server: PgvectorServer
  let store: PgvectorStore
  let collection: string
  /** A session beside the adapter, as an operator has it. */
  let operator: pg.Client

  beforeAll(async () => {
    server = await startPgvector('pgvector')
    const setting = server.setting()
    collection = setting.collection
    await loadPgvector(setting, baseOf(BASE), quiet)
    store = openPgvector(setting)
    const [host, port] = server.address.split(':')
    operator = new pg.Client({ host, port: Number(port), user: 'postgres', database: 'postgres' })
    await operator.connect()
  }, 180_000)

  afterAll(async () => {
    await Promise.all([store?.close(), operator?.end()])
    await server?.stop()
  }, 60_000)

  /** A table with a graph over the first points, and searches of it with these candidates. */
  const graphOf = async (ef: number, iterativeScan: 'off' | 'strict_order' = 'off') => {
    const setting = server.setting({ ...hnsw, ef }, iterativeScan)
    await loadPgvector(setting, baseOf(GRAPH), quiet)
    return { setting, graph: openPgvector(setting), table: tableOf(setting.collection) }
  }

  test('the scan proves every vector', async () => {
    const live = (await store.scan(call)).filter(({ deleted }) => !deleted)
    expect(live).toHaveLength(BASE)
    expect(live.filter(({ id, row }) => id !== row)).toEqual([])
  })

  test('without an index it finds the exact neighbours, at the exact distances', async () => {
    const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, BASE)
    const queries = Array.from({ length: 100 }, (_, i) => i * 5)
    table.prepare(queries)
    for (const query of queries) {
      const hits = await store.search(ask(query, 10), call)
      const exact = [...table.list(query).subarray(0, 10)].map((row) => table.distance(query, row))
      expect(hits.map(({ distance }) => distance)).toEqual(exact)
      for (const { id, distance } of hits) expect(table.distance(query, id)).toBe(distance)
      expect(new Set(hits.map(({ id }) => id)).size).toBe(10)
    }
  })

  test('HNSW is built as the plan says, is what a search uses, and its recall is that of a graph', async () => {
    const { graph, table: name } = await graphOf(64)
    const { rows } = await operator.query('SELECT indexdef FROM pg_indexes WHERE tablename = $1', [
      name,
    ])
    const made = rows.map(({ indexdef }) => String(indexdef)).join('\n')
    expect(made).toContain(
      "USING hnsw (embedding vector_l2_ops) WITH (m='16', ef_construction='200')",
    )
    for (const k of [1, 10, 1_000])
      expect((await graph.explained(k, call)).join('\n')).toContain(
        `Index Scan using ${name}_embedding`,
      )
    const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, GRAPH)
    let found = 0
    for (let query = 0; query < 50; query++) {
      const kth = table.distance(query, table.list(query)[9] as number)
      const hits = await graph.search(ask(query, 10), call)
      found += hits.filter(({ distance }) => distance <= kth).length
    }
    await graph.close()
    process.stderr.write(`pgvector: HNSW recall at 10 over 2,000: ${found / 500}\n`)
    expect(found).toBeGreaterThan(475)
  })

  test('an ef below k gives ef rows and no error; an iterative scan gives all k', async () => {
    const { graph, setting } = await graphOf(40)
    expect(await graph.search(ask(0, 100), call)).toHaveLength(40)
    await graph.close()
    const going = openPgvector({ ...setting, iterativeScan: 'strict_order' })
    expect(await going.search(ask(0, 100), call)).toHaveLength(100)
    await going.close()
  })

  test('after deletes of the nearest rows a search gives nothing until VACUUM, though thousands live', async () => {
    const { graph, setting, table } = await graphOf(64)
    const nearest = await store.search(ask(3, 250), call)
    const dead = nearest.map(({ id }) => id).filter((id) => id < GRAPH)
    const wider = openPgvector({ ...setting, index: { ...hnsw, ef: 200 } })
    const gone = (await wider.search(ask(3, 100), call)).map(({ id }) => id)
    await wider.close()
    const ids = [...new Set([...dead, ...gone])]
    await graph.remove(
      ids.map((id) => tombstoneOf(id, 900)),
      call,
    )
    expect(await graph.search(ask(3, 10), call)).toEqual([])
    const going = openPgvector({ ...setting, iterativeScan: 'strict_order' })
    expect(await going.search(ask(3, 10), call)).toHaveLength(10)
    await going.close()
    const alive = (await graph.scan(call)).filter(({ deleted }) => !deleted)
    expect(alive).toHaveLength(GRAPH - ids.length)
    await operator.query(`VACUUM "${table}"`)
    expect(await graph.search(ask(3, 10), call)).toHaveLength(10)
    await graph.close()
  })

  test('a zero vector under cosine is in no index: the table has it, a search does not', async () => {
    await operator.query('CREATE TABLE zeros (id int PRIMARY KEY, v vector(3))')
    await operator.query("INSERT INTO zeros VALUES (1, '[0,0,0]'), (2, '[1,0,0]'), (3, '[0,1,0]')")
    const nearest = "SELECT id, v <=> '[1,0,0]' AS d FROM zeros ORDER BY v <=> '[1,0,0]' LIMIT 3"
    const exact = await operator.query(nearest)
    expect(exact.rows.map(({ id }) => id)).toEqual([2, 3, 1])
    expect(exact.rows[2].d).toBe(Number.NaN)
    await operator.query('CREATE INDEX ON zeros USING hnsw (v vector_cosine_ops)')
    await operator.query('SET enable_seqscan = off; SET enable_sort = off')
    expect((await operator.query(nearest)).rows.map(({ id }) => id)).toEqual([2, 3])
    await operator.query('RESET enable_seqscan; RESET enable_sort')
  })

  test('a write is there for every read after it: nothing is waited for', async () => {
    for (let write = 100; write < 130; write++) {
      await store.upsert([upsertOf(50, 50 + write, write)], call)
      expect((await store.fetch([50], 'bounded', call))[0]?.write).toBe(write)
    }
    await store.upsert([upsertOf(50, 50, 131)], call)
  })

  test('a scan reports a vector that is not that of its row as invented', async () => {
    const shifted = { ...vectors, vectorOf: (row: number) => vectors.vectorOf(row + 1) }
    const noRow = { ...vectors, vectorOf: () => new Float32Array(pool.dim).fill(0.25) }
    const setting = { ...server.setting(), collection }
    for (const [id, wrong] of [shifted, noRow].entries()) {
      const broken = openPgvector({ ...setting, vectors: wrong })
      await broken.upsert([upsertOf(40 + id, 40 + id, 2_000)], call)
      await broken.close()
    }
    const table = tableOf(collection)
    await operator.query(`UPDATE "${table}" SET embedding = NULL WHERE id = 42`)
    const invented = (await store.scan(call)).filter(({ row }) => row === INVENTED_ROW)
    expect(invented.map(({ id }) => id).sort()).toEqual([40, 41, 42])
    await store.upsert(
      [40, 41, 42].map((id) => upsertOf(id, id, 2_001)),
      call,
    )
  })

  test('a late call ends here at its deadline, and on the server soon after', async () => {
    const connection = new PgvectorConnection({
      ...{ address: server.address, inFlight: 4, settings: {} },
    })
    const started = performance.now()
    const late = connection.call('write', 300 * MS, (client) =>
      client.query('SELECT pg_sleep(20) AS slept_by_the_test'),
    )
    await expect(late).rejects.toBeInstanceOf(DeadlineError)
    expect(performance.now() - started).toBeLessThan(2_000)
    const asleep = async () => {
      const { rows } = await operator.query(
        "SELECT count(*)::int AS n FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%slept_by_the_test%' AND pid <> pg_backend_pid()",
      )
      return rows[0].n as number
    }
    for (let looks = 0; looks < 50 && (await asleep()) > 0; looks++) await sleep(100)
    expect(await asleep()).toBe(0)
    expect(performance.now() - started).toBeLessThan(10_000)
    await connection.close()
  })

  test('what the server refuses is definite, and so is a server that is not there', async () => {
    const missing = openPgvector(server.setting())
    const noSuch = { definite: true, message: expect.stringMatching(/does not exist \(42P01\)/) }
    await expect(missing.search(ask(0, 1), call)).rejects.toMatchObject(noSuch)
    await expect(missing.upsert([upsertOf(1, 1, 1)], call)).rejects.toMatchObject(noSuch)
    await missing.close()
    const nobody = openPgvector({ ...server.setting(), address: '127.0.0.1:9' })
    await expect(nobody.upsert([upsertOf(1, 1, 1)], call)).rejects.toMatchObject({
      ...{ definite: true, message: expect.stringMatching(/no connection: .*ECONNREFUSED/) },
    })
    await nobody.close()
    await expect(nobody.fetch([1], 'strong', call)).rejects.toMatchObject({ definite: true })
  })

  test('loading refuses a table that exists: the base would stand there twice', async () => {
    const setting = { ...server.setting(), collection }
    await expect(loadPgvector(setting, baseOf(10), quiet)).rejects.toThrow('already exists')
  })

  test('connections that swallow everything end at their deadline, and the next call is answered', async () => {
    const proxy = await swallowingProxy(server.address)
    const behind = openPgvector({ ...server.setting(), collection, address: proxy.address })
    const short = { op: 1, deadlineUs: 400 * MS }
    await behind.fetch([1], 'bounded', call)
    proxy.swallow()
    const late = await behind.upsert([upsertOf(60, 60, 3_000)], short).catch((error) => error)
    expect(late).toBeInstanceOf(CallError)
    expect(late.definite).toBe(false)
    expect(await behind.fetch([1], 'bounded', call)).toHaveLength(1)
    await behind.close()
    proxy.server.close()
  })

  test('a server that stands still is late, and answers again when it goes on', async () => {
    await server.pause()
    const short = { op: 1, deadlineUs: 500 * MS }
    await expect(store.fetch([1], 'strong', short)).rejects.toBeInstanceOf(DeadlineError)
    await expect(store.upsert([upsertOf(61, 61, 3_100)], short)).rejects.toMatchObject({
      definite: false,
    })
    await server.unpause()
    expect(await store.fetch([1], 'strong', call)).toHaveLength(1)
  })

  test('a write that the server begins after its deadline is not made over the next one', async () => {
    for (let round = 0; round < 5; round++) {
      const short = { op: 1, deadlineUs: 400 * MS }
      // Every connection knows this deadline: the write is sent before the server stands still.
      await Promise.all(baseOf(40).map(() => store.fetch([70], 'strong', short).catch(() => {})))
      await server.pause()
      await store.upsert([upsertOf(70, 70, 4_000 + round)], short).catch(() => {})
      const next = store.upsert([upsertOf(70, 71, 4_100 + round)], {
        op: 1,
        deadlineUs: 8 * SECOND,
      })
      await server.unpause()
      await next
      await sleep(300)
      expect((await store.fetch([70], 'strong', call))[0]?.write).toBe(4_100 + round)
    }
  })

  test('many calls at once take turns on the connections there are, each inside its deadline', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, query) => store.search(ask(query, 10), call)),
    )
    expect(answers.every((hits) => hits.length === 10)).toBe(true)
  })
})
