import type { DelayLaw } from '../../model/fault.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'

/** A lost segment is sent again when so many segments sent after it were acknowledged (RFC 5681, RFC 6675). */
export const DUPLICATE_ACKS = 3

/** Linux, TCP_RTO_MIN and TCP_RTO_MAX. RFC 6298 asks for 1 s at least; servers run Linux. */
const LEAST_VARIANCE_US: Us = 200 * MS
export const LONGEST_TIMEOUT_US: Us = 120 * SECOND

/** Mean of a delay, and mean distance from it: what a sender's estimator settles on. In µs. */
export type Spread = { meanUs: number; deviationUs: number }

/**
 * Mean and mean deviation of the laws of jitter of size 1. Uniform on -1 … 1: 0 and 1/2. Exponential: 1 and 2/e.
 * Pareto as in base/laws.ts, capped at 99: 0.99, and 2 (1/1.99 - 1/100).
 */
const LAWS: Record<DelayLaw, { mean: number; deviation: number }> = {
  uniform: { mean: 0, deviation: 0.5 },
  exponential: { mean: 1, deviation: 0.735_759 },
  pareto: { mean: 0.99, deviation: 0.985_025 },
}

export const spreadOf = (us: Us, law: DelayLaw): Spread => ({
  meanUs: us * LAWS[law].mean,
  deviationUs: us * LAWS[law].deviation,
})

/** Of what a fault adds: a uniform law is one on 0 … 2, so that all laws have their size as their mean. */
export const addedSpread = (us: Us, law: DelayLaw): Spread =>
  law === 'uniform' ? { ...spreadOf(us, law), meanUs: us } : spreadOf(us, law)

/** Means add; deviations of independent delays add as their squares do. */
export const sumOf = (parts: readonly Spread[]): Spread => ({
  meanUs: parts.reduce((sum, { meanUs }) => sum + meanUs, 0),
  deviationUs: Math.sqrt(parts.reduce((sum, { deviationUs: d }) => sum + d * d, 0)),
})

/**
 * How long a sender waits for an acknowledgement before it sends again: srtt + 4 rttvar, where the second part is at
 * least 200 ms, as Linux does (net/ipv4/tcp_input.c, tcp_rtt_estimator and __tcp_set_rto). It doubles with each
 * further loss of the same segment.
 */
export const timeoutUs = ({ meanUs, deviationUs }: Spread): Us =>
  Math.round(meanUs + Math.max(4 * deviationUs, LEAST_VARIANCE_US))
