import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NeighbourTable } from '../../harness/base/neighbours.ts'
import type { IndexPlan } from '../../harness/model/plan.ts'
import { SECOND } from '../../harness/model/units.ts'
import { openMilvus } from '../../harness/worlds/adapters/milvus.ts'
import { loadBase } from '../../harness/worlds/adapters/milvus-loading.ts'
import { openPgvector } from '../../harness/worlds/adapters/pgvector.ts'
import { loadPgvector } from '../../harness/worlds/adapters/pgvector-loading.ts'
import type { StoreClient, StoreSetting } from '../../harness/worlds/adapters/store-client.ts'
import { baseOf, hnsw, pool, startMilvus, type TestServer } from './milvus-server.ts'
import { type PgvectorServer, startPgvector } from './pgvector-server.ts'

const BASE = 5_000
const K = 10
const EFS = [10, 16, 32, 64, 128]
const queries = Array.from({ length: 100 }, (_, i) => i * 5)
const call = { op: 0, deadlineUs: 20 * SECOND }
const options = { withinMs: 180_000, onStep: () => {} }

type Kind = {
  name: string
  setting(index?: IndexPlan): StoreSetting
  load(setting: StoreSetting): Promise<void>
  open(setting: StoreSetting): StoreClient
}

/**
 * One plan on both stores: the same points, queries, graph and candidates. The curves are printed beside each other; what
 * is held is that exact search is exact on both, and that candidates buy recall on both.
 */
describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('Milvus beside pgvector', () => {
  let milvus: TestServer
  let pgvector: PgvectorServer
  const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, BASE)

  beforeAll(async () => {
    table.prepare(queries)
    ;[milvus, pgvector] = await Promise.all([startMilvus('compared'), startPgvector('compared')])
  }, 120_000)

  afterAll(async () => {
    await Promise.all([milvus?.stop(), pgvector?.stop()])
  }, 60_000)

  const kinds = (): Kind[] => [
    {
      name: 'milvus',
      setting: (index) => ({ ...milvus.setting(index), iterativeScan: 'off' }),
      load: (setting) => loadBase(setting, baseOf(BASE), options),
      open: openMilvus,
    },
    {
      name: 'pgvector',
      setting: (index) => pgvector.setting(index),
      load: (setting) => loadPgvector(setting, baseOf(BASE), options),
      open: openPgvector,
    },
  ]

  /** Mean recall at 10: what is returned at no greater distance than the 10th neighbour, by 10. */
  const recallOf = async (store: StoreClient): Promise<number> => {
    let found = 0
    for (const query of queries) {
      const kth = table.distance(query, table.list(query)[K - 1] as number)
      const hits = await store.search({ query, k: K, consistency: 'bounded' }, call)
      found += hits.filter(({ distance }) => distance <= kth).length
    }
    return found / (K * queries.length)
  }

  test('exact search has recall 1 on both', async () => {
    for (const { name, setting, load, open } of kinds()) {
      const flat = setting()
      await load(flat)
      const store = open(flat)
      expect({ name, recall: await recallOf(store) }).toEqual({ name, recall: 1 })
      await store.close()
    }
  }, 240_000)

  test('on both a graph finds more with more candidates, and nearly all with 128', async () => {
    const curves = await Promise.all(
      kinds().map(async ({ name, setting, load, open }) => {
        const graph = setting({ ...hnsw, sealAt: BASE })
        await load(graph)
        const curve: number[] = []
        for (const ef of EFS) {
          const store = open({ ...graph, index: { ...hnsw, ef } })
          curve.push(await recallOf(store))
          await store.close()
        }
        return { name, curve }
      }),
    )
    const rows = curves.map(({ name, curve }) => `${name.padEnd(9)}${curve.join('  ')}`)
    process.stderr.write(`ef       ${EFS.join('  ')}\n${rows.join('\n')}\n`)
    for (const { curve } of curves) {
      expect(curve[0]).toBeLessThan(0.99)
      expect(curve.at(-1)).toBeGreaterThan(curve[0] as number)
      expect(curve.at(-1)).toBeGreaterThan(0.97)
    }
  }, 300_000)
})
