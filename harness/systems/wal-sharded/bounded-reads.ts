import type { PointId, Row, StoredPoint } from '../../model/point.ts'
import { MS, type RegionName, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Call, VectorStore } from '../../ports/store.ts'
import type { Fetched, Found, Stop } from '../../ports/system.ts'
import { rounds } from '../shared/rounds.ts'
import type { WalApplier } from './applier.ts'
import type { StaleReads } from './stale-reads.ts'

const LOOK_US = 100 * MS

type BoundedReading = {
  region: RegionName
  regions: readonly RegionName[]
  clock: Clock
  store: VectorStore
  shardOf: (id: PointId) => number
  applier: Pick<WalApplier, 'read'>
  /** Regions of whose writes something may be lacking for longer than the bound: in one shard, or in any. */
  behind: (shard?: number) => RegionName[]
  /** What is applied is searchable within this time. */
  visibleUs: Us
  /** Asks them instead of raising a flag; null: nobody is asked. */
  staleReads: StaleReads | null
}

/**
 * Local reads that say so when they may be older than the bound. How far behind the region is, is asked before the read.
 * A search shows what was applied a while ago: when a long backlog has just been applied, it is as old as the region was
 * before, so a region that was behind within that while still counts.
 */
export class BoundedReads {
  private readonly behindUs = new Map<RegionName, Us>()

  private readonly reading: BoundedReading

  constructor(reading: BoundedReading) {
    this.reading = reading
  }

  async search(query: Row, k: number, call: Call): Promise<Found> {
    const { store } = this.reading
    const of = this.lately()
    const hits = await store.search({ query, k, consistency: 'bounded' }, call)
    if (of.length === 0) return { hits }
    const set = await this.helper(of)?.search(query, k, hits, of, call)
    return set ? { hits: set, from: this.with(of) } : { hits, stale: true }
  }

  async run(stop: Stop): Promise<void> {
    await rounds(this.reading.clock, LOOK_US, stop, () => this.look())
  }

  async fetch(id: PointId, call: Call): Promise<Fetched> {
    const { applier, behind, shardOf } = this.reading
    const of = behind(shardOf(id))
    const [found] = await applier.read([id], call)
    if (of.length === 0) return { point: live(found) }
    const set = await this.helper(of)?.fetch(id, found, of)
    return set
      ? { point: live(set.point), from: this.with(of) }
      : { point: live(found), stale: true }
  }

  private look(): void {
    const { clock, behind } = this.reading
    for (const origin of behind()) this.behindUs.set(origin, clock.elapsed())
  }

  private lately(): RegionName[] {
    const { clock, regions, visibleUs } = this.reading
    this.look()
    const sinceUs = clock.elapsed() - visibleUs - LOOK_US
    return regions.filter(
      (origin) => (this.behindUs.get(origin) ?? Number.NEGATIVE_INFINITY) >= sinceUs,
    )
  }

  /** Behind its own log no other region can help it. */
  private helper(of: readonly RegionName[]): StaleReads | null {
    return of.includes(this.reading.region) ? null : this.reading.staleReads
  }

  private with(others: readonly RegionName[]): RegionName[] {
    return [this.reading.region, ...others]
  }
}

const live = (point: StoredPoint | undefined): StoredPoint | undefined =>
  point?.deleted ? undefined : point
