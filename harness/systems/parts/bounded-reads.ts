import type { PointId, Row, StoredPoint } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'
import type { Call, VectorStore } from '../../ports/store.ts'
import type { Fetched, Found } from '../../ports/system.ts'
import type { StaleReads } from './stale-reads.ts'

export type BoundedReading = {
  region: RegionName
  store: VectorStore
  shardOf: (id: PointId) => number
  read: (ids: readonly PointId[], call: Call) => Promise<StoredPoint[]>
  /** Regions of whose writes something may be lacking for longer than the bound: in one shard, or in any. */
  behind: (shard?: number) => RegionName[]
  /** Asks them instead of raising a flag; null: nobody is asked. */
  staleReads: StaleReads | null
}

/** Local reads that say so when they may be older than the bound. How far behind the region is, is asked before the read. */
export class BoundedReads {
  constructor(private readonly reading: BoundedReading) {}

  async search(query: Row, k: number, call: Call): Promise<Found> {
    const { store, behind } = this.reading
    const of = behind()
    const hits = await store.search({ query, k, consistency: 'bounded' }, call)
    if (of.length === 0) return { hits }
    const set = await this.helper(of)?.search(query, k, hits, of, call)
    return set ? { hits: set, from: this.with(of) } : { hits, stale: true }
  }

  async fetch(id: PointId, call: Call): Promise<Fetched> {
    const { read, behind, shardOf } = this.reading
    const of = behind(shardOf(id))
    const [found] = await read([id], call)
    if (of.length === 0) return { point: live(found) }
    const set = await this.helper(of)?.fetch(id, found, of)
    return set
      ? { point: live(set.point), from: this.with(of) }
      : { point: live(found), stale: true }
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
