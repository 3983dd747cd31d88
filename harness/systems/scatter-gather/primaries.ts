import {
  changeBytes,
  NO_ROW,
  type PointId,
  type SessionToken,
  type StoredPoint,
} from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type { AnswerNotes, Fetched, Terrain } from '../../ports/system.ts'
import type { Health } from '../shared/health.ts'
import type { PlacedShards } from './placed-shards.ts'
import { type ShardKeeper, tokenOf } from './shard-keeper.ts'

const WRITE = 'shard-write'
const READ = 'shard-read'

type ForwardedWrite = {
  point: Omit<StoredPoint, 'stamp'>
  session: SessionToken
  deadlineUs: Us
}
type ForwardedRead = { op: number; id: PointId; deadlineUs: Us }

/**
 * Brings writes and fetches to the primary of their shard, and serves what others bring here. The primary is the first
 * holder that this region thinks well, and whoever is asked obeys: without a lease two regions may name two of them.
 */
export class Primaries {
  private readonly terrain: Terrain
  private readonly shards: PlacedShards
  private readonly health: Health
  private readonly keeper: ShardKeeper

  constructor(terrain: Terrain, shards: PlacedShards, health: Health, keeper: ShardKeeper) {
    this.terrain = terrain
    this.shards = shards
    this.health = health
    this.keeper = keeper
    const { network } = terrain
    network.serve(WRITE, async ({ body }) => {
      const { point, session, deadlineUs } = body as ForwardedWrite
      const notes = await keeper.enter(point, session, { op: point.write, deadlineUs })
      return { kind: WRITE, bytes: 64, body: notes }
    })
    network.serve(READ, ({ body }, from) => this.give(body as ForwardedRead, from))
  }

  async write(
    written: Omit<StoredPoint, 'stamp'>,
    session: SessionToken,
    call: Call,
  ): Promise<AnswerNotes> {
    const { region, dim, network } = this.terrain
    const shard = this.shards.shards > 1 && { shard: this.shards.shardOfId(written.id) }
    const point = { ...written, ...shard }
    const primary = this.primaryOf(point.id)
    if (primary === region) return this.keeper.enter(point, session, call)
    const body: ForwardedWrite = { point, session, deadlineUs: call.deadlineUs }
    const message = { kind: WRITE, bytes: 64 + changeBytes(point, dim), body }
    return (await network.call(primary, message, call.deadlineUs)).body as AnswerNotes
  }

  async fetch(id: PointId, { op, deadlineUs }: Call): Promise<Fetched> {
    const { region, network } = this.terrain
    const primary = this.primaryOf(id)
    const asked: ForwardedRead = { op, id, deadlineUs }
    const answer =
      primary === region
        ? await this.give(asked, region)
        : await network.call(primary, { kind: READ, bytes: 64, body: asked }, deadlineUs)
    const point = answer.body as StoredPoint | null
    if (!point) return { point: undefined, from: [primary] }
    const live = point.deleted ? undefined : point
    return { point: live, from: [primary], session: tokenOf(point) }
  }

  private primaryOf(id: PointId): RegionName {
    const holders = this.shards.holders(id)
    const primary =
      holders.find((holder) => this.health.trusted(holder)) ??
      holders.find((holder) => this.health.healthy(holder))
    if (primary) return primary
    const shard = this.shards.shardOfId(id)
    throw new CallError(`no holder of shard ${shard} is thought well`, { definite: true })
  }

  /** Whoever may not have the vector gets the version without it. */
  private async give({ op, id, deadlineUs }: ForwardedRead, to: RegionName) {
    const point = await this.keeper.read(id, { op, deadlineUs })
    if (!point) return { kind: READ, bytes: 16, body: null }
    const allowed = this.shards.pinned(id)?.includes(to) ?? true
    const bytes = 16 + changeBytes({ deleted: !allowed || point.deleted }, this.terrain.dim)
    return { kind: READ, bytes, body: allowed ? point : { ...point, row: NO_ROW } }
  }
}
