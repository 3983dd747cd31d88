import { z } from 'zod'
import type { Rng } from '../../base/rng.ts'
import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { allHazards, hazardsBut } from '../../model/hazard.ts'
import type { IndexPlan } from '../../model/plan.ts'
import { NO_ROW, SENTINEL_ID } from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import type { Message } from '../../ports/network.ts'
import type { Call } from '../../ports/store.ts'
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
} from '../../ports/system.ts'
import { openStamper, type Stamper } from '../shared/conflict.ts'
import { Health, type Watcher } from '../shared/health.ts'
import { Holdings } from '../shared/holdings.ts'
import { loaded } from '../shared/loaded.ts'
import { ResultCache } from '../shared/result-cache.ts'
import { openRouter, routingPolicies } from '../shared/routing.ts'
import { AliasSwap } from './alias-swap.ts'
import { placeShards, placingProblems, regionWeights } from './placed-shards.ts'
import { Primaries } from './primaries.ts'
import { ShardKeeper, TOPIC } from './shard-keeper.ts'
import { ShardRefill } from './shard-refill.ts'
import { readChoices, ShardSearch } from './shard-search.ts'

const duration = (us: Us) => z.int().min(0).default(us)

const knobs = z.strictObject({
  shards: z
    .int()
    .min(1)
    .max(64)
    .default(6)
    .describe('parts the points are spread over by their id'),
  virtualNodes: z
    .int()
    .min(1)
    .max(1024)
    .default(64)
    .describe('places of each shard, and of each region, on its ring'),
  copies: z
    .int()
    .min(1)
    .max(16)
    .default(2)
    .describe('regions that keep a shard: one primary, the others follow'),
  placedIn: z
    .string()
    .default('')
    .describe('regions that shards are placed in, such as `us-east, eu-west`; all if left out'),
  pinnedShards: z
    .int()
    .min(0)
    .max(64)
    .default(0)
    .describe(
      'the first so many shards are kept in `pinnedTo` only, and their vectors never leave it',
    ),
  pinnedTo: z.string().default('').describe('the region of the pinned shards'),
  readFrom: z.enum(readChoices).default('nearest').describe('which holder of a shard is searched'),
  hedgeUs: duration(0).describe(
    'another holder is asked too after so long; off: only when one has failed',
  ),
  hedgeShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe('hedges for each call to a shard, at most: 0.1 is one in ten'),
  shardTimeoutUs: z
    .int()
    .min(1)
    .default(500 * MS)
    .describe('a shard that has not answered by then is left out, and the answer says so'),
  cacheUs: duration(0).describe('how long a top-k result is given again; off: never'),
  cacheSize: z.int().min(1).default(500).describe('results a cache holds, at most'),
  cacheInvalidation: z
    .enum(['off', 'on'])
    .default('on')
    .describe('whether results that a change could alter are dropped'),
  routing: z
    .enum(routingPolicies)
    .default('nearest')
    .describe('how the load balancer chooses a region'),
  weights: z
    .string()
    .default('')
    .describe('for `routing: weighted`, such as `us-east 3, eu-west 1`'),
  probe: z
    .enum(['agent', 'store'])
    .default('agent')
    .describe(
      'what load balancers and coordinators ask for: that an agent with its data answers, or that its store does',
    ),
  healthUs: z
    .int()
    .min(1)
    .default(SECOND)
    .describe('time between two health probes, of load balancers and of coordinators'),
  failBackUs: duration(0).describe(
    'how long a region must have been well again before it is used again; off: at once',
  ),
  affinityUs: duration(0).describe(
    'how long a client stays with the region it was routed to; off: each operation is routed anew',
  ),
  reindexAtUs: duration(0).describe(
    'each agent builds its index anew so long after its start and swaps it in; off: never',
  ),
  reindexTo: z.enum(['flat', 'hnsw']).default('flat').describe('the index that is built then'),
  tombstonesUs: duration(600 * SECOND).describe('how long a tombstone is kept'),
})
type Knobs = z.infer<typeof knobs>

const READY = 'ready'
const hnsw = { m: 16, efConstruction: 200, ef: 64, sealAt: 2_000, compactAt: 0.2 }
const indexes: Record<Knobs['reindexTo'], IndexPlan> = {
  flat: { kind: 'flat' },
  hnsw: { kind: 'hnsw', ...hnsw },
}

/**
 * What shards with asynchronous copies promise, and the hazards each promise outlives. A primary acknowledges alone:
 * what it had not sent goes with its disk, however many copies there are. With one copy nobody takes over: a shard is
 * there or it is not, and its agent puts all of it in one order.
 */
function promises({ copies }: Knobs): Guarantees {
  const keepDisks = hazardsBut('disk-loss')
  const alone = copies === 1
  return {
    ...nothingPromised,
    convergence: promised(true, allHazards),
    durability: promised(true, keepDisks),
    monotonicWrites: promised(true, keepDisks),
    flagsPartial: promised(true, allHazards),
    singleApply: promised(true, allHazards),
    readYourWrites: promised(alone && 'fetches', keepDisks),
    monotonicReads: promised(alone && 'fetches', keepDisks),
    linearizable: promised(alone, keepDisks),
    causalWrites: promised(alone, keepDisks),
  }
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
  ownTopics: [TOPIC],
  guarantees: promises,
  builds: ({ reindexAtUs, reindexTo }) => (reindexAtUs > 0 ? indexes[reindexTo] : null),
  problems: placingProblems,
  needs: ({ reindexAtUs }) =>
    reindexAtUs > 0 ? ['placement', 'shards', 'collections'] : ['placement', 'shards'],
  layout: placeShards,
  route: (users, rng, { healthUs, affinityUs, routing, weights, failBackUs }) =>
    openRouter(users, {
      probeEveryUs: healthUs,
      affinityUs,
      policy: routing,
      weights: regionWeights(weights),
      failBackUs,
      rng,
      probe: READY,
    }),
  async start(terrain, rng, settings) {
    const { region, clock, durable } = terrain
    const stamper = await openStamper('hybrid-logical-clock', region, clock, durable)
    return new Coordinator(terrain, rng, settings, stamper, await Holdings.open(terrain))
  },
}

/** Keeps no state that matters: what it knows of others is health, speed, and answers it may give again. */
class Coordinator implements Agent {
  private readonly health: Health
  private readonly keeper: ShardKeeper
  private readonly primaries: Primaries
  private readonly searches: ShardSearch
  private readonly refill: ShardRefill

  private readonly terrain: Terrain
  private readonly settings: Knobs
  private readonly holdings: Holdings

  constructor(terrain: Terrain, rng: Rng, settings: Knobs, stamper: Stamper, holdings: Holdings) {
    this.terrain = terrain
    this.settings = settings
    this.holdings = holdings
    const { region, regions, clock, space } = terrain
    const { healthUs, failBackUs, cacheUs, cacheSize, cacheInvalidation, tombstonesUs } = settings
    const shards = placeShards(settings, regions)
    // The own store is probed too where stores are: users of other regions come to this coordinator.
    const watched =
      settings.probe === 'store' ? regions : regions.filter((other) => other !== region)
    const invalidate = cacheInvalidation === 'on'
    const cache = new ResultCache(clock, space, { ttlUs: cacheUs, size: cacheSize, invalidate })
    this.health = new Health(this.watcher(), watched, {
      ...{ everyUs: healthUs, failBackUs, kind: READY },
      own: { region, isWell: () => !holdings.missing },
    })
    this.keeper = new ShardKeeper({ terrain, stamper, holdings, shards, cache, tombstonesUs })
    this.refill = new ShardRefill(terrain, holdings, shards, this.keeper)
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
    const { health, keeper, refill } = this
    await Promise.all([health.run(stop), keeper.run(stop), refill.run(stop), this.reindex(stop)])
  }

  /** Asks its own region without a link. */
  private watcher(): Watcher {
    const { region, clock, network } = this.terrain
    return {
      clock,
      network: {
        call: (to, message, deadlineUs) =>
          to === region
            ? clock.within(deadlineUs, this.ready())
            : network.call(to, message, deadlineUs),
      },
    }
  }

  /** What load balancers and other coordinators learn: no region is used before it has its data. */
  private async ready(): Promise<Message> {
    this.holdings.refuse()
    if (this.settings.probe === 'store') await this.probeStore()
    return { kind: READY, bytes: 48, body: null }
  }

  private async probeStore(): Promise<void> {
    const call = { op: 0, deadlineUs: this.settings.healthUs }
    loaded(await this.terrain.store.fetch([SENTINEL_ID], 'bounded', call))
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
