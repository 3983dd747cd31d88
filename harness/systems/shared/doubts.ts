import type { Change } from '../../model/point.ts'
import { MS, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop } from '../../ports/system.ts'

const RETRY_US: Us = 200 * MS

/**
 * Changes of which nobody knows whether the own store took them: its answer did not come in time. The store may
 * hold them already, or will once it wakes up, so they cannot be dropped: a change that one region has and never
 * tells of is a difference for good. Each is applied again until the store says so, and then told to the others.
 */
export class Doubts {
  private waiting: Change[] = []
  private wake = () => {}

  private readonly clock: Clock
  private readonly apply: (change: Change) => Promise<void>
  private readonly settled: (change: Change) => void

  constructor(
    clock: Clock,
    apply: (change: Change) => Promise<void>,
    settled: (change: Change) => void,
  ) {
    this.clock = clock
    this.apply = apply
    this.settled = settled
  }

  put(change: Change): void {
    this.waiting.push(change)
    this.wake()
  }

  async run(stop: Stop): Promise<void> {
    const stopped = stop.whenFired.then(() => this.wake())
    while (!stop.fired) {
      const [change] = this.waiting
      if (!change) {
        await new Promise<void>((resolve) => {
          this.wake = resolve
        })
        continue
      }
      try {
        await this.apply(change)
        this.waiting.shift()
        this.settled(change)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await this.clock.sleep(RETRY_US)
      }
    }
    await stopped
  }
}
