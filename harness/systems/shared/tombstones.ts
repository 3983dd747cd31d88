import type { PointId, WriteId } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Purgeable } from '../../ports/store.ts'
import type { Journal, Stop } from '../../ports/system.ts'
import type { Turns } from './turns.ts'

/**
 * Forgets tombstones `lifetimeUs` after they were written here. A tombstone must outlive every older write
 * still on its way, or that write brings the point back.
 */
export class Tombstones {
  private readonly written = new Map<PointId, { write: WriteId; atUs: Us }>()

  private readonly store: Purgeable
  private readonly clock: Clock
  private readonly journal: Journal
  private readonly turns: Turns
  private readonly lifetimeUs: Us

  constructor(store: Purgeable, clock: Clock, journal: Journal, turns: Turns, lifetimeUs: Us) {
    this.store = store
    this.clock = clock
    this.journal = journal
    this.turns = turns
    this.lifetimeUs = lifetimeUs
  }

  note(point: { id: PointId; write: WriteId; deleted: boolean }): void {
    this.written.delete(point.id)
    if (point.deleted)
      this.written.set(point.id, { write: point.write, atUs: this.clock.elapsed() })
  }

  async run(stop: Stop, onForget: (ids: readonly PointId[]) => void): Promise<void> {
    while (!stop.fired) {
      await this.clock.sleep(SECOND)
      const due = this.due()
      if (due.length === 0) continue
      const ids = due.map(([id]) => id)
      await this.turns.take(ids, async () => {
        const still = due.filter(([id, write]) => this.written.get(id)?.write === write)
        await this.forget(still, onForget)
      })
    }
  }

  private due(): [PointId, WriteId][] {
    const horizon = this.clock.elapsed() - this.lifetimeUs
    const due: [PointId, WriteId][] = []
    for (const [id, { write, atUs }] of this.written) {
      if (atUs > horizon) break
      due.push([id, write])
    }
    return due
  }

  private async forget(
    points: [PointId, WriteId][],
    onForget: (ids: readonly PointId[]) => void,
  ): Promise<void> {
    const ids = points.map(([id]) => id)
    if (ids.length === 0) return
    try {
      await this.store.purge(ids, { op: 0, deadlineUs: 10 * SECOND })
    } catch (error) {
      if (error instanceof CallError) return
      throw error
    }
    for (const id of ids) this.written.delete(id)
    onForget(ids)
    this.journal.tombstonesForgotten(
      ids,
      points.map(([, write]) => write),
    )
  }
}
