import type pg from 'pg'
import { invariant } from '../../base/invariant.ts'
import type { IndexPlan, IterativeScan } from '../../model/plan.ts'
import type { PointId, StoredPoint } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call, Consistency, Hit, SearchRequest } from '../../ports/store.ts'
import { PgvectorConnection } from './pgvector-connection.ts'
import {
  arrayParameters,
  columnArrays,
  type PgvectorRow,
  pointOf,
  provenPointOf,
  tableOf,
  textOf,
  versionNames,
} from './pgvector-points.ts'
import { isDivided, type StoreClient, type StoreFigure, type StoreSetting } from './store-client.ts'

export type PgvectorStore = StoreClient & {
  /** The k nearest live points to any vector, of some shards or of all. `distance` is squared L2. */
  near(vector: ArrayLike<number>, k: number, call: Call, shards?: readonly number[]): Promise<Hit[]>
  /** How the server would search all of the table: the lines of its plan. */
  explained(k: number, call: Call): Promise<string[]>
}

/** Rows of one answer of a scan: their vectors are held in memory twice. */
const SCAN_ROWS = 5_000
const FIGURES_DEADLINE_US: Us = 5 * SECOND

/** A region's vector store on a PostgreSQL with pgvector. Opening does not wait for the server; the first call connects. */
export const openPgvector = (setting: StoreSetting): PgvectorStore => new PgvectorTable(setting)

/**
 * Of a search that has an index, the planner must take it: with few rows it thinks reading and sorting all of them
 * cheaper, and the same plan would be exact today and approximate tomorrow.
 */
const sessionOf = (
  index: IndexPlan,
  iterativeScan: IterativeScan,
): Record<string, string | number> =>
  index.kind === 'flat'
    ? { max_parallel_workers_per_gather: 0 }
    : {
        'hnsw.ef_search': index.ef,
        'hnsw.iterative_scan': iterativeScan,
        enable_seqscan: 'off',
        enable_sort: 'off',
      }

class PgvectorTable implements PgvectorStore {
  private readonly connection: PgvectorConnection
  private readonly table: string
  private readonly columns: string
  private readonly upserting: string

  private readonly setting: StoreSetting

  constructor(setting: StoreSetting) {
    this.setting = setting
    const { address, inFlight, index, iterativeScan } = setting
    this.table = `"${tableOf(setting.collection)}"`
    this.columns = versionNames(isDivided(setting))
    this.upserting = upsertInto(this.table, isDivided(setting))
    const settings = sessionOf(index, iterativeScan)
    this.connection = new PgvectorConnection({ address, inFlight, settings })
  }

  /** One server has one state: a bounded search sees what a strong one does. */
  search({ query, k, shards }: SearchRequest, call: Call): Promise<Hit[]> {
    return this.near(this.setting.vectors.queryOf(query), k, call, shards)
  }

  async near(
    vector: ArrayLike<number>,
    k: number,
    call: Call,
    shards?: readonly number[],
  ): Promise<Hit[]> {
    const searching = searchOf(this.table, shards ?? allShards(this.setting))
    const { rows } = await this.connection.call('read', call.deadlineUs, (client) =>
      client.query<{ id: string; write_id: string; distance: number }>(searching, [
        textOf(vector),
        k,
      ]),
    )
    const hits = rows.map(({ id, write_id, distance }) => ({
      id: Number(id),
      write: Number(write_id),
      distance,
    }))
    // With relaxed_order the server may give them slightly out of order, and of several shards it gives k each.
    return hits.sort((a, b) => a.distance - b.distance || a.id - b.id).slice(0, k)
  }

  async explained(k: number, call: Call): Promise<string[]> {
    const values = [textOf(this.setting.vectors.queryOf(0)), k]
    const { rows } = await this.connection.call('read', call.deadlineUs, (client) =>
      client.query<{ 'QUERY PLAN': string }>(
        `EXPLAIN ${searchOf(this.table, allShards(this.setting))}`,
        values,
      ),
    )
    return rows.map((row) => row['QUERY PLAN'])
  }

  async fetch(
    ids: readonly PointId[],
    _consistency: Consistency,
    call: Call,
  ): Promise<StoredPoint[]> {
    const { rows } = await this.connection.call('read', call.deadlineUs, (client) =>
      client.query<PgvectorRow>(
        `SELECT ${this.columns} FROM ${this.table} WHERE id = ANY($1::bigint[])`,
        [ids],
      ),
    )
    return rows.map(pointOf)
  }

  /** Several answers, and one snapshot of all of them. */
  async scan(call: Call): Promise<StoredPoint[]> {
    const rows = await this.connection.call('read', call.deadlineUs, async (client) => {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
      const found = await this.allRows(client)
      await client.query('COMMIT')
      return found
    })
    return rows.map((row) => provenPointOf(row, this.setting.vectors))
  }

  async upsert(points: readonly StoredPoint[], call: Call): Promise<void> {
    if (points.length === 0) return
    const ids = new Set(points.map(({ id }) => id))
    invariant(
      ids.size === points.length,
      'one upsert holds an id twice: no statement may write a row twice',
    )
    const untilMs = Date.now() + call.deadlineUs / 1000
    const { vectors } = this.setting
    const values = [...columnArrays(points, vectors, isDivided(this.setting)), untilMs / 1000]
    const { rowCount } = await this.connection.call('write', call.deadlineUs, (client) =>
      client.query(this.upserting, values),
    )
    if (rowCount !== points.length)
      throw new CallError('PostgreSQL began after the deadline of the call, and wrote nothing', {
        definite: true,
      })
  }

  async remove(tombstones: readonly StoredPoint[], call: Call): Promise<void> {
    invariant(
      tombstones.every(({ deleted }) => deleted),
      'only a tombstone removes a point',
    )
    await this.upsert(tombstones, call)
  }

  /** Looks and deletes in one statement: what is alive by then stays. */
  async purge(ids: readonly PointId[], call: Call): Promise<void> {
    await this.connection.call('write', call.deadlineUs, (client) =>
      client.query(`DELETE FROM ${this.table} WHERE id = ANY($1::bigint[]) AND deleted`, [ids]),
    )
  }

  /** What is dead stays in the index until a VACUUM, and every search may spend its candidates on it. */
  async figures(): Promise<StoreFigure[]> {
    const { rows } = await this.connection.call('read', FIGURES_DEADLINE_US, (client) =>
      client.query<{ live: string; dead: string; vacuums: string }>(
        'SELECT n_live_tup AS live, n_dead_tup AS dead, vacuum_count + autovacuum_count AS vacuums ' +
          'FROM pg_stat_user_tables WHERE relname = $1',
        [tableOf(this.setting.collection)],
      ),
    )
    return rows.flatMap(({ live, dead, vacuums }) => [
      { figure: 'rows live', value: Number(live) },
      { figure: 'rows dead', value: Number(dead) },
      { figure: 'vacuums', value: Number(vacuums) },
    ])
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  private async allRows(client: pg.PoolClient): Promise<PgvectorRow[]> {
    const all: PgvectorRow[] = []
    let after: string | number = Number.MIN_SAFE_INTEGER
    for (;;) {
      const { rows }: { rows: PgvectorRow[] } = await client.query<PgvectorRow>(
        `SELECT ${this.columns}, vector_send(embedding) AS sent FROM ${this.table} ` +
          `WHERE id > $1 ORDER BY id LIMIT ${SCAN_ROWS}`,
        [after],
      )
      all.push(...rows)
      const last = rows.at(-1)
      if (last === undefined || rows.length < SCAN_ROWS) return all
      after = last.id
    }
  }
}

/**
 * Writes nothing if the server begins after the deadline. A write that nobody waits for any more is still in a connection
 * of its own, and of 10 such writes 5 were made over a later, acknowledged one when a server that stood still went on.
 * By the wall clocks of both: servers in containers have that of this host.
 */
function upsertInto(table: string, divided: boolean): string {
  const names = versionNames(divided)
  const columns = [...names.split(', '), 'embedding']
  const replaced = columns.slice(1).map((column) => `${column} = EXCLUDED.${column}`)
  const arrays = arrayParameters(divided)
  return (
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${names}, vector::vector FROM unnest(` +
    `${arrays.join(', ')}) AS given (${names}, vector) ` +
    `WHERE statement_timestamp() < to_timestamp($${arrays.length + 1}::float8) ` +
    `ON CONFLICT (id) DO UPDATE SET ${replaced.join(', ')}`
  )
}

const allShards = ({ shards = 1 }: StoreSetting): number[] | undefined =>
  shards > 1 ? Array.from({ length: shards }, (_, shard) => shard) : undefined

/**
 * The k nearest of a table, or of each of some shards. A shard has an index of its own, which the planner takes only where
 * the shard stands in the statement: one index over all, filtered afterwards, gives fewer than k.
 */
function searchOf(table: string, shards: readonly number[] | undefined): string {
  const nearest = (where: string) =>
    `SELECT id, write_id, vector_l2_squared_distance(embedding, $1::vector) AS distance FROM ${table} ` +
    `WHERE NOT deleted${where} ORDER BY embedding <-> $1::vector LIMIT $2`
  if (!shards) return nearest('')
  return shards.map((shard) => `(${nearest(` AND shard = ${Number(shard)}`)})`).join(' UNION ALL ')
}
