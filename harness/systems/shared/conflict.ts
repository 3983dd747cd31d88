import { compareStamps, type Stamp } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Durable } from '../../ports/system.ts'

/** Who wins when two regions wrote one point. */
export const conflictRules = [
  'arrival-order',
  'last-writer-wins',
  'hybrid-logical-clock',
  'lamport',
] as const
/** `fencing-token`: one region writes at a time; its stamps count on from lease to lease (see fence.ts). */
export type ConflictRule = (typeof conflictRules)[number] | 'fencing-token'

/** Gives stamps to writes, and hears of every stamp that was applied. */
export interface Stamper {
  next(): Promise<Stamp>
  saw(stamp: Stamp): void
}

/** True if `found` must stay and `arriving` must not be applied. Equal stamps: it is there already. */
export function keeps(rule: ConflictRule, found: Stamp, arriving: Stamp): boolean {
  if (rule === 'fencing-token') return found.counter >= arriving.counter
  return rule !== 'arrival-order' && compareStamps(found, arriving) >= 0
}

/** Whether only the region decides between the stamps of two different writes. */
export const tied = (a: Stamp, b: Stamp): boolean =>
  a.wallUs === b.wallUs && a.counter === b.counter && a.origin !== b.origin

/**
 * A write that enters here under a hybrid logical clock is newer than all this region has applied, by
 * construction: nothing to look up. A wall clock promises no such thing.
 */
export const localWriteWins = (rule: ConflictRule): boolean => rule !== 'last-writer-wins'

export function openStamper(
  rule: ConflictRule,
  region: RegionName,
  clock: Clock,
  durable: Durable,
): Promise<Stamper> {
  if (rule === 'hybrid-logical-clock') return openHybridLogicalClock(region, clock, durable)
  return rule === 'lamport'
    ? openLamport(region, durable)
    : Promise.resolve(wallClock(region, clock))
}

function wallClock(origin: RegionName, clock: Clock): Stamper {
  return {
    next: async () => ({ wallUs: clock.wall(), counter: 0, origin }),
    saw: () => {},
  }
}

const FLOOR = 'hybrid-logical-clock floor'
/** How far ahead of the clock the floor is saved, so that not every write waits for the disk. */
const FLOOR_STEP_US: Us = 1_000_000

/**
 * Kulkarni et al., "Logical Physical Clocks" (2014): the larger of the wall clock and every stamp seen, with a
 * counter for ties. A floor on disk stays ahead of every stamp given out, so that an agent that restarts with
 * a clock set back does not stamp below its own past.
 */
async function openHybridLogicalClock(
  origin: RegionName,
  clock: Clock,
  durable: Durable,
): Promise<Stamper> {
  let floorUs = (await durable.load(FLOOR)) ?? 0
  let wallUs = floorUs
  let counter = 0
  return {
    async next() {
      const nowUs = clock.wall()
      if (nowUs > wallUs) {
        wallUs = nowUs
        counter = 0
      } else counter++
      const stamp = { wallUs, counter, origin }
      if (stamp.wallUs >= floorUs) {
        floorUs = stamp.wallUs + FLOOR_STEP_US
        await durable.save(FLOOR, floorUs)
      }
      return stamp
    },
    saw(stamp) {
      if (stamp.wallUs < wallUs || (stamp.wallUs === wallUs && stamp.counter <= counter)) return
      wallUs = stamp.wallUs
      counter = stamp.counter
    },
  }
}

const COUNTER = 'lamport floor'
/** How far ahead of the counter the floor is saved. */
const COUNTER_STEP = 1_000

/**
 * Lamport, "Time, Clocks, and the Ordering of Events" (1978): one more than the largest counter seen. It knows nothing
 * of time: of two writes that did not hear of each other, that of the region which counts faster wins.
 */
async function openLamport(origin: RegionName, durable: Durable): Promise<Stamper> {
  let floor = (await durable.load(COUNTER)) ?? 0
  let counter = floor
  return {
    async next() {
      const stamp = { wallUs: 0, counter: ++counter, origin }
      if (stamp.counter >= floor) {
        floor = stamp.counter + COUNTER_STEP
        await durable.save(COUNTER, floor)
      }
      return stamp
    },
    saw(stamp) {
      counter = Math.max(counter, stamp.counter)
    },
  }
}
