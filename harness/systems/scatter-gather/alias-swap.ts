import type { IndexPlan } from '../../model/plan.ts'
import { type Change, type PointId, SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError, ignoreCallError } from '../../ports/errors.ts'
import type { Call, Collections, VectorStore } from '../../ports/store.ts'
import type { Journal, Stop } from '../../ports/system.ts'
import { loaded } from '../shared/loaded.ts'
import { untilDone } from '../shared/retry.ts'
import type { Turns } from '../shared/turns.ts'

const OLD = 'live'
const NEW = 'rebuilt'
const BATCH = 100
const RETRY_US: Us = 200 * MS
/** Searches that were under way at the swap end on the old collection: it is dropped only after so long. */
const GRACE_US: Us = 5 * SECOND
const call: Call = { op: 0, deadlineUs: 10 * SECOND }

type Swapping = {
  clock: Clock
  journal: Journal
  store: VectorStore
  collections: Collections
  turns: Turns
  index: IndexPlan
}

/**
 * A new collection is filled beside the one that serves, and then takes its name.
 *
 *   create -> copy, a batch of ids at a time in their turn -> wait until searchable -> alias -> drop the old one
 *                 `- writes meanwhile go to both
 *
 * Whoever writes holds the turn of the id, and so does the copy: it never puts an old version over a new one.
 */
export class AliasSwap {
  private next: VectorStore | null = null
  /** Writes under way, and what new ones wait for while the alias moves: each goes to one side of the swap. */
  private readonly underWay = new Set<Promise<unknown>>()
  private moving: Promise<void> | null = null
  /** Written to the serving collection only, because the new one did not answer: copied once more. */
  private readonly behind = new Set<PointId>()

  private readonly swapping: Swapping

  constructor(swapping: Swapping) {
    this.swapping = swapping
  }

  /**
   * Wraps a write to the serving collection, inside the turns of its ids: while a new one is filled it goes there too.
   */
  async both<T extends readonly Change[]>(
    ids: readonly PointId[],
    write: () => Promise<T>,
  ): Promise<T> {
    while (this.moving) await this.moving
    const work = this.toBoth(ids, write)
    this.underWay.add(work)
    try {
      return await work
    } finally {
      this.underWay.delete(work)
    }
  }

  /** Builds and swaps. After a crash on the way it begins anew; once swapped it only tidies up. */
  async run(stop: Stop): Promise<void> {
    const { clock, journal, collections } = this.swapping
    try {
      const { aliased } = await this.until(stop, () => collections.list(call))
      if (aliased !== NEW) journal.figure('re-index: points copied', await this.swapped(stop))
      await clock.sleep(GRACE_US)
      await collections.drop(OLD, call)
    } catch (error) {
      ignoreCallError(error)
    }
  }

  private async swapped(stop: Stop): Promise<number> {
    const { collections, index } = this.swapping
    await this.until(stop, async () => {
      const { names } = await collections.list(call)
      if (names.includes(NEW)) await collections.drop(NEW, call)
      await collections.create(NEW, index, call)
    })
    const next = collections.open(NEW)
    this.next = next
    const copied = await this.fill(next, stop)
    await this.until(stop, async () => {
      while (this.behind.size > 0) await this.copy(next, [...this.behind])
      await this.move(next)
    })
    return copied
  }

  /** What was written before both collections were. */
  private async fill(next: VectorStore, stop: Stop): Promise<number> {
    const { store } = this.swapping
    const points = await this.until(stop, async () => loaded(await store.scan(call)))
    const ids = points.map(({ id }) => id)
    ids.sort((a, b) => a - b)
    for (let at = 0; at < ids.length; at += BATCH)
      await this.until(stop, () => this.copy(next, ids.slice(at, at + BATCH)))
    return ids.length
  }

  /** Lets the writes under way end, waits until searches of both collections see them, and moves the alias. */
  private async move(next: VectorStore): Promise<void> {
    let moved = () => {}
    this.moving = new Promise((resolve) => {
      moved = resolve
    })
    try {
      while (this.underWay.size > 0) await Promise.allSettled([...this.underWay])
      if (this.behind.size > 0)
        throw new CallError('a last write did not reach the new collection', { definite: true })
      // A strong read returns when all that was written before it acts on searches.
      await next.fetch([SENTINEL_ID], 'strong', call)
      await this.swapping.collections.alias(NEW, call)
      this.next = null
    } finally {
      this.moving = null
      moved()
    }
  }

  private async toBoth<T extends readonly Change[]>(
    ids: readonly PointId[],
    write: () => Promise<T>,
  ): Promise<T> {
    const { next } = this
    try {
      const written = await write()
      if (next) await this.alsoTo(next, written)
      return written
    } catch (error) {
      if (next) for (const id of ids) this.behind.add(id)
      throw error
    }
  }

  private async alsoTo(next: VectorStore, written: readonly Change[]): Promise<void> {
    try {
      await put(next, written)
    } catch (error) {
      ignoreCallError(error)
      for (const { id } of written) this.behind.add(id)
    }
  }

  /** The sentinel comes along with every batch: the new collection has it too. */
  private async copy(next: VectorStore, ids: readonly PointId[]): Promise<void> {
    const { store, turns } = this.swapping
    await turns.take(ids, async () => {
      const points = await store.fetch([SENTINEL_ID, ...ids], 'strong', call)
      loaded(points)
      await put(next, points)
      for (const id of ids) this.behind.delete(id)
    })
  }

  /** Again until it succeeds; once the run is over, not again. */
  private until<T>(stop: Stop, work: () => Promise<T>): Promise<T> {
    return untilDone(this.swapping.clock, RETRY_US, work, stop)
  }
}

async function put(store: VectorStore, points: readonly StoredPoint[]): Promise<void> {
  const live = points.filter(({ deleted }) => !deleted)
  const dead = points.filter(({ deleted }) => deleted)
  if (live.length > 0) await store.upsert(live, call)
  if (dead.length > 0) await store.remove(dead, call)
}
