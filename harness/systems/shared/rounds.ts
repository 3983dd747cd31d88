import { SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Stop } from '../../ports/system.ts'

/** Does `work` every so often until `stop`, which it hears of within a second. A round waits for the one before. */
export async function rounds(
  clock: Clock,
  everyUs: Us,
  stop: Stop,
  work: () => Promise<void> | void,
): Promise<void> {
  let dueUs = clock.elapsed() + everyUs
  while (!stop.fired) {
    const leftUs = dueUs - clock.elapsed()
    if (leftUs > 0) {
      await clock.sleep(Math.min(leftUs, SECOND))
      continue
    }
    dueUs = clock.elapsed() + everyUs
    await work()
  }
}
