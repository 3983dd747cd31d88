import {
  type Change,
  changeBytes,
  changeOf,
  type SessionToken,
  type StoredPoint,
} from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type { AnswerNotes, Stop, Terrain } from '../../ports/system.ts'
import { runApplier } from '../shared/applier.ts'
import type { Stamper } from '../shared/conflict.ts'
import { Guard } from '../shared/guard.ts'
import type { Holdings } from '../shared/holdings.ts'
import type { ResultCache } from '../shared/result-cache.ts'
import { Tombstones } from '../shared/tombstones.ts'
import { Turns } from '../shared/turns.ts'
import type { AliasSwap } from './alias-swap.ts'
import type { PlacedShards } from './placed-shards.ts'

/** Topic of a region's own log that no mirror carries: a copy of everything everywhere is what shards are to avoid. */
/** Each region's own: the changes of the shards it is primary of. */
export const TOPIC = 'shard-changes'
const COPY = 'shard-copy'
const DEADLINE_US = 10 * SECOND
const BATCH = 256

type Keeping = {
  terrain: Terrain
  stamper: Stamper
  holdings: Holdings
  shards: PlacedShards
  /** Hears of every change that the own store took. */
  cache: ResultCache
  tombstonesUs: Us
}

/**
 * What a region does for the shards it keeps. A write that enters here goes to the own log and the own store and is
 * then acknowledged; for each other region a sender reads the log, as a consumer group of its own, and brings the
 * changes of shards kept there: in order for each log partition, again until they are taken, over crashes too. The own
 * store reads the log as well, so that a crash between log and store loses nothing.
 */
export class ShardKeeper {
  readonly turns = new Turns()
  /** Set while a new collection is filled: every write goes to it too. */
  swap: AliasSwap | null = null
  private readonly guard: Guard
  private readonly tombstones: Tombstones

  private readonly keeping: Keeping

  constructor(keeping: Keeping) {
    this.keeping = keeping
    const { store, clock, journal, network } = keeping.terrain
    this.guard = new Guard('hybrid-logical-clock', store, clock, journal)
    this.tombstones = new Tombstones(store, clock, journal, this.turns, keeping.tombstonesUs)
    network.serve(COPY, async ({ body }) => {
      await this.apply(body as readonly Change[])
      return { kind: COPY, bytes: 16, body: null }
    })
  }

  /** A user's write of a shard kept here, stamped above all that its client and this region have seen. */
  async enter(
    point: Omit<StoredPoint, 'stamp'>,
    session: SessionToken,
    call: Call,
  ): Promise<AnswerNotes> {
    const { stamper, terrain, holdings } = this.keeping
    const { region, log } = terrain
    await holdings.ready(call)
    const { wall = 0, counter = 0 } = session
    stamper.saw({ wallUs: wall, counter, origin: region })
    return this.turns.take([point.id], async () => {
      const change: Change = { ...point, stamp: await stamper.next(), origin: region }
      await log.append(TOPIC, [change], call)
      try {
        await this.put([change.id], async () => {
          await this.guard.write([change], call)
          return [change]
        })
      } catch (error) {
        // It is in the log: the own applier brings it, after the client was told that nobody knows.
        if (error instanceof CallError) throw new CallError(error.message, { definite: false })
        throw error
      }
      return { from: [region], session: tokenOf(change) }
    })
  }

  /** The point as it is now, tombstone included, read strong. */
  async read(id: number, call: Call): Promise<StoredPoint | undefined> {
    await this.keeping.holdings.ready(call)
    const [found] = await this.guard.read([id], call)
    return found
  }

  /** Points as they are now, as changes for another holder. */
  async changes(ids: readonly number[]): Promise<Change[]> {
    const points = await this.guard.read(ids, { op: 0, deadlineUs: DEADLINE_US })
    return points.map(changeOf)
  }

  async run(stop: Stop): Promise<void> {
    const { region, regions, clock, log } = this.keeping.terrain
    const common = { clock, log, topics: [TOPIC], batch: BATCH }
    const senders = regions
      .filter((other) => other !== region)
      .map((other) => ({
        ...common,
        group: `to ${other}`,
        apply: (changes: readonly Change[]) => this.sendWanted(other, changes),
      }))
    const own = {
      ...common,
      group: 'own store',
      apply: (changes: readonly Change[]) => this.apply(changes),
    }
    await Promise.all([
      this.tombstones.run(stop, (ids) => this.guard.forget(ids)),
      ...[own, ...senders].map((applying) => runApplier(applying, stop)),
    ])
  }

  private async sendWanted(to: RegionName, changes: readonly Change[]): Promise<void> {
    const wanted = changes.filter((change) => this.keeping.shards.holders(change.id).includes(to))
    if (wanted.length > 0) await this.send(to, wanted)
  }

  /** Brings changes to another holder; rejects if it may not have taken them. */
  async send(to: RegionName, wanted: readonly Change[]): Promise<void> {
    const { terrain } = this.keeping
    const bytes = wanted.reduce((sum, change) => sum + changeBytes(change, terrain.dim), 64)
    await terrain.network.call(to, { kind: COPY, bytes, body: wanted }, DEADLINE_US)
  }

  /** Changes from elsewhere, or from the own log. */
  async apply(changes: readonly Change[]): Promise<void> {
    this.keeping.holdings.refuseUnknown()
    for (const { stamp } of changes) this.keeping.stamper.saw(stamp)
    const ids = [...new Set(changes.map(({ id }) => id))]
    const call = { op: 0, deadlineUs: DEADLINE_US }
    await this.turns.take(ids, () => this.put(ids, () => this.guard.apply(changes, call)))
  }

  private async put(
    ids: readonly number[],
    write: () => Promise<readonly Change[]>,
  ): Promise<void> {
    const written = await (this.swap ? this.swap.both(ids, write) : write())
    for (const change of written) {
      this.tombstones.note(change)
      this.keeping.cache.changed(change)
    }
  }
}

/** What a client brings along, so that its next write is stamped above all it wrote and fetched. */
export const tokenOf = ({ stamp }: StoredPoint): SessionToken => ({
  wall: stamp.wallUs,
  counter: stamp.counter,
})
