import type { LimitResult } from '../../model/finding.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { evidenceOf, type MetricName } from '../../model/metric.ts'
import { confidenceText, interval, limitText } from '../../text/figures.ts'
import { counted } from '../../text/wording.ts'
import type { Analysed } from '../analyse.ts'
import { isOutage } from '../metrics/outages.ts'
import { faultsOf, type Place, placesOf } from './limit-places.ts'
import { fromCells, fromRows, type Measured, ofRow } from './measured.ts'

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
    if (measured === null && mayBeEmpty) return []
    const result = resultAt(limit, place, measured)
    return [isUnasked(limit, place) ? { ...result, unasked: true } : result]
  })
}

/**
 * A recovery lasts as long as it turns out to: a limit that does not name it was not planned to be shown there. What it
 * breaks there is broken; too few samples leave nothing open.
 */
const isUnasked = (limit: LimitPlan, { phase }: Place): boolean =>
  limit.phase === null && phase?.startsWith('recovery:') === true

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
  const shown = shownText(limit, measured)
  return {
    limit,
    ...where,
    measured: low === high ? low : { low, high },
    ...(measured.shown && { shown: measured.shown }),
    count: measured.count,
    verdict: measured.verdict,
    because: `${text}: ${interval(measured.interval, limit.metric)}${shown}${remark}.`,
  }
}

/** `; 101 operations show 0.9634 to 1 at 95 %`, and of a percentile that its tail was not seen. */
function shownText({ metric, confidence }: LimitPlan, { shown, count }: Measured): string {
  if (!shown || confidence === null) return ''
  const what = { values: 'value', share: 'operation', queries: 'answer', whole: 'value' }
  const who = counted(count, what[evidenceOf[metric]])
  return `; ${who} ${count === 1 ? 'shows' : 'show'} ${interval(shown, metric)} at ${confidenceText(confidence)}`
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
