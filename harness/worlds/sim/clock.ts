import type { Clock } from '../../ports/clock.ts'
import { DeadlineError } from '../../ports/errors.ts'
import type { RegionTime } from '../region-time.ts'
import type { Process } from './process.ts'
import { cancel, type Timeline } from './timeline.ts'

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
