import type { Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { DeadlineError } from '../../ports/errors.ts'
import type { TrueClock } from '../../ports/world.ts'
import type { RegionTime } from '../region-time.ts'

/** Node's timers cannot wait longer. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * The one true clock of a run on this host: CLOCK_MONOTONIC, the same for all processes, in whole µs since `origin`
 * (ns as `process.hrtime.bigint` gives them). Before the run starts it has no origin and stands at 0.
 */
export class HostClock implements TrueClock {
  private origin: bigint | null = null
  /** What the host's wall clock said at the origin, in ms since 1970. */
  private originMs = 0

  /** Starts the run: now is 0, or was 0 at `origin`. */
  begin(origin: bigint = process.hrtime.bigint()): bigint {
    this.origin = origin
    this.originMs = Date.now() - this.now() / 1000
    return origin
  }

  /** A time by the host's wall clock, in ms since 1970, as µs since the origin. */
  sinceOrigin(wallMs: number): Us {
    return Math.round((wallMs - this.originMs) * 1000)
  }

  now(): Us {
    if (this.origin === null) return 0
    return Math.max(0, Number((process.hrtime.bigint() - this.origin) / 1000n))
  }

  /** Settles at `us` or as soon after it as the event loop allows; never before. */
  async until(us: Us): Promise<void> {
    for (let left = us - this.now(); left > 0; left = us - this.now()) await pause(left)
  }
}

/** Waits about `us`: Node's timers have a grain of 1 ms and may be late. */
export function pause(us: Us): Promise<void> {
  const ms = Math.min(LONGEST_MS, Math.ceil(us / 1000))
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/**
 * Settles as `work` does, or rejects with `late()` after `us`; `work` itself goes on. A value that comes after `us` is
 * late too: a timer has a grain of 1 ms and fires when the event loop lets it, which may be after the value.
 */
export function within<T>(
  us: Us,
  work: Promise<T>,
  late: () => Error = () => new DeadlineError(),
): Promise<T> {
  const endsMs = performance.now() + us / 1000
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), Math.min(LONGEST_MS, Math.max(0, us / 1000)))
    work.then(
      (value) => {
        clearTimeout(timer)
        if (performance.now() > endsMs) reject(late())
        else resolve(value)
      },
      (error) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

/** The clock a process of a region is given. */
export function regionClock(time: RegionTime): Clock {
  return {
    wall: () => time.wall(),
    elapsed: () => time.elapsed(),
    sleep: pause,
    within,
  }
}
