import type { MetricRow } from '../../model/metric.ts'
import type { Us } from '../../model/units.ts'

/** Times within which something happened; both are the same where it took no time. */
export type Bracket = readonly [fromUs: Us, toUs: Us]

/**
 * A length from a moment that is only known to lie in a bracket: a value if both ends are one, never below 0. Where the
 * end of it never came, what is known is that it was not there after `atLeastUs`.
 */
export function lengthBetween(
  low: Us,
  high: Us,
  atLeastUs: Us,
): Pick<MetricRow, 'value' | 'low' | 'high' | 'censored'> {
  const never = Number.POSITIVE_INFINITY
  const least = Math.max(0, low === never ? atLeastUs : low)
  if (high === never) return { low: least, censored: 1 }
  return low === high ? { value: least } : { low: least, high: Math.max(0, high) }
}
