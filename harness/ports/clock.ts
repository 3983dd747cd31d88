import type { Us } from '../model/units.ts'

/**
 * The clock of a region, as its agent sees it. `wall` may be skewed and may step; `elapsed` may drift but
 * never steps (leases and timeouts use it). The true clock is the harness's alone.
 */
export interface Clock {
  wall(): Us
  elapsed(): Us
  sleep(us: Us): Promise<void>
  /** Rejects with `DeadlineError` if `work` has not settled after `us`; `work` itself goes on. */
  within<T>(us: Us, work: Promise<T>): Promise<T>
}
