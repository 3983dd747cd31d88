import { type PointId, SENTINEL_ID, type StoredPoint, type WriteId } from '../../model/point.ts'
import type { HopEvent, RecordEvent } from '../../model/record.ts'
import type { RegionName } from '../../model/units.ts'
import type { Collection } from './collection.ts'
import type { Timeline } from './timeline.ts'

type SightingsSetting = {
  timeline: Timeline
  region: RegionName
  emit: (event: RecordEvent) => void
}

/** In `writes` of a store event: the point is not there. */
const GONE: WriteId = -1

/**
 * Tells the record which versions a store's users can meet: what searches come to see, and what a swap of the alias or
 * the loss of the disk changed all at once.
 */
export class Sightings {
  /** Versions that were ever in the collection that was served, and that searches of it ever saw. */
  private readonly everApplied = new Set<WriteId>([0])
  private readonly everVisible = new Set<WriteId>([0])

  private readonly setting: SightingsSetting

  constructor(setting: SightingsSetting) {
    this.setting = setting
  }

  applied(points: readonly StoredPoint[]): void {
    for (const { write } of points) this.everApplied.add(write)
  }

  visible(point: StoredPoint): void {
    this.everVisible.add(point.write)
    this.hop('visible', point)
  }

  lost(before: Collection): void {
    this.replaced(before, null)
  }

  /** First what all at once is another version or none; then, as if they came in now, versions nobody met before. */
  swapped(before: Collection, next: Collection): void {
    this.replaced(before, next)
    for (const point of inOrder(next.points)) {
      const waiting = next.visible.get(point.id)?.write !== point.write
      if (waiting || !this.everApplied.has(point.write)) this.hop('applied', point)
      this.everApplied.add(point.write)
      if (!waiting && !this.everVisible.has(point.write)) this.visible(point)
    }
  }

  private replaced(before: Collection, next: Collection | null): void {
    const { timeline, region, emit } = this.setting
    const all = new Set([
      ...before.points.keys(),
      ...before.visible.keys(),
      ...(next?.visible.keys() ?? []),
    ])
    const write = (points: ReadonlyMap<PointId, StoredPoint> | undefined, id: PointId) =>
      points?.get(id)?.write ?? GONE
    const ids = [...all]
      .filter((id) => id !== SENTINEL_ID)
      .filter((id) => {
        const then = write(next?.visible, id)
        return write(before.points, id) !== then || write(before.visible, id) !== then
      })
      .sort((a, b) => a - b)
    if (ids.length === 0) return
    const writes = ids.map((id) => write(next?.visible, id))
    emit({ type: 'store', t: timeline.now(), region, what: 'replaced', ids, writes })
  }

  private hop(hop: HopEvent['hop'], { write, id }: StoredPoint): void {
    const { timeline, region, emit } = this.setting
    emit({ type: 'hop', t: timeline.now(), hop, region, write, id })
  }
}

const inOrder = (points: ReadonlyMap<PointId, StoredPoint>): StoredPoint[] =>
  [...points.values()].filter(({ id }) => id !== SENTINEL_ID).sort((a, b) => a.id - b.id)
