import { exponential } from '../../base/laws.ts'
import type { Rng } from '../../base/rng.ts'
import type { ServiceTime } from '../../model/profile.ts'
import type { Us } from '../../model/units.ts'
import type { Process } from './process.ts'
import type { Timeline } from './timeline.ts'

export const serviceUs = (time: ServiceTime, rng: Rng): Us =>
  time.tailUs === 0 ? time.baseUs : Math.round(time.baseUs + time.tailUs * exponential(rng))

/** A server with a stated number of workers and one queue, first come first served: overload shows as waiting. */
export class Station {
  private busy = 0
  private queue: { us: Us; done: () => void }[] = []
  private head = 0

  private readonly timeline: Timeline
  private readonly workers: number
  /** Time stands still in here while this process is paused; all work is lost when it dies. */
  private readonly process: Process

  constructor(timeline: Timeline, workers: number, process: Process) {
    this.timeline = timeline
    this.workers = workers
    this.process = process
  }

  submit(us: Us, done: () => void): void {
    this.process.run(() => {
      if (this.busy < this.workers) this.begin(us, done)
      else this.queue.push({ us, done })
    })
  }

  private begin(us: Us, done: () => void): void {
    this.busy++
    this.timeline.after(us, () =>
      this.process.run(() => {
        this.busy--
        const next = this.queue[this.head]
        if (next) {
          this.head++
          if (this.head > 1024) {
            this.queue = this.queue.slice(this.head)
            this.head = 0
          }
          this.begin(next.us, next.done)
        }
        done()
      }),
    )
  }
}
