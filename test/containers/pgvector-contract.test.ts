import { afterAll, beforeAll, describe } from 'vitest'
import { BASE_STAMP, NO_ROW, SENTINEL_ID } from '../../harness/model/point.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { HostClock, regionClock } from '../../harness/worlds/adapters/host-clock.ts'
import { openPgvector, type PgvectorStore } from '../../harness/worlds/adapters/pgvector.ts'
import { loadPgvector } from '../../harness/worlds/adapters/pgvector-loading.ts'
import { RegionTime } from '../../harness/worlds/region-time.ts'
import { dividedStoreContract, SHARDS, vectorStoreContract } from '../contract/vector-store.ts'
import { baseOf, hnsw } from './milvus-server.ts'
import { type PgvectorServer, startPgvector } from './pgvector-server.ts'

const base = baseOf(100)
const shardOf = (point: { id: number; row: number }) => ({ ...point, shard: point.id % SHARDS })
const call = { op: 0, deadlineUs: 10 * SECOND }

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('the pgvector store', () => {
  let server: PgvectorServer
  let store: PgvectorStore
  let divided: PgvectorStore

  beforeAll(async () => {
    server = await startPgvector('pgvector-contract')
    const setting = server.setting()
    await loadPgvector(setting, base, { withinMs: 60_000, onStep: () => {} })
    store = openPgvector(setting)
    const inShards = { ...server.setting(hnsw), shards: SHARDS }
    await loadPgvector(inShards, base.map(shardOf), { withinMs: 60_000, onStep: () => {} })
    divided = openPgvector(inShards)
  }, 120_000)

  afterAll(async () => {
    await store?.close()
    await divided?.close()
    await server?.stop()
  }, 60_000)

  const asLoaded = async (store: PgvectorStore) => {
    const fresh = base.map((point) => ({
      ...{ ...shardOf(point), write: 0, stamp: BASE_STAMP, deleted: false },
    }))
    const sentinel = { ...{ id: SENTINEL_ID, row: NO_ROW, write: 0 }, stamp: BASE_STAMP }
    await store.upsert([...fresh, { ...sentinel, deleted: true }], call)
    const clock = regionClock(new RegionTime(new HostClock()))
    const drive = <T>(work: Promise<T>) => work
    return { store, clock, drive, visibleWithinUs: MS }
  }

  vectorStoreContract('pgvector', () => asLoaded(store))
  dividedStoreContract('pgvector', () => asLoaded(divided))
})
