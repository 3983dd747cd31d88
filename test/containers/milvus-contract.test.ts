import { afterAll, beforeAll, describe } from 'vitest'
import { BASE_STAMP, NO_ROW, SENTINEL_ID } from '../../harness/model/point.ts'
import { SECOND } from '../../harness/model/units.ts'
import { HostClock, regionClock } from '../../harness/worlds/adapters/host-clock.ts'
import { type MilvusStore, openMilvus } from '../../harness/worlds/adapters/milvus.ts'
import { loadBase } from '../../harness/worlds/adapters/milvus-loading.ts'
import { RegionTime } from '../../harness/worlds/region-time.ts'
import { dividedStoreContract, SHARDS, vectorStoreContract } from '../contract/vector-store.ts'
import { baseOf, hnsw, startMilvus, type TestServer } from './milvus-server.ts'

const base = baseOf(100)
const shardOf = (point: { id: number; row: number }) => ({ ...point, shard: point.id % SHARDS })
const call = { op: 0, deadlineUs: 10 * SECOND }

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('the Milvus store', () => {
  let server: TestServer
  let store: MilvusStore
  let divided: MilvusStore

  beforeAll(async () => {
    server = await startMilvus('milvus-contract')
    const setting = server.setting()
    await loadBase(setting, base, { withinMs: 90_000, onStep: () => {}, seal: false })
    store = openMilvus(setting)
    const inShards = { ...server.setting(hnsw), shards: SHARDS }
    await loadBase(inShards, base.map(shardOf), { withinMs: 90_000, onStep: () => {}, seal: false })
    divided = openMilvus(inShards)
  }, 120_000)

  afterAll(async () => {
    await store?.close()
    await divided?.close()
    await server?.stop()
  }, 60_000)

  /** The base as it was: one collection serves all tests, a new one would take 4 s each. */
  const asLoaded = async (store: MilvusStore) => {
    const fresh = base.map((point) => ({
      ...{ ...shardOf(point), write: 0, stamp: BASE_STAMP, deleted: false },
    }))
    const sentinel = { ...{ id: SENTINEL_ID, row: NO_ROW, write: 0 }, stamp: BASE_STAMP }
    await store.upsert([...fresh, { ...sentinel, deleted: true }], call)
    await store.fetch([0], 'strong', call)
    const clock = regionClock(new RegionTime(new HostClock()))
    const drive = <T>(work: Promise<T>) => work
    return { store, clock, drive, visibleWithinUs: SECOND }
  }

  vectorStoreContract('milvus', () => asLoaded(store))
  dividedStoreContract('milvus', () => asLoaded(divided))
})
