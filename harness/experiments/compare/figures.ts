import type { Analysed } from '../../analysis/analyse.ts'
import { phaseLengthUs } from '../../analysis/facts/phases.ts'
import { enoughFor } from '../../analysis/metrics/cells.ts'
import { type Interval, Sequence } from '../../base/histogram.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { type MetricName, type MetricRow, metrics } from '../../model/metric.ts'
import { SECOND } from '../../model/units.ts'
import { percentileName } from '../../text/value.ts'
import {
  type Estimate,
  quantileEstimate,
  queryEstimate,
  rateEstimate,
  shareEstimate,
} from './estimate.ts'

/** Where a figure is: what does not apply is absent. */
export type Place = {
  region?: string
  link?: string
  phase?: string
  operation?: string
  hop?: string
}

export type Figure = {
  metric: MetricName
  /** `p99`, `mean`; absent of a metric that is one value. */
  stat?: string
  at: Place
  /** How many values, operations or answers it is of. */
  count: number
  /** Both ends where only they are known. */
  value: Interval
  /** What the run shows of it by itself; null where nothing in it is a sample, or too little. */
  estimate: Estimate | null
}

/**
 * Left out: our own delay, which is not the system's; and what a figure is made of, which says the same again: hops of
 * the lag, causes of lost recall, the service in the response. A limit that names one brings it in.
 */
const parts: readonly MetricName[] = ['search.dispatch-delay', 'recall-loss', 'search.service']
/** Rows beside the main one of a metric. */
const asides = ['rbo', 'per-write', 'stale-hit']
const QUANTILES = [0.5, 0.9, 0.99]

/** Warm-up is not measured, and nothing is asked while a run settles. */
const isCompared = (phase: string | undefined): boolean => phase !== 'warmup' && phase !== 'settle'

export const keyOf = ({ metric, stat = '', at }: Pick<Figure, 'metric' | 'stat' | 'at'>): string =>
  [metric, stat, at.region, at.link, at.phase, at.operation, at.hop]
    .map((part) => part ?? '')
    .join('|')

/** Every figure of a run that is compared, in the order of its metrics. The run must have been judged into Sequences. */
export function figuresOf(analysis: Analysed, limits: readonly LimitPlan[]): Figure[] {
  const isWanted = (metric: MetricName, hop?: string): boolean =>
    (!parts.includes(metric) && (hop === undefined || metric === 'replicas')) ||
    limits.some((limit) => limit.metric === metric && limit.hop === hop)
  // Where nothing is deleted, upserts are all writes, and would be compared twice.
  const deletes = analysis.plan.load.some(({ deletePerSec }) => deletePerSec > 0)
  const isOwn = ({ at }: Figure) => deletes || at.operation !== 'upsert'
  return [...ofCells(analysis, limits, isWanted), ...ofRows(analysis, isWanted)].filter(isOwn)
}

type Wanted = (metric: MetricName, hop?: string) => boolean

function ofCells({ cells }: Analysed, limits: readonly LimitPlan[], isWanted: Wanted): Figure[] {
  return cells.flatMap(({ dims: { metric, ...at }, values }) => {
    if (!isCompared(at.phase) || !isWanted(metric, at.hop)) return []
    if (!(values instanceof Sequence)) throw new TypeError('values were not kept in their order')
    const asked = limits.flatMap(({ metric: own, stat }) =>
      own === metric && stat.kind === 'quantile' ? [stat.q] : [],
    )
    const quantiles = [...new Set([...QUANTILES, ...asked])].sort((a, b) => a - b)
    return quantiles
      .filter((q) => enoughFor(values.count, q))
      .map((q) => ({
        ...{ metric, stat: percentileName(q), at, count: values.count },
        value: values.quantile(q),
        estimate: quantileEstimate(values, q),
      }))
  })
}

function ofRows(analysis: Analysed, isWanted: Wanted): Figure[] {
  return analysis.metrics.flatMap((row): Figure[] => {
    const { metric, region, link, phase, operation, hop, cause, count } = row
    const { by, evidence } = metrics[metric]
    if (by === 'samples' || cause !== undefined || asides.includes(operation ?? '')) return []
    if (!isCompared(phase) || !isWanted(metric, hop)) return []
    const at = { ...{ region, link, phase, operation, hop } }
    const value = endsOf(row)
    const stat = evidence === 'queries' ? { stat: 'mean' } : {}
    return [
      { metric, ...stat, at: present(at), count, value, estimate: ofRow(row, value, analysis) },
    ]
  })
}

function ofRow(row: MetricRow, value: Interval, analysis: Analysed): Estimate | null {
  const { metric, region, link, phase = '', count } = row
  // Goodput counts what was asked in a phase; throughput what was answered in it, backlogs too, and is no sample.
  if (metric === 'goodput')
    return rateEstimate(value, phaseLengthUs(analysis.phases, phase) / SECOND)
  switch (metrics[metric].evidence) {
    case 'share':
      return shareEstimate(value, count)
    case 'queries': {
      const place = region ?? link
      const own = (one: Analysed['queries'][number]) =>
        one.metric === metric && one.place === place && one.phase === phase
      const cell = analysis.queries.find(own)
      return cell ? queryEstimate(value, cell) : null
    }
    default:
      return null
  }
}

/** Without an upper end it had not happened when the run ended. */
const endsOf = ({ value, low, high }: MetricRow): Interval => ({
  low: value ?? low ?? Number.NEGATIVE_INFINITY,
  high: value ?? high ?? Number.POSITIVE_INFINITY,
})

const present = (at: Record<keyof Place, string | undefined>): Place =>
  Object.fromEntries(Object.entries(at).filter(([, part]) => part !== undefined))
