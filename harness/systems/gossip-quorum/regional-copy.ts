import { Signal } from '../../base/signal.ts'
import {
  type Change,
  compareStamps,
  type PointId,
  SENTINEL_ID,
  type Stamp,
  type StoredPoint,
} from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { CallError, DeadlineError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { Doubts } from '../shared/doubts.ts'
import { Guard } from '../shared/guard.ts'
import { Tombstones } from '../shared/tombstones.ts'
import { Turns } from '../shared/turns.ts'
import { ElementSet } from './element-set.ts'

/** Answered only by a region that has its data: what load balancers ask before they send users. */
export const READY = 'ready'
const RETRY_US: Us = 300 * MS
const SCAN_DEADLINE_US: Us = 120 * SECOND

type Watching = {
  /** A version was met, from wherever. */
  saw: (stamp: Stamp) => void
  /** These changes are what the region holds of their points from now on. */
  applied: (changes: readonly Change[]) => void
  /** A change whose outcome nobody knew is here after all. */
  settled: (change: Change) => void
}

/**
 * One region's copy of all points: its store behind the version guard, and in memory which version of each point the
 * store holds. That knowledge is read from the store at every start; until then nothing is answered. It is what makes
 * a fast read safe: what the store's quick answer is older than has to be read again, strong.
 */
export class RegionalCopy {
  readonly elements = new ElementSet()
  private readonly turns = new Turns()
  private readonly guard: Guard
  private readonly doubts: Doubts
  private readonly tombstones: Tombstones
  private readonly recovered = new Signal()
  /** Whether the copy is one that users and quorums can count on. */
  private readonly whole = new Signal()
  /** Points whose last write may or may not be in the store. */
  private readonly unsure = new Set<PointId>()
  private readonly waiting = new Map<PointId, (() => void)[]>()

  private readonly terrain: Terrain
  private readonly watching: Watching

  constructor(terrain: Terrain, tombstonesUs: Us, watching: Watching) {
    this.terrain = terrain
    this.watching = watching
    const { store, clock, journal, network } = terrain
    this.guard = new Guard('hybrid-logical-clock', store, clock, journal)
    this.tombstones = new Tombstones(store, clock, journal, this.turns, tombstonesUs)
    const again = async (change: Change) => {
      await this.apply([change], { op: 0, deadlineUs: 10 * SECOND }, 'no doubts')
    }
    this.doubts = new Doubts(clock, again, watching.settled)
    network.serve(READY, async () => {
      await this.ready({ deadlineUs: 0 })
      return { kind: READY, bytes: 48, body: null }
    })
  }

  async run(stop: Stop): Promise<void> {
    await Promise.all([
      this.recover(stop),
      this.doubts.run(stop),
      this.tombstones.run(stop, (ids) => {
        this.guard.forget(ids)
        for (const id of ids) this.elements.drop(id)
      }),
    ])
  }

  /** Settles when the region knows what it holds; a definite failure if that takes longer than the call may. */
  open(call: { deadlineUs: Us }): Promise<void> {
    return this.reached(this.recovered, 'the region does not know yet what it holds', call)
  }

  /** Settles when the region has all it ever acknowledged too: after the loss of its disk that takes all others. */
  ready(call: { deadlineUs: Us }): Promise<void> {
    return this.reached(this.whole, 'the region does not have all its data yet', call)
  }

  isWhole(): void {
    this.whole.fire()
  }

  private async reached(
    { fired, whenFired }: Signal,
    text: string,
    { deadlineUs }: { deadlineUs: Us },
  ): Promise<void> {
    if (fired) return
    try {
      await this.terrain.clock.within(deadlineUs, whenFired)
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error
      throw new CallError(text, { definite: true })
    }
  }

  /** Applies those that are newer than what is here, and gives them. At most one change for each point. */
  async apply(
    changes: readonly Change[],
    call: Call,
    ifUnknown: 'doubts' | 'no doubts' = 'doubts',
  ): Promise<readonly Change[]> {
    await this.open(call)
    for (const { stamp } of changes) this.watching.saw(stamp)
    const ids = changes.map(({ id }) => id)
    return this.turns.take(ids, async () => {
      try {
        const written = await this.write(changes, call)
        for (const id of ids) this.unsure.delete(id)
        for (const change of changes) this.elements.put(change.id, change)
        this.noticed(written)
        return written
      } catch (error) {
        for (const id of ids) this.unsure.add(id)
        if (ifUnknown === 'doubts' && error instanceof CallError && !error.definite)
          for (const change of changes) this.doubts.put(change)
        throw error
      }
    })
  }

  /** The point as it is here, a tombstone included: never older than what was applied before the call. */
  async read(id: PointId, call: Call): Promise<StoredPoint | undefined> {
    await this.ready(call)
    const known = this.elements.get(id)
    const quick = await this.terrain.store.fetch([SENTINEL_ID, id], 'bounded', call)
    const found = quick.find((point) => point.id === id)
    const loaded = quick.some((point) => point.id === SENTINEL_ID)
    const behind = known && (!found || compareStamps(found.stamp, known.stamp) < 0)
    if (loaded && !behind) return found
    const [point] = await this.guard.read([id], call)
    return point
  }

  /** Several points, strong, tombstones included. */
  async points(ids: readonly PointId[], call: Call): Promise<StoredPoint[]> {
    return ids.length === 0 ? [] : this.guard.read(ids, call)
  }

  /** Settles at the next change of a point, at the latest after `us`. */
  async nextChange(id: PointId, us: Us): Promise<void> {
    const changed = new Promise<void>((resolve) => {
      const waiting = this.waiting.get(id)
      if (waiting) waiting.push(resolve)
      else this.waiting.set(id, [resolve])
    })
    await this.terrain.clock.within(us, changed).catch((error) => {
      if (!(error instanceof DeadlineError)) throw error
    })
  }

  /** What is certainly new here needs no look at the store, which would wait for its tick. */
  private async write(changes: readonly Change[], call: Call): Promise<readonly Change[]> {
    const isNew = ({ id }: Change) => !this.elements.get(id) && !this.unsure.has(id)
    const fresh = changes.filter(isNew)
    const others = changes.filter((change) => !isNew(change))
    if (fresh.length > 0) await this.guard.write(fresh, call)
    return [...fresh, ...(others.length > 0 ? await this.guard.apply(others, call) : [])]
  }

  private noticed(written: readonly Change[]): void {
    if (written.length === 0) return
    for (const change of written) this.tombstones.note(change)
    this.watching.applied(written)
    for (const { id } of written) {
      const waiting = this.waiting.get(id) ?? []
      this.waiting.delete(id)
      for (const wake of waiting) wake()
    }
  }

  private async recover(stop: Stop): Promise<void> {
    const { store, clock } = this.terrain
    while (!stop.fired) {
      try {
        const points = await store.scan({ op: 0, deadlineUs: SCAN_DEADLINE_US })
        if (points.some(({ id }) => id === SENTINEL_ID)) {
          for (const point of points) if (point.id !== SENTINEL_ID) this.learn(point)
          this.recovered.fire()
          return
        }
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
      await clock.sleep(RETRY_US)
    }
  }

  private learn(point: StoredPoint): void {
    this.watching.saw(point.stamp)
    this.elements.put(point.id, point)
    this.guard.remember(point)
    this.tombstones.note(point)
  }
}
