import { z } from 'zod'
import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { hazardsBut } from '../../model/hazard.ts'
import { type Change, changeBytes, NO_ROW, type StoredPoint } from '../../model/point.ts'
import { type RegionName, SECOND } from '../../model/units.ts'
import { CallError, ignoreCallError } from '../../ports/errors.ts'
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
import { runApplier } from '../shared/applier.ts'
import { conflictRules, localWriteWins, openStamper, type Stamper } from '../shared/conflict.ts'
import { Doubts } from '../shared/doubts.ts'
import { Guard } from '../shared/guard.ts'
import { openRouter } from '../shared/routing.ts'
import { Tombstones } from '../shared/tombstones.ts'
import { Turns } from '../shared/turns.ts'
import { Backup, READY } from './backup.ts'
import { Outbox } from './outbox.ts'
import { ReadOnly } from './read-only.ts'

const knobs = z.strictObject({
  /** Not lamport: its clients carry no counter from region to region. */
  conflict: z
    .enum(conflictRules)
    .exclude(['lamport'])
    .default('hybrid-logical-clock')
    .describe('what decides which of two concurrent writes wins'),
  ack: z
    .enum(['local', 'log'])
    .default('local')
    .describe(
      'when a write is acknowledged: in the local store, or in the local log, which then comes first',
    ),
  fanOut: z
    .enum(['off', 'on'])
    .default('off')
    .describe('whether each write is sent to the other agents at once, besides the log'),
  batch: z.int().min(1).max(10_000).default(128).describe('changes an applier takes at once'),
  affinityUs: z
    .int()
    .min(0)
    .default(300 * SECOND)
    .describe(
      'how long a client stays with the region it was routed to; off: each operation is routed anew',
    ),
  tombstonesUs: z
    .int()
    .min(0)
    .default(600 * SECOND)
    .describe('how long a tombstone is kept'),
  healthUs: z
    .int()
    .min(1)
    .default(SECOND)
    .describe('time between two health probes of the load balancer'),
  onPartition: z
    .enum(['serve', 'read-only'])
    .default('serve')
    .describe(
      'whether a region that does not reach more than half of all regions keeps taking writes',
    ),
  snapshotEveryUs: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'time between two snapshots of each store, kept outside all regions; a region that lost its data begins there; off: none',
    ),
})
type Knobs = z.infer<typeof knobs>

const TOPIC = 'embeddings'
const FAN_OUT = 'fan-out'
const APPLY_DEADLINE_US = 10 * SECOND
const FAN_OUT_DEADLINE_US = 5 * SECOND

/** What only one region has is gone with its disks: writes no mirror has copied, and what clients know of them. */
const onDisks = hazardsBut('disk-loss', 'disks-lost-twice')

/** On a machine that cannot keep up a region misses its probes, and users are sent to one that has not heard of their writes. */
const whileUsersStay = hazardsBut('disk-loss', 'disks-lost-twice', 'busy-machine')

/** Without snapshots a region that lost its disks has nothing to begin from: logs hold no base, and not for ever. */
function promises({ conflict, ack, affinityUs, snapshotEveryUs }: Knobs): Guarantees {
  const comesBack = snapshotEveryUs > 0 ? hazardsBut('disks-lost-twice') : onDisks
  return {
    ...nothingPromised,
    convergence: promised(conflict !== 'arrival-order', comesBack),
    durability: promised(ack === 'log', onDisks),
    causalWrites: promised(conflict === 'hybrid-logical-clock', onDisks),
    readYourWrites: promised(affinityUs > 0 && 'fetches', whileUsersStay),
    monotonicReads: promised(affinityUs > 0 && 'fetches', whileUsersStay),
  }
}

/**
 * Topics of the own log in which copies of the other regions' `topic` stand. Where mirrors keep names they all stand in
 * the topic itself, between what is written here.
 */
function copyTopics(
  { region, regions, mirrorPolicy }: Pick<Terrain, 'region' | 'regions' | 'mirrorPolicy'>,
  topic: string,
): string[] {
  if (mirrorPolicy === 'identity') return [topic]
  return regions.filter((other) => other !== region).map((other) => `${other}.${topic}`)
}

/**
 * Two or more regions, each with a store and a log; every region takes writes.
 *
 *   write -> own store -> own log ~~mirror~~> copy in every other log -> applier -> other store
 *        `-(fan-out)-> other agents at once, fire and forget
 *
 * With `ack: local` the agent acknowledges when its store has the write and publishes after: what it has not
 * published when it dies is lost to the others (RPO > 0). With `ack: log` the log comes first, and the region's
 * own applier reads its own topic too, so that a crash between log and store loses nothing.
 */
export const activeActiveCdc: System<Knobs> = {
  about:
    'active-active stores joined by change data capture: local log, mirrors, an applier per region',
  knobs,
  topics: [TOPIC],
  guarantees: promises,
  needs: ({ snapshotEveryUs }) => (snapshotEveryUs > 0 ? ['snapshots'] : []),
  route: (users, _rng, { healthUs, affinityUs, snapshotEveryUs }) =>
    openRouter(users, {
      ...{ probeEveryUs: healthUs, affinityUs },
      ...(snapshotEveryUs > 0 && { probe: READY }),
    }),
  async start(terrain, _rng, settings) {
    const { region, clock, durable } = terrain
    const stamper = await openStamper(settings.conflict, region, clock, durable)
    return new RegionalAgent(terrain, settings, stamper)
  },
}

class RegionalAgent implements Agent {
  private readonly others: readonly RegionName[]
  private readonly turns = new Turns()
  private readonly guard: Guard
  private readonly outbox: Outbox
  private readonly doubts: Doubts
  private readonly tombstones: Tombstones
  private readonly readOnly: ReadOnly | null
  private readonly backup: Backup | null

  private readonly terrain: Terrain
  private readonly settings: Knobs
  private readonly stamper: Stamper

  constructor(terrain: Terrain, settings: Knobs, stamper: Stamper) {
    this.terrain = terrain
    this.settings = settings
    this.stamper = stamper
    const { region, regions, clock, store, log, network, journal } = terrain
    const { conflict, tombstonesUs, snapshotEveryUs: everyUs, onPartition, healthUs } = settings
    this.others = regions.filter((other) => other !== region)
    this.guard = new Guard(conflict, store, clock, journal)
    this.outbox = new Outbox(log, TOPIC, clock)
    this.doubts = new Doubts(
      clock,
      (change) => this.apply([change]),
      (change) => this.outbox.put(change),
    )
    this.tombstones = new Tombstones(store, clock, journal, this.turns, tombstonesUs)
    this.readOnly = onPartition === 'read-only' ? new ReadOnly(terrain, healthUs) : null
    const apply = (changes: readonly Change[]) => this.apply(changes)
    const publish = (change: Change) => this.outbox.put(change)
    this.backup =
      everyUs > 0 ? new Backup({ terrain, topic: TOPIC, everyUs, apply, publish }) : null
    network.serve(FAN_OUT, async ({ body }) => {
      await this.apply([body as Change])
      return { kind: FAN_OUT, bytes: 16, body: null }
    })
  }

  write({ op, id, row }: WriteRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row, write: op, deleted: false }, call)
  }

  remove({ op, id }: RemoveRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row: NO_ROW, write: op, deleted: true }, call)
  }

  async search({ query, k }: SearchAsk, call: Call): Promise<Found> {
    this.backup?.refuse()
    return { hits: await this.terrain.store.search({ query, k, consistency: 'bounded' }, call) }
  }

  async fetch({ id }: FetchAsk, call: Call): Promise<Fetched> {
    this.backup?.refuse()
    const found = await this.guard.read([id], call)
    return { point: found.find((point) => !point.deleted) }
  }

  async run(stop: Stop): Promise<void> {
    const { clock, log } = this.terrain
    const copies = copyTopics(this.terrain, TOPIC)
    const applying = {
      clock,
      log,
      group: 'applier',
      topics: [...new Set(this.settings.ack === 'log' ? [TOPIC, ...copies] : copies)],
      batch: this.settings.batch,
      apply: (changes: readonly Change[]) => this.apply(changes),
    }
    if (this.backup) await this.backup.restore(stop)
    await Promise.all([
      this.readOnly?.run(stop),
      this.backup?.run(stop),
      this.outbox.run(stop),
      this.doubts.run(stop),
      this.tombstones.run(stop, (ids) => this.guard.forget(ids)),
      runApplier(applying, stop),
    ])
  }

  /** A user's write, stamped here: stored and logged, in the order that `ack` asks for. */
  private enter(point: Omit<StoredPoint, 'stamp'>, call: Call): Promise<AnswerNotes> {
    const { region, log } = this.terrain
    return this.turns.take([point.id], async () => {
      this.backup?.refuse()
      this.readOnly?.refuse()
      const change = { ...point, stamp: await this.stamper.next(), origin: region }
      if (this.settings.ack === 'log') {
        await log.append(TOPIC, [change], call)
        // Acknowledged now: if the store does not take it, the applier will bring it from the log.
        await this.keep(change, call).catch(ignoreCallError)
      } else {
        await this.keep(change, call).catch((error) => this.doubt(change, error))
        this.outbox.put(change)
      }
      if (this.settings.fanOut === 'on') this.fanOut(change)
      return {}
    })
  }

  /** The client is told that the outcome is unknown; the change itself is seen through. */
  private doubt(change: Change, error: unknown): never {
    if (error instanceof CallError && !error.definite) this.doubts.put(change)
    throw error
  }

  private async keep(change: Change, call: Call): Promise<void> {
    if (localWriteWins(this.settings.conflict)) {
      await this.guard.write([change], call)
      this.tombstones.note(change)
    } else this.note(await this.guard.apply([change], call))
  }

  /** Changes from elsewhere: each is applied unless what is here wins. */
  private async apply(changes: readonly Change[]): Promise<void> {
    for (const { stamp } of changes) this.stamper.saw(stamp)
    const ids = [...new Set(changes.map(({ id }) => id))]
    await this.turns.take(ids, async () => {
      this.note(await this.guard.apply(changes, { op: 0, deadlineUs: APPLY_DEADLINE_US }))
    })
  }

  private note(written: readonly Change[]): void {
    for (const change of written) this.tombstones.note(change)
  }

  /** Fire and forget: the log brings what a lost message did not. */
  private fanOut(change: Change): void {
    const message = { kind: FAN_OUT, bytes: changeBytes(change, this.terrain.dim), body: change }
    for (const other of this.others)
      this.terrain.network.call(other, message, FAN_OUT_DEADLINE_US).catch(ignoreCallError)
  }
}
