import type { LimitResult } from '../../model/finding.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { metrics, percentiles } from '../../model/metric.ts'
import type { Profile, TwinError } from '../../model/profile.ts'
import type { SlaError } from '../../model/sla.ts'
import { percentileName } from '../../text/value.ts'
import { medianText, worstText } from '../twin/wording.ts'

type Range = { low: number; high: number }

/**
 * How far the simulator was off in what a limit is on, the furthest of all comparisons of its profile with real servers,
 * and what was measured would be without that. Where the percentile was never compared the nearest lower one stands in.
 */
export function knownError(profile: Profile, { limit, measured }: Simulated): SlaError {
  const names = namesOf(limit)
  const errors = profile.twin?.flatMap((run) => run.errors) ?? []
  for (const [i, of] of names.entries()) {
    const found = errors.filter(({ metric }) => metric === of)
    const error = furthest(found)
    if (!error) continue
    const same = error.small === true || error.worst === 0
    if (same) return { of, exact: i === 0 }
    const told = { of, exact: i === 0, median: medianText(error), worst: worstText(error) }
    if (measured === undefined) return told
    const without = corrected(rangeOf(measured), error, limit)
    return without ? { ...told, without, holds: keeps(without, limit) } : told
  }
  return {}
}

type Simulated = Pick<LimitResult, 'limit' | 'measured'>

/** Names of the figure in comparisons: its own first, then those of lower percentiles, nearest first. */
function namesOf({ metric, hop, stat }: LimitPlan): string[] {
  const part = hop === undefined ? metric : `${metric} ${hop}`
  if (stat.kind === 'mean') return [`${part} mean`, part]
  if (stat.kind === 'value') return [part]
  const lower = Object.values(percentiles).filter((q) => q < stat.q)
  return [stat.q, ...lower.reverse()].map((q) => `${part} ${percentileName(q)}`)
}

const furthest = (errors: readonly TwinError[]): TwinError | undefined =>
  [...errors].sort((a, b) => Math.abs(b.worst) - Math.abs(a.worst))[0]

const rangeOf = (measured: number | Range): Range =>
  typeof measured === 'number' ? { low: measured, high: measured } : measured

/** Simulated / real − 1 is a share of what is real; of shares and counts it is simulated − real. */
function corrected(
  { low, high }: Range,
  { kind, worst }: TwinError,
  { metric }: LimitPlan,
): Range | undefined {
  if (kind === 'share')
    return worst <= -1 ? undefined : { low: low / (1 + worst), high: high / (1 + worst) }
  const most = metrics[metric].unit === 'ratio' ? 1 : Number.POSITIVE_INFINITY
  const within = (figure: number): number => Math.min(most, Math.max(0, figure))
  return { low: within(low - worst), high: within(high - worst) }
}

function keeps({ low, high }: Range, { bound, value }: LimitPlan): boolean | null {
  if (bound === 'at-most') return high <= value ? true : low > value ? false : null
  return low >= value ? true : high < value ? false : null
}
