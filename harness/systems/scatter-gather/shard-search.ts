import type { Rng } from '../../base/rng.ts'
import type { Row } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call, Hit } from '../../ports/store.ts'
import type { Found, Terrain } from '../../ports/system.ts'
import type { Health } from '../shared/health.ts'
import type { ResultCache } from '../shared/result-cache.ts'
import { gather } from './gather.ts'
import { HedgeBudget } from './hedge-budget.ts'
import { mergeHits } from './merge.ts'
import type { PlacedShards } from './placed-shards.ts'
import { Speeds } from './speeds.ts'

/** Which holder of a shard is asked first: the one with the shortest way, the fastest of late, or the primary. */
export const readChoices = ['nearest', 'fastest', 'primary'] as const

export type SearchKnobs = {
  readFrom: (typeof readChoices)[number]
  /** Another holder is asked too after so long; 0: only once one has failed. */
  hedgeUs: Us
  /** Hedges for each call to a shard, at most. */
  hedgeShare: number
  shardTimeoutUs: Us
}

/** Searches of all shards from one region: one holder of each, merged. Only the answer crosses a link, no vector. */
export class ShardSearch {
  private readonly all: readonly number[]
  private readonly speeds: Speeds
  private readonly budget: HedgeBudget

  private readonly terrain: Terrain
  private readonly shards: PlacedShards
  private readonly health: Health
  private readonly cache: ResultCache
  private readonly knobs: SearchKnobs

  constructor(
    terrain: Terrain,
    shards: PlacedShards,
    health: Health,
    cache: ResultCache,
    knobs: SearchKnobs,
    rng: Rng,
  ) {
    this.terrain = terrain
    this.shards = shards
    this.health = health
    this.cache = cache
    this.knobs = knobs
    this.all = Array.from({ length: shards.shards }, (_, shard) => shard)
    this.speeds = new Speeds(rng)
    this.budget = new HedgeBudget(knobs.hedgeShare)
  }

  async search(query: Row, k: number, { op, deadlineUs }: Call): Promise<Found> {
    const cached = this.cache.get(query, k)
    if (cached) return { hits: cached.hits, cacheAgeUs: cached.ageUs }
    const { clock } = this.terrain
    const askedUs = clock.elapsed()
    const timeoutUs = Math.min(deadlineUs, this.knobs.shardTimeoutUs)
    const { answers, answered, from } = await gather({
      clock,
      shards: this.all,
      holders: (shard) => this.inOrder(this.shards.holdersOf(shard)),
      ask: (region, shard) => this.ask(region, shard, query, k, { op, deadlineUs: timeoutUs }),
      hedgeUs: this.knobs.hedgeUs,
      mayHedge: () => this.budget.take(),
      timeoutUs,
    })
    if (answered.length === 0) throw new CallError('no shard answered', { definite: true })
    const hits = mergeHits(answers, k)
    const shards = { asked: this.all, answered }
    if (answered.length < this.all.length) return { hits, from, shards, partial: true }
    this.cache.put(query, k, hits, askedUs)
    return { hits, from, shards }
  }

  private async ask(
    region: RegionName,
    shard: number,
    query: Row,
    k: number,
    call: Call,
  ): Promise<Hit[]> {
    const { clock, network, region: here, store } = this.terrain
    const startUs = clock.elapsed()
    this.budget.called()
    const asked = region === here ? store : network.reach(region).store
    const part = this.shards.shards > 1 && { shards: [shard] }
    try {
      return await asked.search({ query, k, consistency: 'bounded', ...part }, call)
    } finally {
      this.speeds.note(region, clock.elapsed() - startUs)
    }
  }

  /** Holders in the order they are asked in: those thought well first. */
  private inOrder(holders: readonly RegionName[]): RegionName[] {
    const sorted = this.sorted(holders)
    const well = sorted.filter((holder) => this.health.trusted(holder))
    return [...well, ...sorted.filter((holder) => !well.includes(holder))]
  }

  private sorted(holders: readonly RegionName[]): RegionName[] {
    const { region } = this.terrain
    const far = (holder: RegionName) => (holder === region ? -1 : this.health.rttUs(holder))
    switch (this.knobs.readFrom) {
      case 'primary':
        return [...holders]
      case 'fastest':
        return this.speeds.order(holders)
      case 'nearest':
        return [...holders].sort((a, b) => far(a) - far(b))
    }
  }
}
