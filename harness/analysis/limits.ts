import { Distribution, type Interval } from '../base/histogram.ts'
import type { LimitResult, Verdict } from '../model/finding.ts'
import type { LimitPlan } from '../model/limit.ts'
import type { MetricName, MetricRow } from '../model/metric.ts'
import type { Analysed } from './analyse.ts'
import { enoughFor } from './cells.ts'
import { interval, limitText } from './figures.ts'
import { faultsOf, type Place, placesOf } from './limit-places.ts'
import { pooledRow, rowsAt } from './limit-rows.ts'
import { isOutage } from './outages.ts'
import { counted } from './wording.ts'

/** Metrics whose rows come from a distribution: quantiles of them can be asked for. */
const distributed: readonly MetricName[] = [
  'search.response',
  'search.service',
  'search.dispatch-delay',
  'write.response',
  'fetch.response',
  'lag',
  'staleness',
  'replicas',
]

/** The run as a whole. */
const whole: Place = { members: [], expected: 1 }

/** What was measured in a place, and what a limit on it may conclude. */
type Measured = { interval: Interval; count: number; remark: string; verdict: Verdict }

/**
 * Judges one limit in every place it holds in. A place that nobody expected anything of has no result; but a limit
 * always has one: if no place has anything to say, that is the result, and it is no pass.
 */
export function judgeLimit(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  const results = resultsOf(limit, analysis)
  return results.length > 0 ? results : [resultAt(limit, whole, null)]
}

function resultsOf(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  switch (limit.metric) {
    case 'convergence':
    case 'lost-writes':
    case 'overwritten-real-time':
    case 'mirror-duplicates':
    case 'amplification':
      return [resultAt(limit, whole, fromRows(limit, analysis, whole))]
    case 'catch-up':
    case 'client-recovery':
    case 'rpo':
    case 'rpo-time':
    case 'rto':
      return faultResults(limit, analysis)
    default:
      return placeResults(limit, analysis)
  }
}

function placeResults(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  const places = placesOf(limit, analysis)
  return places.flatMap((place) => {
    const measured = distributed.includes(limit.metric)
      ? fromCells(limit, analysis, place)
      : fromRows(limit, analysis, place)
    const mayBeEmpty = place.expected < 1 || place.phase?.startsWith('recovery:')
    return measured === null && mayBeEmpty ? [] : [resultAt(limit, place, measured)]
  })
}

/** A fault during which nothing failed has no client recovery: no result. */
function faultResults(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  const outages = ['rpo', 'rpo-time', 'rto'].includes(limit.metric)
  const faults = analysis.plan.faults.filter((fault) => !outages || isOutage(fault))
  return faultsOf(limit, faults).flatMap(({ name }) => {
    const phase = `recovery:${name}`
    const rows = analysis.metrics.filter(
      (row) =>
        row.metric === limit.metric &&
        row.phase === phase &&
        (limit.link === null || row.link === limit.link) &&
        (limit.operation === null || row.operation === limit.operation) &&
        (limit.metric === 'client-recovery' && limit.region === null
          ? true
          : row.region === (limit.region ?? undefined)),
    )
    const doubt = doubtOf(name, analysis)
    if (rows.length === 0 && limit.metric === 'client-recovery' && doubt === '') return []
    if (rows.length === 0) return [resultAt(limit, { ...whole, phase }, null)]
    return rows.map((row) => {
      const { region, link, operation } = row
      const where = { ...(region && { region }), ...(link && { link }) }
      const place = { ...whole, ...where, ...(operation && { operation }), phase }
      return resultAt(limit, place, doubted(ofRow(limit, row), doubt))
    })
  })
}

/** What canaries did not see of a fault; empty if they saw it begin and end. */
function doubtOf(name: string, { faults }: Analysed): string {
  const fault = faults.find((one) => one.name === name)
  if (!fault || fault.confirmedUs === null) return 'no canary saw the fault'
  return fault.healConfirmedUs === null ? 'no canary saw the end of the fault' : ''
}

/** Counted from what the injector did. Where nobody saw that it did it, a figure within its limit proves nothing. */
function doubted(measured: Measured, doubt: string): Measured {
  if (doubt === '') return measured
  const { verdict } = measured
  return { ...measured, remark: doubt, verdict: verdict === 'pass' ? 'unknown' : verdict }
}

function fromCells(limit: LimitPlan, analysis: Analysed, place: Place): Measured | null {
  const values = new Distribution()
  for (const { dims, values: own } of analysis.cells) {
    if (dims.metric !== limit.metric || dims.hop !== limit.hop) continue
    if (dims.phase !== place.phase || dims.operation !== place.operation) continue
    if (place.members.includes(dims.region ?? dims.link ?? '')) values.merge(own)
  }
  return values.count === 0 ? null : ofValues(limit, values)
}

function ofValues({ stat, bound, value }: LimitPlan, values: Distribution): Measured {
  const { count } = values
  if (stat.kind === 'mean') return concluded(values.mean(), count, bound, value)
  const extreme = bound === 'at-most' ? values.quantile(1) : lowest(values)
  if (stat.kind === 'value') return concluded(extreme, count, bound, value)
  if (enoughFor(count, stat.q)) return concluded(values.quantile(stat.q), count, bound, value)
  const { verdict } = concluded(extreme, count, bound, value)
  return {
    interval: extreme,
    count,
    verdict: verdict === 'pass' ? 'pass' : 'unknown',
    remark: `of ${counted(count, 'value')} only, too few for the percentile: their ${bound === 'at-most' ? 'maximum' : 'minimum'}`,
  }
}

/** The smallest value; a bound below all known values may hide a larger one. */
const lowest = (values: Distribution): Interval => values.quantile(0)

function fromRows(limit: LimitPlan, analysis: Analysed, place: Place): Measured | null {
  const rows = rowsAt(limit, analysis.metrics, place)
  const row = limit.pool ? pooledRow(limit.metric, rows) : rows[0]
  return row ? ofRow(limit, row) : null
}

/** A row without a value has only a lower bound. */
function ofRow({ stat, bound, value }: LimitPlan, row: MetricRow): Measured {
  const low = row.value ?? row.low ?? Number.NEGATIVE_INFINITY
  const high = row.value ?? row.high ?? Number.POSITIVE_INFINITY
  const measured = concluded({ low, high }, row.count, bound, value)
  if (stat.kind !== 'quantile') return measured
  return { ...measured, verdict: 'unknown', remark: 'the metric has no percentiles: its mean' }
}

/** Passes only if all of the interval satisfies the bound, fails only if none of it does. */
function concluded(
  measured: Interval,
  count: number,
  bound: LimitPlan['bound'],
  value: number,
): Measured {
  const { low, high } = measured
  const [all, some] =
    bound === 'at-most' ? [high <= value, low <= value] : [low >= value, high >= value]
  return {
    interval: measured,
    count,
    remark: '',
    verdict: all ? 'pass' : some ? 'unknown' : 'fail',
  }
}

function resultAt(limit: LimitPlan, place: Place, measured: Measured | null): LimitResult {
  const { expected: _expected, members: _members, ...where } = place
  const hop = limit.hop === undefined ? '' : ` ${limit.hop}`
  const text = `${limit.metric}${hop} ${limitText(limit)}${placeText(where)}`
  if (!measured)
    return {
      limit,
      ...where,
      count: 0,
      verdict: 'unknown',
      because: `${text}: nothing was measured.`,
    }
  const { low, high } = measured.interval
  const remark = measured.remark === '' ? '' : ` (${measured.remark})`
  return {
    limit,
    ...where,
    measured: low === high ? low : { low, high },
    count: measured.count,
    verdict: measured.verdict,
    because: `${text}: ${interval(measured.interval, limit.metric)}${remark}.`,
  }
}

function placeText({
  region,
  link,
  phase,
  operation,
}: Omit<Place, 'expected' | 'members'>): string {
  const parts = [operation && `of ${operation}`, region && `in ${region}`, link && `over ${link}`]
  const during = phase === undefined ? '' : ` during ${phase}`
  return `${parts.flatMap((part) => (part ? [` ${part}`] : [])).join('')}${during}`
}
