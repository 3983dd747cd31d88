import type { MetricRow } from '../../model/metric.ts'
import { lengthBetween } from '../facts/bracket.ts'
import type { Facts } from '../facts/facts.ts'
import { firstSuccessUs, hurtPaths, isTried } from '../facts/paths.ts'
import { endedFaults } from './catch-up.ts'

/**
 * For each fault that was taken away and each path (region of the client > gateway) that it touched and on which
 * something failed meanwhile: from the heal to the first ok answer to an operation dispatched since. A lower bound if it
 * never came.
 */
export function clientRecoveryRows(facts: Facts): MetricRow[] {
  const { ops, endUs } = facts.history
  return endedFaults(facts).flatMap(({ fault, healing: [fromUs, toUs], phase }) =>
    hurtPaths(fault, ops).flatMap(({ link, region }): MetricRow[] => {
      if (!isTried(ops, link, toUs)) return []
      const at = { metric: 'client-recovery', unit: 'us', region, link, phase, count: 1 } as const
      const low = firstSuccessUs(ops, link, fromUs) - toUs
      const high = firstSuccessUs(ops, link, toUs) - fromUs
      return [{ ...at, ...lengthBetween(low, high, endUs - toUs) }]
    }),
  )
}
