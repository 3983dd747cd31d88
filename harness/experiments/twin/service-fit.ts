import { mean, quantile } from 'simple-statistics'
import type { ServiceTime } from '../../model/profile.ts'
import type { Us } from '../../model/units.ts'

/** A service time read off samples: `p50` and `p90` are what it was made from. */
export type ServiceFit = ServiceTime & { n: number; p50: Us; p90: Us }

/** Of base + tail × Exp(1), the median lies ln 2 tails above the base, p90 ln 10. */
const LN_2 = Math.LN2
const LN_10 = Math.LN10

/**
 * Base and tail such that p50 and p90 are those of the samples, in µs. By two quantiles and not by the mean: a few
 * pauses of the machine move neither. The base is never negative; where p90 is so far out that it would be, p50
 * decides alone. Undefined for fewer than 20 samples.
 */
export function fitServiceTime(samples: readonly Us[]): ServiceFit | undefined {
  if (samples.length < 20) return undefined
  const p50 = Math.round(quantile([...samples], 0.5))
  const p90 = Math.round(quantile([...samples], 0.9))
  const tail = Math.min((p90 - p50) / (LN_10 - LN_2), p50 / LN_2)
  const fit = { tailUs: Math.round(tail), baseUs: Math.max(0, Math.round(p50 - LN_2 * tail)) }
  return { ...fit, n: samples.length, p50, p90 }
}

export const medianOf = (samples: readonly Us[]): Us => Math.round(quantile([...samples], 0.5))

/**
 * How the time of a call with one in flight splits: what `workers` take for it, by what they do at most, and the rest,
 * client and wire, which holds no worker. Neither is negative.
 */
export function splitCall(
  oneInFlight: readonly Us[],
  workers: number,
  perSec: number,
): { workerUs: Us; wireUs: Us } {
  const whole = mean([...oneInFlight])
  const workerUs = Math.min(whole, (workers * 1_000_000) / perSec)
  return { workerUs: Math.round(workerUs), wireUs: Math.round(whole - workerUs) }
}

/** Writes act at the first tick at least this long after they were acknowledged: half a tick less than the median. */
export const fitVisibleAfter = (delays: readonly Us[], tickUs: Us): Us =>
  Math.max(0, Math.round(medianOf(delays) - tickUs / 2))
