import type { Background } from '../../base/signal.ts'
import { type Change, changeOf, NO_ROW, SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError, ignoreCallError } from '../../ports/errors.ts'
import type { Journal, Stop, Terrain } from '../../ports/system.ts'
import { Guard } from '../shared/guard.ts'
import type { Holdings } from '../shared/holdings.ts'
import { copyStore } from '../shared/store-copy.ts'
import { Tombstones } from '../shared/tombstones.ts'
import { Turns } from '../shared/turns.ts'
import { BatchApplier } from './batch.ts'
import type { EmbeddingShards } from './embedding-shards.ts'
import { epochOf, type Fence } from './fence.ts'
import type { Roles, Succession, Term } from './succession.ts'

const CALL = { op: 0, deadlineUs: 10 * SECOND }
/** Points that are compared in one turn. */
const AT_ONCE = 200
const COMPARE_EVERY_US: Us = 500 * MS
/** The message by which a primary asks a replica to apply what still waits in its log; answered when it has. */
const DRAIN = 'drain'

type ReplicaKnobs = { topic: string; batch: number; lingerUs: Us; tombstonesUs: Us }

/**
 * The half of a region that copies: it applies what the logs and the primary bring, refuses what a former primary sends
 * late, and makes itself equal to a new one. The primary has it too: it reads its own log for what its store missed.
 */
export class LogReplica implements Roles {
  readonly turns = new Turns()
  readonly guard: Guard
  private readonly tombstones: Tombstones
  private readonly applier: BatchApplier
  private readonly lag: ReplicaLag

  private readonly terrain: Terrain
  private readonly fence: Fence
  private readonly shards: EmbeddingShards
  private readonly holdings: Holdings
  private readonly background: Background
  /** Hears of changes that are in the store now. */
  private readonly applied: (changes: readonly Change[]) => void

  constructor(
    terrain: Terrain,
    { topic, batch, lingerUs, tombstonesUs }: ReplicaKnobs,
    fence: Fence,
    shards: EmbeddingShards,
    holdings: Holdings,
    background: Background,
    applied: (changes: readonly Change[]) => void,
  ) {
    this.terrain = terrain
    this.fence = fence
    this.shards = shards
    this.holdings = holdings
    this.background = background
    this.applied = applied
    const { region, regions, clock, store, log, journal, network } = terrain
    this.guard = new Guard('fencing-token', store, clock, journal)
    this.tombstones = new Tombstones(store, clock, journal, this.turns, tombstonesUs)
    this.lag = new ReplicaLag(clock, journal)
    const copies = regions.filter((other) => other !== region).map((other) => `${other}.${topic}`)
    this.applier = new BatchApplier({
      ...{ clock, log, group: 'applier', topics: [topic, ...copies], batch, lingerUs },
      apply: async (changes) => {
        await this.receive(changes)
        this.lag.applied(changes.filter(({ origin }) => origin !== region))
      },
    })
    network.serve(DRAIN, async () => {
      await this.applier.drain()
      return { kind: DRAIN, bytes: 16, body: null }
    })
  }

  /** Changes from elsewhere, or from the own log; tells how many were news. */
  async receive(changes: readonly Change[]): Promise<number> {
    this.holdings.refuseUnknown()
    const ids = [...new Set(changes.map(({ id }) => id))]
    const news = await this.turns.take(ids, async () => {
      const admitted = await this.fence.admit(changes, this.guard, CALL)
      const placed = admitted.map((change) => this.shards.place(change))
      const written = await this.guard.apply(placed, CALL)
      for (const change of written) this.tombstones.note(change)
      return written.length
    })
    this.applied(changes.filter(({ stamp }) => epochOf(stamp) >= this.fence.epoch))
    return news
  }

  /** The primary's own write: newer than all that is here, by construction. Must run inside the turn of its point. */
  async keep(change: Change, call: { op: number; deadlineUs: Us }): Promise<void> {
    await this.guard.write([this.shards.place(change)], call)
    this.tombstones.note(change)
  }

  async takeOver(epoch: number): Promise<void> {
    this.fence.open = true
    await this.applier.drain()
    this.fence.open = false
    await this.fence.raise(epoch, true)
  }

  epochs(): { raised: number; seen: number } {
    return { raised: this.fence.epoch, seen: this.fence.seen }
  }

  mayLead(): boolean {
    return this.holdings.complete
  }

  /** The first epoch of all has nothing before it to be compared with, unless it was lost. */
  follow({ epoch }: Term): void {
    this.fence.open = false
    const compared = this.fence.epoch === 0 && this.holdings.complete
    this.background.start(this.fence.raise(epoch, compared))
  }

  /**
   * Brings back the store of a primary that nobody stands in for: the newest version of each point that anybody has.
   * All other regions must answer, since any of them may have what the others have not.
   */
  async refill(stop: Stop): Promise<boolean> {
    if (this.holdings.complete) return false
    while (!stop.fired) {
      try {
        const whole = await this.othersWhole()
        const others = [...whole.keys()]
        const from = others.filter((other) => whole.get(other))
        for (const other of from.length > 0 ? from : others) await this.bring(other)
        await this.holdings.filled()
        return true
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await this.terrain.clock.sleep(COMPARE_EVERY_US)
      }
    }
    return false
  }

  private async othersWhole(): Promise<Map<string, boolean>> {
    const { region, regions } = this.terrain
    const others = regions.filter((other) => other !== region)
    const whole = await Promise.all(others.map((other) => this.holdings.ask(other)))
    return new Map(others.map((other, i) => [other, whole[i] ?? false]))
  }

  /** What still waits there for its batch comes too; a replica that cannot apply it now gives what it has. */
  private async bring(other: string): Promise<void> {
    const { network, journal } = this.terrain
    const drain = { kind: DRAIN, bytes: 16, body: null }
    await network.call(other, drain, CALL.deadlineUs).catch(ignoreCallError)
    const count = await copyStore(this.terrain, other, 'different', async (points) => {
      const ids = points.map(({ id }) => id)
      const changes = points.map((point) => changeOf(this.shards.place(point)))
      const written = await this.turns.take(ids, () => this.guard.apply(changes, CALL))
      for (const change of written) this.tombstones.note(change)
    })
    journal.repaired('snapshot', count, other)
  }

  async run(stop: Stop, succession: Succession): Promise<void> {
    await Promise.all([
      this.applier.run(stop),
      this.tombstones.run(stop, (ids) => this.guard.forget(ids)),
      this.lag.run(stop, () => succession.term().holder),
      this.compare(stop, succession),
    ])
  }

  /** Until this region has been compared with the primary of its epoch, again and again. */
  private async compare(stop: Stop, succession: Succession): Promise<void> {
    const { terrain, fence } = this
    while (!stop.fired) {
      await terrain.clock.sleep(COMPARE_EVERY_US)
      if (fence.compared || fence.epoch === 0) {
        await this.nothingLeft().catch(ignoreCallError)
        continue
      }
      const { epoch } = fence
      try {
        const term = await succession.ask(succession.term().holder)
        if (!term.leads || term.epoch !== epoch) succession.learn({ ...term, leads: false })
        else {
          await this.reconcile(term.holder)
          if (!this.holdings.complete) await this.holdings.filled()
          if (fence.epoch === epoch) await fence.raise(epoch, true)
        }
      } catch (error) {
        ignoreCallError(error)
        await this.nothingLeft().catch(ignoreCallError)
      }
    }
  }

  /**
   * Makes the own store equal to the primary's in all that was written before its epoch. What it has and this region has
   * not is brought; what this region has and it has not was never replicated: it is reported and goes, and what the
   * primary holds instead comes back.
   */
  private async reconcile(primary: RegionName): Promise<void> {
    const { terrain, fence } = this
    const { epoch } = fence
    const theirs = byId(await terrain.network.reach(primary).store.scan(CALL))
    const ours = byId(await terrain.store.scan(CALL))
    if (!theirs.has(SENTINEL_ID) || !ours.has(SENTINEL_ID))
      throw new CallError('a store has not loaded its data', { definite: true })
    const apart = new Set<number>()
    for (const [id, point] of ours)
      if (epochOf(point.stamp) < epoch && theirs.get(id)?.write !== point.write) apart.add(id)
    for (const [id, point] of theirs) if (ours.get(id)?.write !== point.write) apart.add(id)
    const ids = [...apart].sort((a, b) => a - b)
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const some = ids.slice(i, i + AT_ONCE)
      await this.turns.take(some, () => this.settle(some, theirs))
    }
    if (ids.length > 0) terrain.journal.repaired('delta', ids.length, primary)
  }

  private async settle(ids: readonly number[], theirs: Map<number, StoredPoint>): Promise<void> {
    const { guard, fence, shards } = this
    const ours = byId(await guard.read(ids, CALL))
    const back: Change[] = []
    const gone: Change[] = []
    for (const id of ids) {
      const [mine, wanted] = [ours.get(id), theirs.get(id)]
      if (mine?.write === wanted?.write || isNewer(mine, wanted, fence.epoch)) continue
      if (mine && (!wanted || mine.stamp.counter > wanted.stamp.counter)) fence.refuse(mine)
      if (wanted) back.push(changeOf(shards.place(wanted)))
      else if (mine && !mine.deleted)
        gone.push({ ...changeOf(mine), deleted: true, row: NO_ROW, dropped: true })
    }
    await guard.write([...back, ...gone], CALL)
    if (gone.length > 0) await this.forget(gone.map(({ id }) => id))
  }

  /** The tombstones have done their work once searches see them: nobody else knows these versions. */
  private async forget(ids: readonly number[]): Promise<void> {
    const { store } = this.terrain
    await store.fetch(ids, 'strong', CALL)
    await store.purge(ids, CALL)
    this.guard.forget(ids)
  }

  /** Where every region has lost its data there is nobody to wait for. */
  private async nothingLeft(): Promise<void> {
    if (this.holdings.complete) return
    const whole = await this.othersWhole()
    if (![...whole.values()].some(Boolean)) await this.holdings.filled()
  }
}

const byId = (points: readonly StoredPoint[]) => new Map(points.map((point) => [point.id, point]))

/** Written under the new epoch after the primary was scanned: the log has brought it. */
const isNewer = (
  mine: StoredPoint | undefined,
  wanted: StoredPoint | undefined,
  epoch: number,
): boolean =>
  mine !== undefined &&
  epochOf(mine.stamp) >= epoch &&
  (!wanted || mine.stamp.counter > wanted.stamp.counter)

/**
 * The lag that such a system shows its operators. `replica-lag-seconds` is taken when a change is applied and shown
 * until the next one is: it stands still when replication does. `replica-age-seconds` is the time since the last change
 * was written: it grows although nothing was written. Both subtract the clocks of two machines.
 */
class ReplicaLag {
  private lastUs: Us | null = null
  private gaugeUs: Us = 0

  private readonly clock: Clock
  private readonly journal: Journal

  constructor(clock: Clock, journal: Journal) {
    this.clock = clock
    this.journal = journal
  }

  applied(changes: readonly Change[]): void {
    const last = changes.at(-1)
    if (!last) return
    this.lastUs = last.stamp.wallUs
    this.gaugeUs = this.clock.wall() - last.stamp.wallUs
  }

  async run(stop: Stop, primary: () => RegionName): Promise<void> {
    while (!stop.fired) {
      await this.clock.sleep(SECOND)
      if (this.lastUs === null) continue
      const [gauge, age] = [this.gaugeUs, this.clock.wall() - this.lastUs]
      this.journal.figure(`replica-lag-seconds ${primary()}`, gauge / SECOND)
      this.journal.figure(`replica-age-seconds ${primary()}`, age / SECOND)
    }
  }
}
