import { type Change, type PointId, SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import { MS, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call, VectorStore } from '../../ports/store.ts'
import type { Journal } from '../../ports/system.ts'
import { type ConflictRule, keeps, tied } from './conflict.ts'
import { loaded } from './loaded.ts'

type Known = { stamp: StoredPoint['stamp']; write: number }

const RETRY_US: Us = 200 * MS
/** How many versions the agent remembers; a forgotten one costs a strong read. */
const REMEMBERED = 100_000

/**
 * The version guard of the one agent that writes a store: applies a change only if the conflict rule lets it
 * win over what is there. Must run inside the turns of the points it touches.
 */
export class Guard {
  private readonly known = new Map<PointId, Known>()

  private readonly rule: ConflictRule
  private readonly store: VectorStore
  private readonly clock: Clock
  private readonly journal: Journal

  constructor(rule: ConflictRule, store: VectorStore, clock: Clock, journal: Journal) {
    this.rule = rule
    this.store = store
    this.clock = clock
    this.journal = journal
  }

  /** Writes without looking: for changes that are newer by construction. */
  async write(changes: readonly Change[], call: Call): Promise<void> {
    for (const { id } of changes) this.known.delete(id)
    const upserts = changes.filter(({ deleted }) => !deleted)
    const tombstones = changes.filter(({ deleted }) => deleted)
    if (upserts.length > 0) await this.store.upsert(upserts, call)
    if (tombstones.length > 0) await this.store.remove(tombstones, call)
    for (const change of changes) this.remember(change)
  }

  /**
   * Writes the changes that win and journals the others; gives those that were written. Of several changes to one
   * point the best is written.
   */
  async apply(changes: readonly Change[], call: Call): Promise<readonly Change[]> {
    if (this.rule === 'arrival-order') {
      const last = lastOfEach(changes)
      await this.write(last, call)
      for (const change of changes)
        if (!last.includes(change)) this.journal.skipped(change.write, change.id, 'older')
      return last
    }
    await this.learn([...new Set(changes.map(({ id }) => id))], call)
    const winners = new Map<PointId, Change>()
    const skipped: [Change, 'older' | 'duplicate', boolean][] = []
    for (const change of changes) {
      const found = winners.get(change.id) ?? this.known.get(change.id)
      if (found && keeps(this.rule, found.stamp, change.stamp)) {
        skipped.push([
          change,
          found.write === change.write ? 'duplicate' : 'older',
          tied(found.stamp, change.stamp),
        ])
        continue
      }
      const beaten = winners.get(change.id)
      if (beaten) skipped.push([beaten, 'older', tied(beaten.stamp, change.stamp)])
      winners.set(change.id, change)
    }
    const written = [...winners.values()]
    await this.write(written, call)
    for (const [{ write, id }, why, tie] of skipped) this.journal.skipped(write, id, why, tie)
    return written
  }

  /** Those of the changes that are newer than what is here. */
  async winning(changes: readonly Change[], call: Call): Promise<readonly Change[]> {
    await this.learn([...new Set(changes.map(({ id }) => id))], call)
    return changes.filter(({ id, stamp }) => {
      const found = this.known.get(id)
      return !found || !keeps(this.rule, found.stamp, stamp)
    })
  }

  /**
   * The points as they are now, tombstones included. Fails while the store has not loaded its data: what it does not
   * find then is not absent.
   */
  async read(ids: readonly PointId[], call: Call): Promise<StoredPoint[]> {
    return loaded(await this.store.fetch([SENTINEL_ID, ...ids], 'strong', call))
  }

  /** Forgets what it knows of a point whose tombstone is gone. */
  forget(ids: readonly PointId[]): void {
    for (const id of ids) this.known.delete(id)
  }

  /**
   * Reads the versions it does not know, strong, together with the sentinel: a store that has not loaded its
   * data answers success with 0 rows, and absence would let old writes back in.
   */
  private async learn(ids: readonly PointId[], call: Call): Promise<void> {
    const missing = ids.filter((id) => !this.known.has(id))
    if (missing.length === 0) return
    const giveUpUs = this.clock.elapsed() + call.deadlineUs
    for (;;) {
      const found = await this.store.fetch([SENTINEL_ID, ...missing], 'strong', call)
      if (found.some(({ id }) => id === SENTINEL_ID)) {
        for (const point of found) if (point.id !== SENTINEL_ID) this.remember(point)
        return
      }
      if (this.clock.elapsed() + RETRY_US > giveUpUs)
        throw new CallError('the store has not loaded its data', { definite: true })
      await this.clock.sleep(RETRY_US)
    }
  }

  /** The store is known to hold this version. */
  remember({ id, stamp, write }: StoredPoint): void {
    this.known.delete(id)
    this.known.set(id, { stamp, write })
    if (this.known.size <= REMEMBERED) return
    const oldest = this.known.keys().next().value
    if (oldest !== undefined) this.known.delete(oldest)
  }
}

function lastOfEach(changes: readonly Change[]): Change[] {
  const last = new Map<PointId, Change>()
  for (const change of changes) last.set(change.id, change)
  return [...last.values()]
}
