import type { IndexPlan } from '../../model/plan.ts'
import { BASE_STAMP, NO_ROW, SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import { type MilvusSetting, openMilvus } from './milvus.ts'
import { CALL_US, LOOK_US, type Loading, milvusCanary } from './milvus-canary.ts'
import { MilvusConnection } from './milvus-connection.ts'
import { fieldsOf, milvusRowOf } from './milvus-points.ts'
import { writeRequest } from './milvus-wire.ts'
import { Waiting } from './server-waiting.ts'
import { type Base, isDivided, type LoadOptions } from './store-client.ts'

type MilvusLoadOptions = LoadOptions & {
  /**
   * Default true: the base is flushed, indexed and held in sealed segments, as recall of an index needs. False:
   * it stays in a growing segment, which is searched exactly.
   */
  seal?: boolean
}

const ROWS_A_CALL = 500

/**
 * Creates the collection with the base and the sentinel, and waits until reads, searches and writes are seen to
 * work. Rejects with an Error for a person if the server is not that far within the time.
 */
export async function loadBase(
  setting: MilvusSetting,
  base: Base,
  { withinMs, onStep, seal = true }: MilvusLoadOptions,
): Promise<void> {
  const connection = new MilvusConnection(setting)
  const store = openMilvus(setting)
  const who = `Milvus at ${setting.address}, collection ${setting.collection}`
  const hint = "Look at the end of the server's log; a loaded machine needs a longer limit."
  const loading = { setting, connection, store, waiting: new Waiting(who, withinMs, hint) }
  try {
    onStep('waiting for health')
    await healthy(loading)
    await createCollection(loading)
    if (!seal) await buildAndLoad(loading, 0, onStep)
    onStep(`inserting ${base.length} points`)
    await insert(loading, base)
    if (seal) {
      onStep('flushing')
      await flush(loading)
      await buildAndLoad(loading, base.length + 1, onStep)
      await sealed(loading, base.length + 1)
    }
    onStep('canary')
    await milvusCanary(loading, base)
  } finally {
    await Promise.all([connection.close(), store.close()])
  }
}

function healthy({ connection, waiting }: Loading): Promise<void> {
  return waiting.until('it says that it is healthy', async () => {
    const { isHealthy, reasons } = await connection.call('read', LOOK_US, (sdk) =>
      sdk.checkHealth(),
    )
    return { done: isHealthy, saw: isHealthy ? 'healthy' : `not healthy: ${reasons.join(', ')}` }
  })
}

/** Milvus takes a second creation with the same fields for done: the base would then stand there twice. */
async function createCollection(loading: Loading): Promise<void> {
  const { address, collection, vectors } = loading.setting
  const { value } = await step(loading, ({ sdk, timeout }) =>
    sdk.hasCollection({ collection_name: collection, timeout }),
  )
  if (value)
    throw new Error(
      `Milvus at ${address} already has a collection ${collection}. ` +
        'Drop it, or use another name for this run.',
    )
  await step(loading, (loaded) =>
    loaded.sdk.createCollection({
      collection_name: collection,
      fields: fieldsOf(vectors.dim, isDivided(loading.setting)),
      num_shards: 1,
      timeout: loaded.timeout,
    } as Parameters<typeof loaded.sdk.createCollection>[0]),
  )
}

async function insert(loading: Loading, base: Base): Promise<void> {
  const { collection, vectors } = loading.setting
  const points = [sentinel, ...base.map(basePoint)]
  for (let at = 0; at < points.length; at += ROWS_A_CALL) {
    const part = points.slice(at, at + ROWS_A_CALL)
    const asked = writeRequest(
      collection,
      part.map((point) => milvusRowOf(point, vectors, isDivided(loading.setting))),
    )
    await loading.connection.ask('write', loading.waiting.leftUs(CALL_US), 'Insert', asked)
  }
}

const sentinel: StoredPoint = {
  id: SENTINEL_ID,
  row: NO_ROW,
  write: 0,
  stamp: BASE_STAMP,
  deleted: true,
}

const basePoint = (known: Base[number]): StoredPoint => ({
  ...known,
  ...{ write: 0, stamp: BASE_STAMP, deleted: false },
})

/** The SDK's own flushSync waits without end and overlooks refusals. */
async function flush(loading: Loading): Promise<void> {
  const { connection, waiting, setting } = loading
  const { collection } = setting
  const { coll_segIDs } = await step(loading, ({ sdk, timeout }) =>
    sdk.flush({ collection_names: [collection], timeout }),
  )
  const segmentIDs = coll_segIDs[collection].data
  await waiting.until('the base is flushed', async () => {
    const { flushed } = await connection.call('read', LOOK_US, (sdk, timeout) =>
      sdk.getFlushState({ segmentIDs, timeout }),
    )
    return { done: flushed, saw: flushed ? 'flushed' : 'not flushed yet' }
  })
}

async function buildAndLoad(
  loading: Loading,
  rows: number,
  onStep: LoadOptions['onStep'],
): Promise<void> {
  const { setting, connection, waiting } = loading
  const collection_name = setting.collection
  onStep('building the index')
  await step(loading, ({ sdk, timeout }) =>
    sdk.createIndex({ collection_name, ...indexOf(setting.index), timeout }),
  )
  if (isDivided(setting))
    await step(loading, ({ sdk, timeout }) =>
      sdk.createIndex({ collection_name, field_name: 'shard', index_name: 'shard', timeout }),
    )
  await waiting.until(`the index is built over ${rows} rows`, async () => {
    const { index_descriptions } = await connection.call('read', LOOK_US, (sdk, timeout) =>
      sdk.describeIndex({ collection_name, timeout }),
    )
    const {
      state,
      indexed_rows,
      total_rows,
      index_state_fail_reason: why,
    } = index_descriptions.find(({ index_name }) => index_name === 'vector') ?? {}
    const saw = `${state ?? 'no index'}: ${indexed_rows} of ${total_rows} rows ${why ?? ''}`
    return { done: state === 'Finished' && Number(total_rows) >= rows, saw: saw.trim() }
  })
  onStep('loading into the query node')
  await step(loading, ({ sdk, timeout }) => sdk.loadCollection({ collection_name, timeout }))
  await waiting.until('the collection is loaded', async () => {
    const { state } = await connection.call('read', LOOK_US, (sdk, timeout) =>
      sdk.getLoadState({ collection_name, timeout }),
    )
    return { done: String(state) === 'LoadStateLoaded', saw: String(state) }
  })
}

function indexOf(index: IndexPlan) {
  const common = { field_name: 'vector', index_name: 'vector', metric_type: 'L2' }
  if (index.kind === 'flat') return { ...common, index_type: 'FLAT', params: {} }
  const params = { M: index.m, efConstruction: index.efConstruction }
  return { ...common, index_type: 'HNSW', params }
}

function sealed({ store, waiting }: Loading, rows: number): Promise<void> {
  return waiting.until(`the query node holds all ${rows} rows sealed`, async () => {
    const held = await store.segments()
    return {
      done: held.sealedRows === rows && held.growingRows === 0,
      saw: `${held.sealedRows} rows sealed, ${held.growingRows} growing`,
    }
  })
}

/** One call that must succeed, bounded by what is left of the time. */
function step<T>(
  { connection, waiting }: Loading,
  ask: (call: { sdk: Sdk; timeout: number }) => Promise<T>,
): Promise<T> {
  return connection.call('write', waiting.leftUs(CALL_US), (sdk, timeout) => ask({ sdk, timeout }))
}

type Sdk = Parameters<Parameters<MilvusConnection['call']>[2]>[0]
