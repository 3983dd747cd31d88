import { hedge, TooFewError } from '../../base/first.ts'
import type { Rng } from '../../base/rng.ts'
import type { Row } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call, Hit } from '../../ports/store.ts'
import type { Found, Terrain } from '../../ports/system.ts'
import type { Health } from '../shared/health.ts'
import type { ResultCache } from '../shared/result-cache.ts'
import type { PlacedShards } from './placed-shards.ts'

/** Which holder of a shard is asked first: the one with the shortest way, the fastest of late, or the primary. */
export const readChoices = ['nearest', 'fastest', 'primary'] as const

type SearchKnobs = {
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

type Gathering = {
  clock: Clock
  shards: readonly number[]
  /** Regions to ask for a shard, best first. */
  holders: (shard: number) => readonly RegionName[]
  ask: (region: RegionName, shard: number) => Promise<Hit[]>
  /** Another holder is asked as well after so long without an answer; 0: only once one has failed. */
  hedgeUs: Us
  /** Asked before each of those, and of no other. */
  mayHedge: () => boolean
  /** A shard without an answer by then is left out. */
  timeoutUs: Us
}

type Gathered = { answers: Hit[][]; answered: number[]; from: RegionName[] }

/** Asks every shard at once, one holder of each, and waits for all of them or for the time they have. */
export async function gather(gathering: Gathering): Promise<Gathered> {
  const { shards } = gathering
  const results = await Promise.all(shards.map((shard) => askShard(gathering, shard)))
  const gathered: Gathered = { answers: [], answered: [], from: [] }
  results.forEach((result, i) => {
    if (!result) return
    gathered.answers.push(result.hits)
    gathered.answered.push(shards[i] as number)
    if (!gathered.from.includes(result.region)) gathered.from.push(result.region)
  })
  return gathered
}

async function askShard(
  { clock, holders, ask, hedgeUs, mayHedge, timeoutUs }: Gathering,
  shard: number,
): Promise<{ region: RegionName; hits: Hit[] } | undefined> {
  let answered = false
  const starts = holders(shard).map((region) => async () => {
    const hits = await ask(region, shard)
    answered = true
    return { region, hits }
  })
  const patience = async (us: Us) => {
    await clock.sleep(us)
    if (answered || hedgeUs === 0 || !mayHedge()) await new Promise(() => {})
  }
  try {
    return await clock.within(timeoutUs, hedge(starts, hedgeUs, patience))
  } catch (error) {
    if (error instanceof CallError) return undefined
    if (error instanceof TooFewError && error.errors.every((each) => each instanceof CallError))
      return undefined
    throw error
  }
}

/**
 * The k nearest of several answers, each sorted by distance; ties by id, as one store over all of them would give.
 * Exact if every answer holds the k nearest of its part.
 */
export function mergeHits(answers: readonly (readonly Hit[])[], k: number): Hit[] {
  const places = answers.map(() => 0)
  const merged: Hit[] = []
  while (merged.length < k) {
    let best = -1
    for (let i = 0; i < answers.length; i++) {
      const hit = answers[i]?.[places[i] as number]
      const other = best < 0 ? undefined : answers[best]?.[places[best] as number]
      if (hit && (!other || nearer(hit, other))) best = i
    }
    if (best < 0) break
    merged.push(answers[best]?.[places[best] as number] as Hit)
    places[best] = (places[best] as number) + 1
  }
  return merged
}

const nearer = (a: Hit, b: Hit): boolean =>
  a.distance < b.distance || (a.distance === b.distance && a.id < b.id)

/** Calls saved up at most: a burst of slow ones may be hedged, a store that is slow for all of them may not. */
const SAVED = 10

/**
 * Hedges are extra load, and most are wanted where there is least to spare: without a limit they can bring down what
 * was merely slow. Each call adds `share` of a hedge to what may be spent.
 */
export class HedgeBudget {
  private saved = SAVED

  private readonly share: number

  constructor(share: number) {
    this.share = share
  }

  called(): void {
    this.saved = Math.min(SAVED, this.saved + this.share)
  }

  take(): boolean {
    if (this.saved < 1) return false
    this.saved--
    return true
  }
}

/** Weight of the last answer. */
const FRESH = 0.2
/** How often the second best is asked first, so that its speed does not grow old. */
const TRIAL = 0.05

/** How fast each region has answered of late, as one coordinator saw it. */
class Speeds {
  private readonly smoothUs = new Map<RegionName, number>()

  private readonly rng: Rng

  constructor(rng: Rng) {
    this.rng = rng
  }

  note(region: RegionName, us: Us): void {
    const known = this.smoothUs.get(region)
    this.smoothUs.set(region, known === undefined ? us : (1 - FRESH) * known + FRESH * us)
  }

  /** Fastest first; regions not heard of yet keep their place behind those that were. */
  order(regions: readonly RegionName[]): RegionName[] {
    const us = (region: RegionName) => this.smoothUs.get(region) ?? Number.MAX_SAFE_INTEGER
    const sorted = [...regions].sort((a, b) => us(a) - us(b))
    const [first, second, ...rest] = sorted
    if (first === undefined || second === undefined || !this.rng.chance(TRIAL)) return sorted
    return [second, first, ...rest]
  }
}
