import type { Stamp } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Durable } from '../../ports/system.ts'
import type { Stamper } from '../shared/conflict.ts'

const FLOOR = 'logical clock floor'
/** How far ahead of the clock the floor is saved, so that not every write waits for the disk. */
const FLOOR_STEP = 1_000_000

/**
 * A clock whose stamps are one number and the region: above every stamp seen and given out, and at least `now()`.
 * With `now` the wall clock this is a hybrid logical clock whose counter is folded into the microseconds; with
 * `now` = 0 it is Lamport's ("Time, Clocks, and the Ordering of Events in a Distributed System", 1978). One number
 * is what a session token can carry. A floor on disk keeps a restarted agent above its own past.
 */
export async function openLogicalClock(
  origin: RegionName,
  now: () => Us,
  durable: Durable,
): Promise<Stamper> {
  let floor = (await durable.load(FLOOR)) ?? 0
  let last = floor
  return {
    async next() {
      last = Math.max(last + 1, now())
      const stamp = { wallUs: last, counter: 0, origin }
      if (stamp.wallUs >= floor) {
        floor = stamp.wallUs + FLOOR_STEP
        await durable.save(FLOOR, floor)
      }
      return stamp
    },
    saw({ wallUs }: Stamp) {
      last = Math.max(last, wallUs)
    },
  }
}
