import type { Us } from '../model/units.ts'

/** A clock fault in force: an offset from the moment it began, and a drift since. */
export type Skew = { offsetUs: Us; driftPpm: number; sinceUs: Us }

/** What a region's machines believe the time is. `elapsed` keeps what drift has added; it never steps. */
export class RegionTime {
  readonly skews = new Set<Skew>()
  private elapsedOffsetUs = 0

  private readonly clock: { now(): Us }

  constructor(clock: { now(): Us }) {
    this.clock = clock
  }

  wall(): Us {
    const now = this.clock.now()
    let wall = now
    for (const skew of this.skews) wall += skew.offsetUs + drifted(skew, now)
    return wall
  }

  elapsed(): Us {
    const now = this.clock.now()
    let elapsed = now + this.elapsedOffsetUs
    for (const skew of this.skews) elapsed += drifted(skew, now)
    return elapsed
  }

  /** Ends a skew: the wall clock steps back to true, elapsed time keeps what it has gained. */
  end(skew: Skew): void {
    this.elapsedOffsetUs += drifted(skew, this.clock.now())
    this.skews.delete(skew)
  }

  /** Ends all skews that are not in the list and takes up those that are new; two are one if all they say is equal. */
  become(wanted: readonly Skew[]): void {
    const same = (a: Skew) => (b: Skew) =>
      a.offsetUs === b.offsetUs && a.driftPpm === b.driftPpm && a.sinceUs === b.sinceUs
    for (const skew of this.skews) if (!wanted.some(same(skew))) this.end(skew)
    for (const skew of wanted) if (![...this.skews].some(same(skew))) this.skews.add(skew)
  }
}

const drifted = (skew: Skew, now: Us): Us =>
  Math.round(((now - skew.sinceUs) * skew.driftPpm) / 1_000_000)
