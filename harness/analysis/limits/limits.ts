import { type Cell, cellsIn, isOpenEnded, type Place } from '../../limits/cells.ts'
import type { FaultPlan } from '../../model/fault.ts'
import type { LimitResult } from '../../model/finding.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { metrics, type PhaseSpan } from '../../model/metric.ts'
import { besideLimit, counted, limitBound, limitSubject, percentText } from '../../text/value.ts'
import type { Analysed } from '../analyse.ts'
import { isOutage } from '../metrics/outages.ts'
import { fromCells, fromRows, type Measured, ofRow } from './measured.ts'

const whole: Place = { members: [] }

/**
 * Judges one limit in every place it holds in. A place that nobody expected anything of has no result; but a limit
 * always has one: if no place has anything to say, that is the result, and it is no pass.
 */
export function judgeLimit(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  const results = resultsOf(limit, analysis)
  return results.length > 0 ? results : [resultAt(limit, whole, null)]
}

function resultsOf(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  switch (metrics[limit.metric].of) {
    case 'run':
      return [resultAt(limit, whole, fromRows(limit, analysis, whole))]
    case 'fault':
      return faultResults(limit, analysis)
    default:
      return placeResults(limit, analysis)
  }
}

function placeResults(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  return cellsIn(analysis.plan, limit, phasesOf(limit, analysis)).flatMap((cell) => {
    const measured =
      metrics[limit.metric].by === 'samples'
        ? fromCells(limit, analysis, cell)
        : fromRows(limit, analysis, cell)
    const mayBeEmpty = cell.samples < 1 || isOpenEnded(cell.phase)
    if (measured === null && mayBeEmpty) return []
    const result = resultAt(limit, cell, measured)
    return [isUnasked(limit, cell) ? { ...result, unasked: true } : result]
  })
}

/** Phases of the run that a limit names, or all with load, each with its stretches. */
function phasesOf(limit: LimitPlan, { phases, plan }: Analysed): Map<string, PhaseSpan[]> {
  const found = new Map<string, PhaseSpan[]>()
  for (const span of phases) found.set(span.name, [...(found.get(span.name) ?? []), span])
  // A fault that was planned and never came is as long as it was planned.
  for (const { name: fault, atUs, untilUs } of plan.faults) {
    const name = `fault:${fault}`
    if (![...found.keys()].some((seen) => covers(seen, name)))
      found.set(name, [{ name, fromUs: atUs, toUs: untilUs }])
  }
  for (const name of found.keys())
    if (name === 'warmup' || name === 'settle' || !isMeant(name, limit.phase)) found.delete(name)
  return found
}

const isMeant = (name: string, wanted: string | null): boolean =>
  wanted === null || name === wanted || (!wanted.includes(':') && name.startsWith(`${wanted}:`))

/** Whether a joined label `fault:a+b` stands for `fault:a` as well. */
function covers(label: string, name: string): boolean {
  const [kind, faults = ''] = label.split(':')
  return faults.split('+').some((fault) => `${kind}:${fault}` === name)
}

/**
 * A recovery lasts as long as it turns out to: a limit that does not name it was not planned to be shown there. What it
 * breaks there is broken; too few samples leave nothing open.
 */
const isUnasked = (limit: LimitPlan, { phase }: Cell): boolean =>
  limit.phase === null && isOpenEnded(phase)

/** A fault during which nothing failed has no recovery on any path: no result. */
function faultResults(limit: LimitPlan, analysis: Analysed): LimitResult[] {
  const { faults: which } = metrics[limit.metric]
  const onPaths = which === 'paths'
  const faults = analysis.plan.faults.filter((fault) => which !== 'outages' || isOutage(fault))
  return faultsOf(limit, faults).flatMap(({ name }) => {
    const phase = `recovery:${name}`
    const rows = analysis.metrics.filter(
      (row) =>
        row.metric === limit.metric &&
        row.phase === phase &&
        (limit.link === null || row.link === limit.link) &&
        (limit.operation === null || row.operation === limit.operation) &&
        ((onPaths && limit.region === null) || row.region === (limit.region ?? undefined)),
    )
    const doubt = doubtOf(name, analysis)
    if (rows.length === 0 && onPaths && doubt === '') return []
    if (rows.length === 0) return [resultAt(limit, { ...whole, phase }, null)]
    return rows.map(({ region, link, operation, ...row }) => {
      const where = { ...(region && { region }), ...(link && { link }) }
      const place = { ...whole, ...where, ...(operation && { operation }), phase }
      return resultAt(limit, place, doubted(ofRow(limit, row), doubt))
    })
  })
}

/** Faults a limit speaks of: all, or the one its phase is named after. */
function faultsOf({ phase }: LimitPlan, faults: readonly FaultPlan[]): FaultPlan[] {
  return faults.filter(
    ({ name }) =>
      phase === null || [`recovery:${name}`, `fault:${name}`, 'recovery', 'fault'].includes(phase),
  )
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
  const { region, link, operation, phase } = place
  const where = {
    ...(region !== undefined && { region }),
    ...(link !== undefined && { link }),
    ...(operation !== undefined && { operation }),
    ...(phase !== undefined && { phase }),
  }
  const text = `${limitSubject(limit)} ${limitBound(limit)}${placeText(where)}`
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
    because: `${text}: ${besideLimit(measured.interval, limit)}${shown}${remark}.`,
  }
}

/** `; 101 operations show 0.963 … 1 at 95 %`, and of a percentile that its tail was not seen. */
function shownText(limit: LimitPlan, { shown, count }: Measured): string {
  const { metric, confidence } = limit
  if (!shown || confidence === null) return ''
  const what = { values: 'value', share: 'operation', queries: 'answer', whole: 'value' }
  const who = counted(count, what[metrics[metric].evidence])
  return `; ${who} ${count === 1 ? 'shows' : 'show'} ${besideLimit(shown, limit)} at ${percentText(confidence)}`
}

function placeText({ region, link, phase, operation }: Omit<Place, 'members'>): string {
  const parts = [operation && `of ${operation}`, region && `in ${region}`, link && `over ${link}`]
  const during = phase === undefined ? '' : ` during ${phase}`
  return `${parts.flatMap((part) => (part ? [` ${part}`] : [])).join('')}${during}`
}
