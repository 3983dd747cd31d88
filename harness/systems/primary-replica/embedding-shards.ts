import type { Layout, Space } from '../../model/layout.ts'
import type { Row, StoredPoint } from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import type { Guard } from '../shared/guard.ts'
import type { Turns } from '../shared/turns.ts'
import { type Centroids, centroidsOf } from './centroids.ts'

type ShardKnobs = {
  /** Shards by nearest centroid; 1: no shards. */
  partitions: number
  /** Shards a search asks. */
  probe: number
  /** Rows of the base that the centroids are found from; 0: all. */
  sample: number
  /** When each region finds its centroids again, from all of the base, and moves its points; 0: never. */
  rebalanceUs: Us
}

const CALL = { op: 0, deadlineUs: 10 * SECOND }
const AT_ONCE = 200
const BEGAN = 'shards began'
const REBALANCED = 'shards rebalanced'

/** The shards a run begins with; those of a re-balance have numbers of their own behind them. */
export function embeddingLayout(
  { partitions, sample, rebalanceUs }: ShardKnobs,
  holders: readonly RegionName[],
  space: Space,
): Layout {
  const nearest = new Map<Row, number>()
  const shardOf = (row: Row): number => {
    const known = nearest.get(row)
    if (known !== undefined) return known
    const shard = centroidsOf(space, partitions, sample).nearest(space.row(row))
    nearest.set(row, shard)
    return shard
  }
  return {
    shards: partitions * (rebalanceUs > 0 ? 2 : 1),
    shardOf: (_id, row) => (row < 0 || partitions === 1 ? 0 : shardOf(row)),
    holders: () => holders,
    pinned: () => null,
  }
}

/** Which of two sets of centroids a region uses: while it moves its points, both. */
type Stage = 'first' | 'moving' | 'second'

/**
 * One region's shards: points are kept with those whose centroid is nearest, searches ask the shards nearest to the
 * query. Each region moves its points by itself: a shard is where one store keeps a point, no business of the log.
 */
export class EmbeddingShards {
  private stage: Stage = 'first'

  private readonly terrain: Terrain
  private readonly knobs: ShardKnobs
  private readonly dueUs: Us

  private constructor(terrain: Terrain, knobs: ShardKnobs, dueUs: Us) {
    this.terrain = terrain
    this.knobs = knobs
    this.dueUs = dueUs
  }

  static async open(terrain: Terrain, knobs: ShardKnobs): Promise<EmbeddingShards> {
    const { durable, clock } = terrain
    const beganUs = (await durable.load(BEGAN)) ?? clock.elapsed()
    await durable.save(BEGAN, beganUs)
    const shards = new EmbeddingShards(terrain, knobs, beganUs + knobs.rebalanceUs)
    if (await durable.load(REBALANCED)) shards.stage = 'second'
    return shards
  }

  /** A point with the shard it is kept in from now on. */
  place<P extends StoredPoint>(point: P): P {
    if (this.knobs.partitions === 1 || point.deleted) return point
    const codes = this.terrain.space.row(point.row)
    const { partitions } = this.knobs
    return this.stage === 'first'
      ? { ...point, shard: this.first().nearest(codes) }
      : { ...point, shard: partitions + this.second().nearest(codes) }
  }

  /** The shards a search asks; undefined: there are none. */
  route(query: number): number[] | undefined {
    const { partitions, probe } = this.knobs
    if (partitions === 1) return undefined
    const codes = this.terrain.space.query(query)
    const old = this.stage === 'second' ? [] : this.first().closest(codes, probe)
    const fresh = this.stage === 'first' ? [] : this.second().closest(codes, probe)
    return [...old, ...fresh.map((shard) => partitions + shard)]
  }

  /** Tells an operator how full the fullest shard is, and re-balances when the time has come. */
  async run(stop: Stop, guard: Guard, turns: Turns): Promise<void> {
    const { partitions, rebalanceUs } = this.knobs
    const { clock } = this.terrain
    if (partitions === 1) return
    await this.tellFullest()
    if (rebalanceUs === 0 || this.stage === 'second') return
    while (!stop.fired && clock.elapsed() < this.dueUs) await clock.sleep(SECOND / 2)
    this.stage = 'moving'
    while (!stop.fired && !(await this.moved(guard, turns))) await clock.sleep(SECOND / 2)
    if (stop.fired) return
    this.stage = 'second'
    await this.terrain.durable.save(REBALANCED, 1)
    await this.tellFullest()
  }

  /**
   * Moves what is still in a shard of before; true when a strong read finds nothing there. Searches ask both shards
   * until then, so a point is never between them.
   */
  private async moved(guard: Guard, turns: Turns): Promise<boolean> {
    try {
      const points = await this.terrain.store.scan(CALL)
      const left = points.filter((point) => this.isOld(point)).map(({ id }) => id)
      for (let i = 0; i < left.length; i += AT_ONCE) {
        const ids = left.slice(i, i + AT_ONCE)
        await turns.take(ids, async () => {
          const still = (await guard.read(ids, CALL)).filter((point) => this.isOld(point))
          const moving = still.map((point) => this.place(point))
          if (moving.length > 0) await this.terrain.store.upsert(moving, CALL)
        })
      }
      return left.length === 0 && points.length > 0
    } catch (error) {
      if (error instanceof CallError) return false
      throw error
    }
  }

  private isOld({ deleted, shard }: StoredPoint): boolean {
    return !deleted && (shard ?? 0) < this.knobs.partitions
  }

  private async tellFullest(): Promise<void> {
    const counts = new Map<number, number>()
    const points = await this.terrain.store.scan(CALL).catch(nothing)
    const live = points.filter(({ deleted }) => !deleted)
    for (const { shard = 0 } of live) counts.set(shard, (counts.get(shard) ?? 0) + 1)
    if (live.length > 0)
      this.terrain.journal.figure('fullest-shard-share', Math.max(...counts.values()) / live.length)
  }

  private first(): Centroids {
    return centroidsOf(this.terrain.space, this.knobs.partitions, this.knobs.sample)
  }

  private second(): Centroids {
    return centroidsOf(this.terrain.space, this.knobs.partitions, 0)
  }
}

function nothing(error: unknown): StoredPoint[] {
  if (error instanceof CallError) return []
  throw error
}
