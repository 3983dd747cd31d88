import type { Change } from '../../model/point.ts'
import { MS, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Stop } from '../../ports/system.ts'

const RETRY_US: Us = 200 * MS
const BATCH = 500

/**
 * Changes on their way to the local log, in order, one append at a time (so that a retry cannot reorder them).
 * It lives in the agent's memory: what is in it when the agent dies is gone.
 */
export class Outbox {
  private waiting: Change[] = []
  private wake = () => {}

  private readonly log: EventLog
  private readonly topic: string
  private readonly clock: Clock

  constructor(log: EventLog, topic: string, clock: Clock) {
    this.log = log
    this.topic = topic
    this.clock = clock
  }

  put(change: Change): void {
    this.waiting.push(change)
    this.wake()
  }

  async run(stop: Stop): Promise<void> {
    const stopped = stop.whenFired.then(() => this.wake())
    while (!stop.fired || this.waiting.length > 0) {
      if (this.waiting.length === 0) {
        await new Promise<void>((resolve) => {
          this.wake = resolve
        })
        continue
      }
      const batch = this.waiting.slice(0, BATCH)
      try {
        await this.log.append(this.topic, batch, { op: 0, deadlineUs: 10_000 * MS })
        this.waiting = this.waiting.slice(batch.length)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await this.clock.sleep(RETRY_US)
      }
    }
    await stopped
  }
}
