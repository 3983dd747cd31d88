import type { IndexPlan } from '../../model/plan.ts'
import { BASE_STAMP, NO_ROW, type Row, SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { openPgvector, type PgvectorStore } from './pgvector.ts'
import { PgvectorConnection } from './pgvector-connection.ts'
import { columnsOf, tableOf } from './pgvector-points.ts'
import { Waiting } from './server-waiting.ts'
import { type Base, isDivided, type LoadOptions, type StoreSetting } from './store-client.ts'

type Loading = {
  setting: StoreSetting
  /** Plain sessions: what makes tables must not be steered as searches are. */
  connection: PgvectorConnection
  store: PgvectorStore
  waiting: Waiting
}

const ROWS_A_CALL = 500
const LOOK_US: Us = 3 * SECOND
const CALL_US: Us = 15 * SECOND
/** Building the graph is one statement, however many points there are. */
const BUILD_US: Us = 200 * SECOND
/** The canary's id: no point of a run has it, and it is gone again when loading is over. */
const CANARY_ID = -2

/**
 * Creates the table with the base and the sentinel, builds the index over it, and waits until reads, searches and writes
 * are seen to work. Rejects with an Error for a person if the server is not that far within the time.
 */
export async function loadPgvector(
  setting: StoreSetting,
  base: Base,
  { withinMs, onStep }: LoadOptions,
): Promise<void> {
  const { address, inFlight } = setting
  const connection = new PgvectorConnection({ address, inFlight, settings: {} })
  const store = openPgvector(setting)
  const who = `PostgreSQL at ${address}, table ${setting.collection}`
  const hint = "Look at the end of the server's log; a loaded machine needs a longer limit."
  const loading = { setting, connection, store, waiting: new Waiting(who, withinMs, hint) }
  try {
    onStep('waiting for an answer')
    await loading.waiting.until('it answers a query', async () => {
      await connection.call('read', LOOK_US, (client) => client.query('SELECT 1'))
      return { done: true, saw: 'an answer' }
    })
    await createTable(loading)
    onStep(`inserting ${base.length} points`)
    await insert(loading, base)
    onStep('building the index')
    await buildIndex(loading)
    onStep('canary')
    await canary(loading, base[0]?.row ?? 0)
  } finally {
    await Promise.all([connection.close(), store.close()])
  }
}

async function createTable({ setting, connection, waiting }: Loading): Promise<void> {
  const { collection, vectors } = setting
  await connection.call('write', waiting.leftUs(CALL_US), async (client) => {
    await client.query('CREATE EXTENSION IF NOT EXISTS vector')
    await client.query(
      `CREATE TABLE "${tableOf(collection)}" (${columnsOf(vectors.dim, isDivided(setting))})`,
    )
  })
}

async function insert({ store, waiting }: Loading, base: Base): Promise<void> {
  const points = [sentinel, ...base.map(pointAt)]
  for (let at = 0; at < points.length; at += ROWS_A_CALL) {
    const call = { op: 0, deadlineUs: waiting.leftUs(CALL_US) }
    await store.upsert(points.slice(at, at + ROWS_A_CALL), call)
  }
}

const sentinel: StoredPoint = {
  ...{ id: SENTINEL_ID, row: NO_ROW, write: 0, stamp: BASE_STAMP, deleted: true },
}

const pointAt = (known: Base[number]): StoredPoint => ({
  ...known,
  ...{ write: 0, stamp: BASE_STAMP, deleted: false },
})

/** In one process of the server: its parallel workers share memory that a container has only 64 MiB of. */
async function buildIndex({ setting, connection, waiting }: Loading): Promise<void> {
  const { collection, index } = setting
  const table = tableOf(collection)
  await connection.call('write', waiting.leftUs(BUILD_US), async (client) => {
    if (index.kind === 'hnsw') {
      await client.query('SET max_parallel_maintenance_workers = 0')
      for (const statement of graphsOver(table, index, setting)) await client.query(statement)
    }
    await client.query(`ANALYZE "${table}"`)
  })
}

/** One graph, or one for each shard, as every shard of a divided store has an index of its own. */
function graphsOver(table: string, { m, efConstruction }: Graph, setting: StoreSetting): string[] {
  const graph = (name: string, where: string): string =>
    `CREATE INDEX "${name}" ON "${table}" USING hnsw (embedding vector_l2_ops) ` +
    `WITH (m = ${m}, ef_construction = ${efConstruction})${where}`
  if (!isDivided(setting)) return [graph(`${table}_embedding`, '')]
  return Array.from({ length: setting.shards ?? 1 }, (_, shard) =>
    graph(`${table}_embedding_${shard}`, ` WHERE shard = ${shard}`),
  )
}

type Graph = Extract<IndexPlan, { kind: 'hnsw' }>

/** The reads, searches and writes a run will make; and that a search goes the way the plan says. */
async function canary(loading: Loading, row: Row): Promise<void> {
  const { store, waiting, setting } = loading
  const call = () => ({ op: 0, deadlineUs: waiting.leftUs(CALL_US) })
  const lines = await store.explained(1, call())
  const named = `${tableOf(setting.collection)}_embedding`
  const graphs = lines.filter((line) => line.includes('Index Scan') && line.includes(named)).length
  const wanted = setting.index.kind === 'hnsw' ? (setting.shards ?? 1) : 0
  if (graphs !== wanted)
    throw new Error(
      `PostgreSQL at ${setting.address} would not search by index: ${setting.index.kind}, its plan is:\n${lines.join('\n')}`,
    )
  const found = await store.fetch([SENTINEL_ID], 'strong', call())
  if (found.length !== 1) throw new Error(`a read of the sentinel found ${found.length} points`)
  const point = pointAt({ id: CANARY_ID, row, ...(isDivided(setting) && { shard: 0 }) })
  await store.upsert([point], call())
  await acting(loading, row, true)
  await store.remove([{ ...point, row: NO_ROW, deleted: true }], call())
  await acting(loading, row, false)
  await store.purge([CANARY_ID], call())
}

/** Waits until a search for its own vector finds the canary at distance 0, or does not find it any more. */
function acting({ setting, store, waiting }: Loading, row: Row, wanted: boolean): Promise<void> {
  const what = `a search ${wanted ? 'finds' : 'has forgotten'} point ${CANARY_ID}`
  return waiting.until(what, async () => {
    const call = { op: 0, deadlineUs: LOOK_US }
    const hits = await store.near(setting.vectors.vectorOf(row), 10, call)
    const seen = hits.some(({ id, distance }) => id === CANARY_ID && distance === 0)
    return { done: seen === wanted, saw: `${hits.length} hits` }
  })
}
