import { z } from 'zod'
import type { Rng } from '../base/rng.ts'
import { nothingPromised, promised } from '../model/guarantees.ts'
import { allHazards } from '../model/hazard.ts'
import type { IndexPlan } from '../model/plan.ts'
import { NO_ROW, SENTINEL_ID } from '../model/point.ts'
import { MS, SECOND, type Us } from '../model/units.ts'
import type { Message } from '../ports/network.ts'
import type { Call } from '../ports/store.ts'
import type {
  Agent,
  AnswerNotes,
  FetchAsk,
  Fetched,
  Found,
  RemoveRequest,
  SearchAsk,
  Stop,
  System,
  Terrain,
  WriteRequest,
} from '../ports/system.ts'
import { AliasSwap } from './parts/alias-swap.ts'
import { openStamper, type Stamper } from './parts/conflict.ts'
import { Health } from './parts/health.ts'
import { placeShards, placingProblems } from './parts/placed-shards.ts'
import { Primaries } from './parts/primaries.ts'
import { regionWeights } from './parts/region-text.ts'
import { ResultCache } from './parts/result-cache.ts'
import { openRouter, routingPolicies } from './parts/routing.ts'
import { ShardKeeper } from './parts/shard-keeper.ts'
import { readChoices, ShardSearch } from './parts/shard-search.ts'

const duration = (us: Us) => z.int().min(0).default(us)

const knobs = z.strictObject({
  shards: z.int().min(1).max(64).default(6),
  /** Places of each shard, and of each region, on its ring. */
  virtualNodes: z.int().min(1).max(1024).default(64),
  /** Regions that keep a shard: one primary, the others follow. */
  copies: z.int().min(1).max(16).default(2),
  /** Regions that shards are placed in, e.g. `us-east, eu-west`; empty: all. */
  placedIn: z.string().default(''),
  /** The first so many shards are kept in `pinnedTo` only, and their vectors never leave it. */
  pinnedShards: z.int().min(0).max(64).default(0),
  pinnedTo: z.string().default(''),
  /** Which holder of a shard is searched. */
  readFrom: z.enum(readChoices).default('nearest'),
  /** Another holder is asked too after so long; off: only when one has failed. */
  hedgeUs: duration(0),
  /** Hedges for each call to a shard, at most: 0.1 is one in ten. */
  hedgeShare: z.number().min(0).max(1).default(0.1),
  /** A shard that has not answered by then is left out, and the answer says so. */
  shardTimeoutUs: z
    .int()
    .min(1)
    .default(500 * MS),
  /** How long a top-k result is given again; off: never. */
  cacheUs: duration(0),
  cacheSize: z.int().min(1).default(500),
  cacheInvalidation: z.enum(['off', 'on']).default('on'),
  routing: z.enum(routingPolicies).default('nearest'),
  /** For `routing: weighted`, e.g. `us-east 3, eu-west 1`. */
  weights: z.string().default(''),
  /** What the load balancer asks for: that an agent answers, or that its store does. */
  probe: z.enum(['agent', 'store']).default('agent'),
  /** Time between two health probes, of load balancers and of coordinators. */
  healthUs: z.int().min(1).default(SECOND),
  /** How long a region must have been well again before it is used again. */
  failBackUs: duration(0),
  affinityUs: duration(0),
  /** Each agent builds its index anew so long after its start and swaps it in; off: never. */
  reindexAtUs: duration(0),
  reindexTo: z.enum(['flat', 'hnsw']).default('flat'),
  tombstonesUs: duration(600 * SECOND),
})
type Knobs = z.infer<typeof knobs>

const READY = 'ready'
const hnsw = { m: 16, efConstruction: 200, ef: 64, sealAt: 2_000, compactAt: 0.2 }
const indexes: Record<Knobs['reindexTo'], IndexPlan> = {
  flat: { kind: 'flat' },
  hnsw: { kind: 'hnsw', ...hnsw },
}

/**
 * Shards in several regions, and in every region a coordinator that keeps nothing: it asks one holder of each shard
 * and merges.
 *
 *   search -> coordinator -> one holder of every shard (hedged) -> merge -> top k
 *   write  -> coordinator -> primary of the shard: own log, own store ~~sender~~> other holders
 *
 * A primary is the first holder that the coordinator thinks well. There is no lease: while a link is cut, two sides
 * may each have a primary; both take writes, and the higher stamp wins when they meet again. What a failed primary had
 * acknowledged and not sent is missing elsewhere until it is back.
 */
export const scatterGather: System<Knobs> = {
  about: 'shards placed by a hash ring, searched everywhere at once and merged by a coordinator',
  knobs,
  topics: [],
  // With one copy nobody takes over: a shard is there or it is not, and its agent puts all of it in one order.
  guarantees: ({ copies }) => ({
    ...nothingPromised,
    convergence: promised(true, allHazards),
    durability: promised(true, allHazards),
    monotonicWrites: promised(true, allHazards),
    flagsPartial: promised(true, allHazards),
    singleApply: promised(true, allHazards),
    readYourWrites: promised(copies === 1 && 'fetches', allHazards),
    monotonicReads: promised(copies === 1 && 'fetches', allHazards),
    linearizable: promised(copies === 1, allHazards),
    causalWrites: promised(copies === 1, allHazards),
  }),
  problems: placingProblems,
  needs: ({ reindexAtUs }) =>
    reindexAtUs > 0 ? ['placement', 'shards', 'collections'] : ['placement', 'shards'],
  layout: placeShards,
  route: (users, rng, { healthUs, affinityUs, routing, weights, probe, failBackUs }) =>
    openRouter(users, {
      probeEveryUs: healthUs,
      affinityUs,
      policy: routing,
      weights: regionWeights(weights),
      failBackUs,
      rng,
      ...(probe === 'store' && { probe: READY }),
    }),
  async start(terrain, rng, settings) {
    const { region, clock, durable } = terrain
    const stamper = await openStamper('hybrid-logical-clock', region, clock, durable)
    return new Coordinator(terrain, rng, settings, stamper)
  },
}

/** Keeps no state that matters: what it knows of others is health, speed, and answers it may give again. */
class Coordinator implements Agent {
  private readonly health: Health
  private readonly keeper: ShardKeeper
  private readonly primaries: Primaries
  private readonly searches: ShardSearch

  constructor(
    private readonly terrain: Terrain,
    rng: Rng,
    private readonly settings: Knobs,
    stamper: Stamper,
  ) {
    const { region, regions, clock, space } = terrain
    const { healthUs, failBackUs, cacheUs, cacheSize, cacheInvalidation, tombstonesUs } = settings
    const shards = placeShards(settings, regions)
    const others = regions.filter((other) => other !== region)
    const invalidate = cacheInvalidation === 'on'
    const cache = new ResultCache(clock, space, { ttlUs: cacheUs, size: cacheSize, invalidate })
    this.health = new Health(terrain, others, { everyUs: healthUs, failBackUs })
    this.keeper = new ShardKeeper({
      terrain,
      stamper,
      tombstonesUs,
      holders: ({ id }) => shards.holders(id),
      changed: (change) => cache.changed(change),
    })
    this.primaries = new Primaries(terrain, shards, this.health, this.keeper)
    this.searches = new ShardSearch(terrain, shards, this.health, cache, settings, rng)
    terrain.network.serve(READY, () => this.ready())
  }

  search({ query, k }: SearchAsk, call: Call): Promise<Found> {
    return this.searches.search(query, k, call)
  }

  write({ op, id, row, session }: WriteRequest, call: Call): Promise<AnswerNotes> {
    return this.primaries.write({ id, row, write: op, deleted: false }, session, call)
  }

  remove({ op, id, session }: RemoveRequest, call: Call): Promise<AnswerNotes> {
    return this.primaries.write({ id, row: NO_ROW, write: op, deleted: true }, session, call)
  }

  fetch({ id }: FetchAsk, call: Call): Promise<Fetched> {
    return this.primaries.fetch(id, call)
  }

  async run(stop: Stop): Promise<void> {
    await Promise.all([this.health.run(stop), this.keeper.run(stop), this.reindex(stop)])
  }

  /** What a load balancer learns that asks for the store and not for the agent alone. */
  private async ready(): Promise<Message> {
    const call = { op: 0, deadlineUs: this.settings.healthUs }
    await this.terrain.store.fetch([SENTINEL_ID], 'bounded', call)
    return { kind: READY, bytes: 48, body: null }
  }

  private async reindex(stop: Stop): Promise<void> {
    const { clock, journal, store, collections } = this.terrain
    const { reindexAtUs, reindexTo } = this.settings
    if (reindexAtUs === 0 || !collections) return
    await clock.sleep(reindexAtUs)
    if (stop.fired) return
    const { turns } = this.keeper
    const index = indexes[reindexTo]
    const swap = new AliasSwap({ clock, journal, store, collections, turns, index })
    this.keeper.swap = swap
    await swap.run(stop)
  }
}
