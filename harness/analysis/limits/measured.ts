import { Distribution, type Interval } from '../../base/histogram.ts'
import type { Place } from '../../limits/cells.ts'
import type { Verdict } from '../../model/finding.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { type MetricRow, metrics } from '../../model/metric.ts'
import type { Analysed } from '../analyse.ts'
import {
  offeredPerSec,
  shownByMean,
  shownByQueries,
  shownByShare,
  shownByValues,
} from './evidence.ts'
import { pooledRow, rowsAt } from './limit-rows.ts'

/** What was measured in a place, what that shows of what it is a sample of, and what a limit may conclude. */
export type Measured = {
  interval: Interval
  shown?: Interval
  count: number
  remark: string
  verdict: Verdict
}

/** Of a metric with values of its own, as response times are; null if there are none in this place. */
export function fromCells(limit: LimitPlan, analysis: Analysed, place: Place): Measured | null {
  const values = new Distribution()
  for (const { dims, values: own } of analysis.cells) {
    if (dims.metric !== limit.metric || dims.hop !== limit.hop) continue
    if (dims.phase !== place.phase || dims.operation !== place.operation) continue
    if (place.members.includes(dims.region ?? dims.link ?? '')) values.merge(own)
  }
  return values.count === 0 ? null : ofValues(limit, values)
}

function ofValues(limit: LimitPlan, values: Distribution): Measured {
  const { stat, bound, confidence } = limit
  const { count } = values
  if (stat.kind === 'quantile')
    return judged(limit, count, values.quantile(stat.q), {
      ...(confidence !== null && { shown: shownByValues(values, stat.q, confidence) }),
    })
  if (stat.kind === 'mean')
    return judged(limit, count, values.mean(), {
      ...(confidence !== null && { shown: shownByMean(values, confidence) }),
    })
  return judged(limit, count, values.quantile(bound === 'at-most' ? 1 : 0), {})
}

/** Of a metric with one figure for each place; null if there is none. */
export function fromRows(limit: LimitPlan, analysis: Analysed, place: Place): Measured | null {
  const rows = rowsAt(limit, analysis.metrics, place)
  const row = limit.pool ? pooledRow(limit.metric, rows) : rows[0]
  if (!row) return null
  const { confidence, metric } = limit
  if (confidence === null) return ofRow(limit, row)
  switch (metrics[metric].evidence) {
    case 'share':
      return ofShare(limit, row, confidence, analysis)
    case 'queries': {
      const shown = shownByQueries(limit, place, confidence, analysis)
      return atItsEnd(limit, row, 1, shown)
    }
    default:
      return ofRow(limit, row)
  }
}

/** A figure that is no sample. A row without a value has only a lower bound. */
export const ofRow = (limit: LimitPlan, row: MetricRow): Measured =>
  judged(limit, row.count, intervalOf(row), {})

/** The one figure of a row, or both ends of what it can be. */
export const intervalOf = ({ value, low, high }: MetricRow): Interval => ({
  low: value ?? low ?? Number.NEGATIVE_INFINITY,
  high: value ?? high ?? Number.POSITIVE_INFINITY,
})

/** A rate such as goodput is a share of what was scheduled, per second: its interval is that share's. */
function ofShare(
  limit: LimitPlan,
  row: MetricRow,
  confidence: number,
  analysis: Analysed,
): Measured {
  const { count, phase = '' } = row
  const whole =
    metrics[limit.metric].unit === 'per-second' ? offeredPerSec(count, phase, analysis) : 1
  const ends = intervalOf(row)
  const { low } = shownByShare(ends.low / whole, count, confidence)
  const { high } = shownByShare(ends.high / whole, count, confidence)
  return atItsEnd(limit, row, whole, { low: low * whole, high: high * whole })
}

/**
 * All or none, as in `min: 100%` or `max: 0%`, is a statement on this run: no sample shows it of anything else, and the
 * first exception disproves it. Every other bound is on what the run is a sample of.
 */
function atItsEnd(limit: LimitPlan, row: MetricRow, whole: number, shown: Interval): Measured {
  const isEnd = limit.bound === 'at-least' ? limit.value >= whole : limit.value <= 0
  const remark = isEnd ? 'all or none, so judged on this run alone' : ''
  return judged(limit, row.count, intervalOf(row), { shown, remark, onRun: isEnd })
}

/** Passes only if all of the interval satisfies the bound, fails only if none of it does. */
function judged(
  { bound, value }: LimitPlan,
  count: number,
  measured: Interval,
  { shown, remark = '', onRun = false }: { shown?: Interval; remark?: string; onRun?: boolean },
): Measured {
  const { low, high } = onRun || !shown ? measured : shown
  const [all, some] =
    bound === 'at-most' ? [high <= value, low <= value] : [low >= value, high >= value]
  const verdict = all ? 'pass' : some ? 'unknown' : 'fail'
  return { interval: measured, ...(shown && { shown }), count, remark, verdict }
}
