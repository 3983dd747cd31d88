import type { Change } from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { BatchApplier } from './batch.ts'
import type { EmbeddingShards } from './embedding-shards.ts'
import { epochOf, type Fence } from './fence.ts'
import { Guard } from './guard.ts'
import { reconcile } from './reconcile.ts'
import { ReplicaLag } from './replica-lag.ts'
import type { Roles, Term } from './succession.ts'
import { Tombstones } from './tombstones.ts'
import { Turns } from './turns.ts'

const CALL = { op: 0, deadlineUs: 10 * SECOND }
const COMPARE_EVERY_US: Us = 500 * MS

export type ReplicaKnobs = { topic: string; batch: number; lingerUs: Us; tombstonesUs: Us }

/** What a replica asks of whoever knows the primary. */
type Compass = { term(): Term; ask(region: string): Promise<Term>; learn(term: Term): void }

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

  constructor(
    private readonly terrain: Terrain,
    { topic, batch, lingerUs, tombstonesUs }: ReplicaKnobs,
    private readonly fence: Fence,
    private readonly shards: EmbeddingShards,
    /** Hears of changes that are in the store now. */
    private readonly applied: (changes: readonly Change[]) => void,
  ) {
    const { region, regions, clock, store, log, journal } = terrain
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
  }

  /** Changes from elsewhere, or from the own log; tells how many were news. */
  async receive(changes: readonly Change[]): Promise<number> {
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

  /** The first epoch of all has nothing before it to be compared with. */
  follow({ epoch }: Term): void {
    this.fence.open = false
    void this.fence.raise(epoch, this.fence.epoch === 0)
  }

  async run(stop: Stop, compass: Compass): Promise<void> {
    await Promise.all([
      this.applier.run(stop),
      this.tombstones.run(stop, (ids) => this.guard.forget(ids)),
      this.lag.run(stop, () => compass.term().holder),
      this.compare(stop, compass),
    ])
  }

  /** Until this region has been compared with the primary of its epoch, again and again. */
  private async compare(stop: Stop, compass: Compass): Promise<void> {
    const { terrain, guard, turns, fence } = this
    const place = this.shards.place.bind(this.shards)
    while (!stop.fired) {
      await terrain.clock.sleep(COMPARE_EVERY_US)
      if (fence.compared || fence.epoch === 0) continue
      const { epoch } = fence
      try {
        const term = await compass.ask(compass.term().holder)
        if (!term.leads || term.epoch !== epoch) compass.learn({ ...term, leads: false })
        else {
          await reconcile({ terrain, guard, turns, fence, place }, term.holder)
          if (fence.epoch === epoch) await fence.raise(epoch, true)
        }
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
    }
  }
}
