import type { PointId, StoredPoint } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'

export type HotKnobs = { size: number; ttlUs: Us }

/**
 * Points that were fetched lately: at most `size`, each for at most `ttlUs`, the one used longest ago leaves first. A
 * point that changes here is forgotten; what changes elsewhere is seen when it arrives.
 */
export class HotCache {
  private readonly kept = new Map<PointId, { point: StoredPoint; atUs: Us }>()

  private readonly clock: Clock
  private readonly knobs: HotKnobs

  constructor(clock: Clock, knobs: HotKnobs) {
    this.clock = clock
    this.knobs = knobs
  }

  get(id: PointId): { point: StoredPoint; ageUs: Us } | undefined {
    const found = this.kept.get(id)
    if (!found) return undefined
    const ageUs = this.clock.elapsed() - found.atUs
    this.kept.delete(id)
    if (ageUs > this.knobs.ttlUs) return undefined
    this.kept.set(id, found)
    return { point: found.point, ageUs }
  }

  put(point: StoredPoint): void {
    const { size, ttlUs } = this.knobs
    if (ttlUs === 0) return
    this.kept.delete(point.id)
    this.kept.set(point.id, { point, atUs: this.clock.elapsed() })
    if (this.kept.size <= size) return
    const oldest = this.kept.keys().next()
    if (!oldest.done) this.kept.delete(oldest.value)
  }

  changed(id: PointId): void {
    this.kept.delete(id)
  }
}
