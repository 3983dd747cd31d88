import type pg from 'pg'
import { invariant } from '../../base/invariant.ts'
import type { IndexPlan, IterativeScan } from '../../model/plan.ts'
import type { PointId, StoredPoint } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call, Consistency, Hit, SearchRequest } from '../../ports/store.ts'
import { PgvectorConnection } from './pgvector-connection.ts'
import {
  columnArrays,
  type PgvectorRow,
  pointOf,
  provenPointOf,
  tableOf,
  textOf,
  versionColumns,
} from './pgvector-points.ts'
import type { StoreClient, StoreFigure, StoreSetting } from './store-client.ts'

export type PgvectorStore = StoreClient & {
  /** The k nearest live points to any vector. `distance` is squared L2. */
  near(vector: ArrayLike<number>, k: number, call: Call): Promise<Hit[]>
  /** How the server would search: the lines of its plan. */
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
  private readonly searching: string

  private readonly setting: StoreSetting

  constructor(setting: StoreSetting) {
    this.setting = setting
    const { address, inFlight, index, iterativeScan } = setting
    this.table = `"${tableOf(setting.collection)}"`
    this.searching =
      `SELECT id, write_id, vector_l2_squared_distance(embedding, $1::vector) AS distance FROM ${this.table} ` +
      'WHERE NOT deleted ORDER BY embedding <-> $1::vector LIMIT $2'
    const settings = sessionOf(index, iterativeScan)
    this.connection = new PgvectorConnection({ address, inFlight, settings })
  }

  /** One server has one state: a bounded search sees what a strong one does. */
  search({ query, k }: SearchRequest, call: Call): Promise<Hit[]> {
    return this.near(this.setting.vectors.queryOf(query), k, call)
  }

  async near(vector: ArrayLike<number>, k: number, call: Call): Promise<Hit[]> {
    const { rows } = await this.connection.call('read', call.deadlineUs, (client) =>
      client.query<{ id: string; write_id: string; distance: number }>(this.searching, [
        textOf(vector),
        k,
      ]),
    )
    const hits = rows.map(({ id, write_id, distance }) => ({
      id: Number(id),
      write: Number(write_id),
      distance,
    }))
    // With relaxed_order the server may give them slightly out of order.
    return hits.sort((a, b) => a.distance - b.distance)
  }

  async explained(k: number, call: Call): Promise<string[]> {
    const values = [textOf(this.setting.vectors.queryOf(0)), k]
    const { rows } = await this.connection.call('read', call.deadlineUs, (client) =>
      client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${this.searching}`, values),
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
        `SELECT ${versionColumns} FROM ${this.table} WHERE id = ANY($1::bigint[])`,
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
    const values = [...columnArrays(points, this.setting.vectors), untilMs / 1000]
    const { rowCount } = await this.connection.call('write', call.deadlineUs, (client) =>
      client.query(upsertInto(this.table), values),
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
        `SELECT ${versionColumns}, vector_send(embedding) AS sent FROM ${this.table} ` +
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
function upsertInto(table: string): string {
  const columns = [...versionColumns.split(', '), 'embedding']
  const replaced = columns.slice(1).map((column) => `${column} = EXCLUDED.${column}`)
  return (
    `INSERT INTO ${table} (${columns.join(', ')}) SELECT ${versionColumns}, vector::vector FROM unnest(` +
    '$1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::boolean[], $8::text[]) ' +
    `AS given (${versionColumns}, vector) WHERE statement_timestamp() < to_timestamp($9::float8) ON CONFLICT (id) DO UPDATE SET ${replaced.join(', ')}`
  )
}
