import { type MetricName, type MetricRow, type MetricUnit, metrics } from '../../model/metric.ts'
import { MS, SECOND } from '../../model/units.ts'

const stats = ['p50', 'p90', 'p99', 'value', 'mean'] as const
type Stat = (typeof stats)[number]

/** Of one measurement, what the real servers gave and what the simulator did. Values are in `unit`. */
export type Compared = {
  metric: MetricName
  stat: Stat
  unit: MetricUnit
  region?: string
  link?: string
  phase?: string
  operation?: string
  hop?: string
  cause?: string
  real: number
  simulated: number
  realCount: number
  simulatedCount: number
  /** `share`: simulated / real - 1; `difference`, of shares and counts: simulated - real. */
  kind: 'share' | 'difference'
  error: number
  /** The two are no further apart than these worlds can tell. */
  small: boolean
}

/** A measurement only one of the worlds has: too few samples, or only a bound, in the other. */
export type Alone = { world: 'real' | 'simulated'; row: MetricRow }

export type Comparison = { rows: Compared[]; alone: Alone[] }

/**
 * Our own delay says nothing of servers: the simulated load generator is never late. Causes of lost recall are parts
 * of what recall tells.
 */
const leftOut: readonly MetricName[] = ['search.dispatch-delay', 'recall-loss']

/** By how much two times may differ for reasons of watching: timers, the rhythm of scans. */
const grainUs: Partial<Record<MetricName, number>> = { convergence: SECOND }
const GRAIN_US = 2 * MS
/** Shares closer than this are equal. */
const GRAIN_SHARE = 0.002

/**
 * Every figure that both worlds measured, in the order of the real ones. A percentile is there only if each world
 * has samples enough for it and none of them was censored; warm-up is left out.
 */
export function compare(real: readonly MetricRow[], simulated: readonly MetricRow[]): Comparison {
  const isCompared = (row: MetricRow) => row.phase !== 'warmup' && !leftOut.includes(row.metric)
  const theirs = new Map(simulated.filter(isCompared).map((row) => [keyOf(row), row]))
  const rows: Compared[] = []
  const alone: Alone[] = []
  for (const row of real.filter(isCompared)) {
    const twin = theirs.get(keyOf(row))
    theirs.delete(keyOf(row))
    if (twin) rows.push(...pairs(row, twin))
    else alone.push({ world: 'real', row })
  }
  for (const row of theirs.values()) alone.push({ world: 'simulated', row })
  return { rows, alone }
}

const keyOf = ({ metric, region, link, phase, operation, hop, cause }: MetricRow): string =>
  [metric, region, link, phase, operation, hop, cause].map((part) => part ?? '').join('|')

function pairs(real: MetricRow, simulated: MetricRow): Compared[] {
  const { metric, region, link, phase, operation, hop, cause } = real
  const { unit } = metrics[metric]
  const at = { region, link, phase, operation, hop, cause }
  return stats.flatMap((stat) => {
    const [a, b] = [figureOf(real, stat), figureOf(simulated, stat)]
    if (a === undefined || b === undefined) return []
    const kind = unit === 'ratio' || unit === 'count' || a === 0 ? 'difference' : 'share'
    const error = kind === 'share' ? b / a - 1 : b - a
    const row: Compared = {
      ...{ metric, stat, unit, ...present(at), real: a, simulated: b },
      ...{ realCount: real.count, simulatedCount: simulated.count },
      ...{
        kind,
        error,
        small: Math.abs(b - a) <= grainOf(metric, unit) + blurOf(real) + blurOf(simulated),
      },
    }
    return [row]
  })
}

/**
 * Recall is an interval, and so is a time from a heal that was not instant: the middle of it counts.
 * Means of times go by their pauses.
 */
function figureOf(row: MetricRow, stat: Stat): number | undefined {
  const { metric, low, high } = row
  if (row[stat] !== undefined && stat !== 'mean') return row[stat]
  if (stat !== (metric === 'recall' ? 'mean' : 'value')) return undefined
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

/** How far a time may be from its middle, as nobody knows when within the heal the fault went. */
function blurOf({ metric, low, high }: MetricRow): number {
  if (metrics[metric].unit !== 'us' || low === undefined || high === undefined) return 0
  return (high - low) / 2
}

function grainOf(metric: MetricName, unit: MetricUnit): number {
  if (unit === 'us') return grainUs[metric] ?? GRAIN_US
  return unit === 'ratio' ? GRAIN_SHARE : 0
}

const present = (parts: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parts).filter((part): part is [string, string] => part[1] !== undefined),
  )
