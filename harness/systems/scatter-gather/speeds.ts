import type { Rng } from '../../base/rng.ts'
import type { RegionName, Us } from '../../model/units.ts'

/** Weight of the last answer. */
const FRESH = 0.2
/** How often the second best is asked first, so that its speed does not grow old. */
const TRIAL = 0.05

/** How fast each region has answered of late, as one coordinator saw it. */
export class Speeds {
  private readonly smoothUs = new Map<RegionName, number>()

  private readonly rng: Rng

  constructor(rng: Rng) {
    this.rng = rng
  }

  note(region: RegionName, us: Us): void {
    const known = this.smoothUs.get(region)
    this.smoothUs.set(region, known === undefined ? us : (1 - FRESH) * known + FRESH * us)
  }

  /** Fastest first; regions not heard of yet keep their place behind those that were. */
  order(regions: readonly RegionName[]): RegionName[] {
    const us = (region: RegionName) => this.smoothUs.get(region) ?? Number.MAX_SAFE_INTEGER
    const sorted = [...regions].sort((a, b) => us(a) - us(b))
    const [first, second, ...rest] = sorted
    if (first === undefined || second === undefined || !this.rng.chance(TRIAL)) return sorted
    return [second, first, ...rest]
  }
}
