import { invariant } from '../../base/invariant.ts'
import type { IndexPlan } from '../../model/plan.ts'
import type { PointId, StoredPoint } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Call, Consistency, Hit, SearchRequest } from '../../ports/store.ts'
import { type ConnectionSetting, MilvusConnection } from './milvus-connection.ts'
import {
  allFields,
  idIn,
  levelOf,
  liveIn,
  milvusRowOf,
  pointOf,
  provenPointOf,
  versionFields,
} from './milvus-points.ts'
import {
  deleteRequest,
  hitsOf,
  type MilvusRow,
  queryRequest,
  rowsOf,
  searchRequest,
  writeRequest,
} from './milvus-wire.ts'
import { isDivided, type StoreClient, type StoreFigure } from './store-client.ts'
import type { Vectors } from './vectors.ts'

export type MilvusSetting = ConnectionSetting & {
  collection: string
  vectors: Vectors
  index: IndexPlan
  /** See StoreSetting. */
  shards?: number
}

/** What the query node holds. Rows of sealed segments are searched by the index, growing ones exactly. */
export type Segments = {
  sealed: number
  /** Absent where the server does not list them: 2.3.5 never does. */
  growing?: number
  /** Rows as a bounded read counts them: visible, and neither overwritten nor deleted. Tombstones count. */
  sealedRows: number
  growingRows: number
}

export type MilvusStore = StoreClient & { segments(): Promise<Segments> }

/** Milvus gives at most this many rows in one answer. */
const MOST_ROWS = 16_384
/** A server refuses answers over 100 MB. */
const MOST_BYTES = 48 * 2 ** 20
const SCALAR_BYTES = 128
const SEGMENTS_DEADLINE_US: Us = 5 * SECOND

/** A region's vector store on a Milvus server. Opening does not wait for the server; the first call connects. */
export function openMilvus(setting: MilvusSetting): MilvusStore {
  return new MilvusCollection(setting)
}

type Range = { first: PointId; last: PointId }
const everyId: Range = { first: Number.MIN_SAFE_INTEGER, last: Number.MAX_SAFE_INTEGER }

class MilvusCollection implements MilvusStore {
  private readonly connection: MilvusConnection

  private readonly setting: MilvusSetting
  private readonly divided: boolean

  constructor(setting: MilvusSetting) {
    this.setting = setting
    this.divided = isDivided(setting)
    this.connection = new MilvusConnection(setting)
  }

  async search({ query, k, consistency, shards }: SearchRequest, call: Call): Promise<Hit[]> {
    const { collection, vectors, index } = this.setting
    const asked = searchRequest({
      ...{ collection, filter: liveIn(shards), level: levelOf(consistency) },
      // Of all fields the server gives none before its next tick.
      fields: ['id', 'write'],
      ...{ vector: vectors.queryOf(query), k },
      // Milvus refuses an ef below k, and so does the simulator: what is printed is what was used.
      ef: index.kind === 'hnsw' ? index.ef : undefined,
    })
    return hitsOf(await this.connection.ask('read', call.deadlineUs, 'Search', asked))
  }

  async fetch(
    ids: readonly PointId[],
    consistency: Consistency,
    call: Call,
  ): Promise<StoredPoint[]> {
    const parts = chunksOf([...new Set(ids)], MOST_ROWS)
    const asked = parts.map((part) =>
      this.query({ filter: idIn(part), fields: versionFields(this.divided), consistency, call }),
    )
    return (await Promise.all(asked)).flat().map(pointOf)
  }

  /** Up to 16,384 rows are one answer and a snapshot; more are several answers and none. */
  async scan(call: Call): Promise<StoredPoint[]> {
    const ends = performance.now() + call.deadlineUs / 1000
    const found = await this.scanRange(everyId, call, ends)
    return found.map((row) => provenPointOf(row, this.setting.vectors))
  }

  async upsert(points: readonly StoredPoint[], call: Call): Promise<void> {
    if (points.length === 0) return
    const ids = new Set(points.map(({ id }) => id))
    invariant(ids.size === points.length, 'one upsert holds an id twice: Milvus keeps the first')
    const { collection, vectors } = this.setting
    const rows = points.map((point) => milvusRowOf(point, vectors, this.divided))
    await this.connection.ask('write', call.deadlineUs, 'Upsert', writeRequest(collection, rows))
  }

  async remove(tombstones: readonly StoredPoint[], call: Call): Promise<void> {
    invariant(
      tombstones.every(({ deleted }) => deleted),
      'only a tombstone removes a point',
    )
    await this.upsert(tombstones, call)
  }

  /**
   * Reads strong which of them are tombstones and deletes those by id. Milvus's own delete by a condition looks
   * up ids at a weaker level: it may see a tombstone that a live version has replaced, and delete that one.
   */
  async purge(ids: readonly PointId[], call: Call): Promise<void> {
    const ends = performance.now() + call.deadlineUs / 1000
    const found = await this.fetch(ids, 'strong', call)
    const dead = found.filter(({ deleted }) => deleted).map(({ id }) => id)
    if (dead.length === 0) return
    const asked = deleteRequest(this.setting.collection, idIn(dead))
    await this.connection.ask('write', leftUs(ends), 'Delete', asked)
  }

  async segments(): Promise<Segments> {
    const { collection } = this.setting
    const [{ infos }, sealedRows, rows] = await Promise.all([
      this.connection.call('read', SEGMENTS_DEADLINE_US, (sdk, timeout) =>
        sdk.getQuerySegmentInfo({ collectionName: collection, timeout }),
      ),
      this.count(true),
      this.count(false),
    ])
    const listed = infos.filter(({ state }) => String(state) === 'Growing').length
    return {
      sealed: infos.length - listed,
      ...(listed > 0 ? { growing: listed } : {}),
      sealedRows,
      growingRows: Math.max(0, rows - sealedRows),
    }
  }

  /** Growing segments are searched exactly, sealed ones by their index: recall is only the index's where it is sealed. */
  async figures(): Promise<StoreFigure[]> {
    const held = await this.segments()
    const figures: [string, number | undefined][] = [
      ['segments sealed', held.sealed],
      ['segments growing', held.growing],
      ['rows sealed', held.sealedRows],
      ['rows growing', held.growingRows],
    ]
    return figures.flatMap(([figure, value]) => (value === undefined ? [] : [{ figure, value }]))
  }

  close(): Promise<void> {
    return this.connection.close()
  }

  /** Ranges whose answer is full are halved: which rows a full answer holds is the server's choice. */
  private async scanRange(range: Range, call: Call, ends: number): Promise<MilvusRow[]> {
    const { first, last } = range
    const limit = mostRowsOf(this.setting.vectors.dim)
    const found = await this.query({
      filter: `id >= ${first} && id <= ${last}`,
      fields: allFields(this.divided),
      consistency: 'strong',
      call: { op: call.op, deadlineUs: leftUs(ends) },
      limit,
    })
    if (found.length < limit) return found
    const ids = found.map(({ id }) => Number(id)).sort((a, b) => a - b)
    const middle = ids[(ids.length >> 1) - 1] as PointId
    invariant(first <= middle && middle < last, `ids ${first} to ${last} fill more than an answer`)
    const lower = await this.scanRange({ first, last: middle }, call, ends)
    return lower.concat(await this.scanRange({ first: middle + 1, last }, call, ends))
  }

  private async count(ignoreGrowing: boolean): Promise<number> {
    const call = { op: 0, deadlineUs: SEGMENTS_DEADLINE_US }
    const ask = { filter: '', fields: ['count(*)'], consistency: 'bounded' as const, call }
    const [found] = await this.query({ ...ask, ignoreGrowing })
    return Number(found?.['count(*)'])
  }

  private async query(ask: {
    filter: string
    fields: readonly string[]
    consistency: Consistency
    call: Call
    limit?: number
    ignoreGrowing?: boolean
  }): Promise<MilvusRow[]> {
    const { filter, fields, consistency, call, limit, ignoreGrowing } = ask
    const asked = queryRequest({
      ...{ collection: this.setting.collection, filter, fields, level: levelOf(consistency) },
      params: {
        ...(limit !== undefined && { limit: String(limit) }),
        ...(ignoreGrowing && { ignore_growing: 'true' }),
      },
    })
    return rowsOf(await this.connection.ask('read', call.deadlineUs, 'Query', asked))
  }
}

const mostRowsOf = (dim: number): number =>
  Math.min(MOST_ROWS, Math.floor(MOST_BYTES / (dim * 4 + SCALAR_BYTES)))

/** What is left of a deadline shared by several calls; 0 is late at once. */
const leftUs = (endsMs: number): Us => Math.max(0, Math.floor((endsMs - performance.now()) * 1000))

function chunksOf<T>(all: readonly T[], size: number): T[][] {
  const chunks: T[][] = []
  for (let at = 0; at < all.length; at += size) chunks.push(all.slice(at, at + size))
  return chunks
}
