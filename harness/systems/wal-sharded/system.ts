import { z } from 'zod'
import { Background } from '../../base/signal.ts'
import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { hazardsBut } from '../../model/hazard.ts'
import { NO_ROW, type SessionToken, type Stamp, type StoredPoint } from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
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
import { conflictRules, openStamper, type Stamper } from '../shared/conflict.ts'
import { openRouter } from '../shared/routing.ts'
import { Turns } from '../shared/turns.ts'
import { WalApplier } from './applier.ts'
import { BoundedReads } from './bounded-reads.ts'
import { Confirmations } from './confirmations.ts'
import { ShardMap, shardOfId } from './hash-shards.ts'
import { WalPositions } from './positions.ts'
import { WalReader } from './reader.ts'
import { WalReconciler } from './reconciler.ts'
import { READY, WalRestore } from './restore.ts'
import { Splitter } from './splitter.ts'
import { SharedAsks, StaleReads } from './stale-reads.ts'

const duration = (us: Us) => z.int().min(0).default(us)

const knobs = z.strictObject({
  conflict: z
    .enum(conflictRules)
    .default('lamport')
    .describe('what decides which of two concurrent writes wins'),
  ack: z
    .enum(['log', 'quorum', 'all'])
    .default('log')
    .describe(
      "whose logs must have a write before it is acknowledged: the own region's, those of a majority, all",
    ),
  shards: z.int().min(1).max(4096).default(128).describe('parts the ids are spread over'),
  map: z
    .enum(['murmur3', 'range'])
    .default('murmur3')
    .describe(
      'how ids go to shards: by hash, or in ranges of `rangeIds` neighbours (where new ids are all in the last one)',
    ),
  rangeIds: z.int().min(1).default(1024).describe('neighbours in a range, for `map: range`'),
  batch: z
    .int()
    .min(1)
    .max(10_000)
    .default(32)
    .describe('changes of one call of an apply lane, at most; a lane has one call under way'),
  staleBoundUs: duration(2 * SECOND).describe(
    'a read that may be further behind carries a flag; off: none does',
  ),
  requery: z
    .enum(['off', 'on'])
    .default('off')
    .describe('whether reads that would be flagged ask the regions they are behind of'),
  requeries: z.int().min(1).max(10_000).default(8).describe('such questions under way, at most'),
  requeryDeadlineUs: duration(500 * MS)
    .refine((us) => us > 0)
    .describe('how long such a question waits for its answer'),
  vectorsUs: duration(250 * MS)
    .refine((us) => us > 0)
    .describe('time between two comparisons with the logs of all regions'),
  catchUp: z
    .enum(['delta', 'snapshot', 'off'])
    .default('delta')
    .describe('how a region that is behind catches up: by what it lacks, by a snapshot, or not'),
  catchUpAfterUs: duration(5 * SECOND).describe('the lag that starts a catch-up'),
  splitAt: z
    .number()
    .min(0)
    .max(1)
    .default(0.8)
    .describe('the share of all records that makes a shard hot; 0: none is split'),
  splitWays: z.int().min(2).max(64).default(8).describe('virtual nodes of a split shard'),
  affinityUs: duration(300 * SECOND).describe(
    'how long a client stays with the region it was routed to; off: each operation is routed anew',
  ),
  tombstonesUs: duration(600 * SECOND).describe('how long a tombstone is kept'),
  healthUs: duration(SECOND)
    .refine((us) => us > 0)
    .describe('time between two health probes of the load balancer'),
})
type Knobs = z.infer<typeof knobs>

const TOPIC = 'wal'
const COUNTER = 'lamport'
/** What is applied is searchable within this time; strong reads do not need it. */
const VISIBLE_US: Us = 500 * MS

/**
 * What a log in every region promises, by how conflicts end and whose logs an acknowledgement waits for. What one region
 * alone has logged is gone with its disks, and so is how far its stamps had come. Answers are as old as the logs say;
 * under a wrong clock a later write may lose against an older one and never be seen at all, and a clock at another speed
 * measures another bound.
 */
function promises({ conflict, ack, staleBoundUs }: Knobs): Guarantees {
  const ruled = conflict !== 'arrival-order'
  // Where stamps do not follow time, the same goes for any two writes.
  const bounded = staleBoundUs > 0 && ruled && conflict !== 'lamport'
  const once = hazardsBut('disks-lost-twice')
  const onDisks = hazardsBut('disk-loss', 'disks-lost-twice')
  const copied = ack === 'log' ? onDisks : once
  const inTime = copied.filter((hazard) => hazard !== 'wrong-clock' && hazard !== 'clock-drift')
  return {
    ...nothingPromised,
    convergence: promised(ruled, once),
    durability: promised(ack !== 'log', once),
    causalWrites: promised(ruled && conflict !== 'last-writer-wins', onDisks),
    stalenessUs: promised(bounded && staleBoundUs + VISIBLE_US, inTime),
    singleApply: promised(ruled, once),
  }
}

/**
 * Regions that append every write to a log and apply what logs bring, shard by shard.
 *
 *   write -> own log ~~mirror~~> copy in every other log
 *               |                        |
 *             lanes -> own store       lanes -> other store        one lane for each shard
 *
 * Order holds for each partition of each origin's log, so for each id and origin: writes of two regions to one id
 * arrive in different orders, and only a conflict rule makes regions equal. A region knows how far it has come with
 * each origin's log (a version vector for each shard, in offsets), and from asking the log itself, as of when it lacked
 * nothing: reads that may be older than the bound say so, or ask the other region. Points have no tags here: what
 * would be an LWW-element-set for them is one for the points themselves, by the stamps of the conflict rule.
 */
export const walSharded: System<Knobs> = {
  about: 'a write-ahead log in every region, mirrored, applied shard by shard',
  knobs,
  topics: [TOPIC],
  guarantees: promises,
  problems: ({ conflict, catchUp }) =>
    conflict === 'arrival-order' && catchUp === 'snapshot'
      ? [{ key: 'catchUp', message: 'a snapshot cannot be merged by arrival order: write delta' }]
      : [],
  layout: (sharding, regions) => ({
    shards: sharding.shards,
    shardOf: (id) => shardOfId(id, sharding),
    holders: () => regions,
    pinned: () => null,
  }),
  route: (users, _rng, { healthUs, affinityUs }) =>
    openRouter(users, { probeEveryUs: healthUs, affinityUs, probe: READY }),
  async start(terrain, _rng, settings) {
    const { region, clock, durable } = terrain
    const stamper = await openStamper(settings.conflict, region, clock, durable)
    return new RegionalAgent(terrain, settings, stamper)
  },
}

class RegionalAgent implements Agent {
  /** The largest counter of any stamp seen. */
  private counter = 0
  private readonly appends = new Turns()
  private readonly background = new Background()
  private readonly confirmations: Confirmations
  private readonly splitter: Splitter
  private readonly applier: WalApplier
  private readonly reader: WalReader
  private readonly reconciler: WalReconciler
  private readonly restore: WalRestore
  private readonly reads: BoundedReads

  private readonly terrain: Terrain
  private readonly settings: Knobs
  private readonly stamper: Stamper

  constructor(terrain: Terrain, settings: Knobs, stamper: Stamper) {
    this.terrain = terrain
    this.settings = settings
    this.stamper = stamper
    const { region, regions, clock, network } = terrain
    const { conflict: rule, splitAt, splitWays, vectorsUs } = settings
    const positions = new Map(regions.map((origin) => [origin, new WalPositions()]))
    const ground = { ...terrain, topic: TOPIC, positions }
    const others = regions.filter((other) => other !== region)
    this.confirmations = new Confirmations(others, network, clock)
    const map = new ShardMap(settings)
    const { background } = this
    this.splitter = new Splitter({ ...ground, map, at: splitAt, ways: splitWays })
    const applier = new WalApplier({
      ...{ ...settings, terrain, background, rule, positions, splitter: this.splitter },
      saw: (stamp) => this.saw(stamp),
    })
    this.applier = applier
    const confirmations = settings.ack === 'log' ? null : this.confirmations
    this.reader = new WalReader({ ...ground, applier, confirmations })
    const restore = new WalRestore({ terrain, topic: TOPIC, positions, applier })
    this.restore = restore
    this.reconciler = new WalReconciler({
      ...{ ...ground, ...settings, applier, restore },
      everyUs: vectorsUs,
    })
    const behind = (shard?: number) => this.reconciler.behind(settings.staleBoundUs, shard)
    const asks = new SharedAsks(clock, settings.requeries)
    const behindItself = () => behind().includes(region)
    const staleReads = new StaleReads({
      ...{ ...terrain, rule, asks, deadlineUs: settings.requeryDeadlineUs },
      ...{ applier, background, behindItself },
    })
    this.reads = new BoundedReads({
      ...{ ...terrain, applier, behind, visibleUs: VISIBLE_US },
      shardOf: (id) => map.shardOf(id),
      staleReads: settings.requery === 'on' ? staleReads : null,
    })
  }

  write({ op, id, row, session }: WriteRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row, write: op, deleted: false }, session, call)
  }

  remove({ op, id, session }: RemoveRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row: NO_ROW, write: op, deleted: true }, session, call)
  }

  async search({ query, k }: SearchAsk, call: Call): Promise<Found> {
    this.restore.check()
    return { ...(await this.reads.search(query, k, call)), session: this.session() }
  }

  async fetch({ id }: FetchAsk, call: Call): Promise<Fetched> {
    this.restore.check()
    return { ...(await this.reads.fetch(id, call)), session: this.session() }
  }

  async run(stop: Stop): Promise<void> {
    await Promise.all([
      this.background.joined(stop),
      this.applier.run(stop),
      this.reader.run(stop),
      this.reconciler.run(stop),
      this.confirmations.run(stop),
      this.splitter.run(stop),
      this.restore.run(stop),
      this.reads.run(stop),
    ])
  }

  /** A user's write, stamped here: acknowledged when enough logs have it, applied when the lanes bring it. */
  private enter(
    point: Omit<StoredPoint, 'stamp'>,
    session: SessionToken,
    call: Call,
  ): Promise<AnswerNotes> {
    const { region, regions, log, clock } = this.terrain
    const { ack } = this.settings
    const untilUs = clock.elapsed() + call.deadlineUs
    const others = { log: 0, quorum: Math.floor(regions.length / 2), all: regions.length - 1 }[ack]
    return this.appends.take([point.id], async () => {
      this.restore.check()
      this.saw({ wallUs: 0, counter: session[COUNTER] ?? 0, origin: '' })
      const stamp = await this.stamper.next()
      this.saw(stamp)
      const awaited = this.confirmations.await(point.write, others)
      try {
        await log.append(TOPIC, [{ ...point, stamp, origin: region }], call)
        const from = await clock.within(Math.max(0, untilUs - clock.elapsed()), awaited.standsIn)
        return { session: this.session(), ...(others > 0 && { from: [region, ...from] }) }
      } finally {
        awaited.forget()
      }
    })
  }

  /** A counter knows no time: what a client has seen elsewhere must come along with it. */
  private session(): SessionToken {
    return this.settings.conflict === 'lamport' ? { [COUNTER]: this.counter } : {}
  }

  private saw(stamp: Stamp): void {
    this.counter = Math.max(this.counter, stamp.counter)
    this.stamper.saw(stamp)
  }
}
