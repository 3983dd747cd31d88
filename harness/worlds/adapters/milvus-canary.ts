import { BASE_STAMP, type PointId, type Row, SENTINEL_ID } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { MilvusSetting, MilvusStore } from './milvus.ts'
import type { MilvusConnection } from './milvus-connection.ts'
import { idIn, levelOf } from './milvus-points.ts'
import { deleteRequest, hitsOf, searchRequest } from './milvus-wire.ts'
import type { Waiting } from './server-waiting.ts'
import { type Base, isDivided } from './store-client.ts'

/** What the steps of a loading share. */
export type Loading = {
  setting: MilvusSetting
  connection: MilvusConnection
  store: MilvusStore
  waiting: Waiting
}

type Known = { id: PointId; row: Row }
/** The vector the canary is written with is that of this row of the pool. */
const ROW: Row = 0

/** Deadline of one call of a loading that must succeed, and of one look at how far the server is. */
export const CALL_US: Us = 15 * SECOND
export const LOOK_US: Us = 3 * SECOND
/** The canary's id: no point of a run has it, and it is gone again when loading is over. */
const CANARY_ID: PointId = -2

/** Health and load state are claims; these are the reads, searches and writes a run will make. */
export async function milvusCanary(loading: Loading, base: Base): Promise<void> {
  const { store, connection, waiting, setting } = loading
  const known = base[0]
  await waiting.until('a strong read finds the sentinel', async () => {
    const call = { op: 0, deadlineUs: LOOK_US }
    const ids = [SENTINEL_ID, ...(known ? [known.id] : [])]
    const found = await store.fetch(ids, 'strong', call)
    const saw = `${found.length} of ${ids.length} known points`
    return { done: found.length === ids.length, saw }
  })
  if (known) await acting(loading, known, true)
  const shard = isDivided(setting) ? { shard: 0 } : {}
  const version = { write: 0, stamp: BASE_STAMP, deleted: false }
  const point = { id: CANARY_ID, row: known?.row ?? ROW, ...version, ...shard }
  await store.upsert([point], { op: 0, deadlineUs: waiting.leftUs(CALL_US) })
  await acting(loading, point, true)
  const asked = deleteRequest(setting.collection, idIn([CANARY_ID]))
  await connection.ask('write', waiting.leftUs(CALL_US), 'Delete', asked)
  await acting(loading, point, false)
}

/** Waits until a bounded search for this one point finds it, or does not find it any more. */
function acting(
  { setting, connection, waiting }: Loading,
  { id, row }: Known,
  wanted: boolean,
): Promise<void> {
  const what = wanted ? `a search finds point ${id}` : `a search has forgotten point ${id}`
  return waiting.until(what, async () => {
    const { collection, vectors, index } = setting
    const asked = searchRequest({
      ...{ collection, filter: `${idIn([id])} && deleted == false`, level: levelOf('bounded') },
      ...{ fields: ['id', 'write'], vector: vectors.vectorOf(row), k: 1 },
      ef: index.kind === 'hnsw' ? index.ef : undefined,
    })
    const hits = hitsOf(await connection.ask('read', LOOK_US, 'Search', asked))
    const exact = hits.some((hit) => hit.id === id && hit.distance === 0)
    return { done: exact === wanted, saw: `${hits.length} hits` }
  })
}
