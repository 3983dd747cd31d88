import type { Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { DeadlineError } from '../../ports/errors.ts'
import type { Process } from './process.ts'
import { cancel, type Timeline } from './timeline.ts'

/** A clock fault in force: an offset from the moment it began, and a drift since. */
export type Skew = { offsetUs: Us; driftPpm: number; sinceUs: Us }

/** What a region's machines believe the time is. `elapsed` keeps what drift has added; it never steps. */
export class RegionTime {
  readonly skews = new Set<Skew>()
  private elapsedOffsetUs = 0

  constructor(private readonly timeline: Timeline) {}

  wall(): Us {
    const now = this.timeline.now()
    let wall = now
    for (const skew of this.skews) wall += skew.offsetUs + drifted(skew, now)
    return wall
  }

  elapsed(): Us {
    const now = this.timeline.now()
    let elapsed = now + this.elapsedOffsetUs
    for (const skew of this.skews) elapsed += drifted(skew, now)
    return elapsed
  }

  /** Ends a skew: the wall clock steps back to true, elapsed time keeps what it has gained. */
  end(skew: Skew): void {
    this.elapsedOffsetUs += drifted(skew, this.timeline.now())
    this.skews.delete(skew)
  }
}

const drifted = (skew: Skew, now: Us): Us =>
  Math.round(((now - skew.sinceUs) * skew.driftPpm) / 1_000_000)

/** The clock a process is given: its promises belong to that process. */
export function clockOf(time: RegionTime, timeline: Timeline, process: Process): Clock {
  const settle = (work: () => void) =>
    process.run(() => {
      timeline.wake()
      work()
    })
  return {
    wall: () => time.wall(),
    elapsed: () => time.elapsed(),
    sleep: (us) => new Promise((resolve) => timeline.after(us, () => settle(resolve))),
    within: (us, work) =>
      new Promise((resolve, reject) => {
        const timer = timeline.after(us, () => settle(() => reject(new DeadlineError())))
        work.then(
          (value) => {
            cancel(timer)
            resolve(value)
          },
          (error) => {
            cancel(timer)
            reject(error)
          },
        )
      }),
  }
}
