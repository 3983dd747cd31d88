import type { Analysis } from '../harness/model/finding.ts'
import { closedLoops } from '../harness/model/load-notes.ts'
import type { MetricRow } from '../harness/model/metric.ts'
import {
  counted,
  countText,
  durationText,
  NOT_MEASURED,
  percentText,
  ratioText,
} from '../harness/text/value.ts'
import { phaseText } from './format.ts'
import { intervalOf, placeOf, rowsOf, tailOf, worstOf } from './rows.ts'

const isTrouble = ({ phase }: MetricRow): boolean =>
  phase?.startsWith('fault:') === true || phase?.startsWith('recovery:') === true

/** `p99 18.4 ms in baseline (ap-south)` for the worst row, in words that keep a bound a bound. */
function worstText(rows: readonly MetricRow[]): string | undefined {
  const known = rows.flatMap((row) => {
    const tail = tailOf(row)
    return tail ? [{ row, ...tail }] : []
  })
  const worst = worstOf(known, ({ value }) => value)
  if (!worst) return undefined
  const { row, value, atLeast, percentile } = worst
  const when = row.phase === undefined ? '' : ` ${phaseText(row.phase)}`
  return `${percentile} ${atLeast ? 'at least ' : ''}${durationText(value)}${when} (${placeOf(row)})`
}

/** Baseline, and the worst of all faults and recoveries beside it. */
function beforeAndDuring(rows: readonly MetricRow[]): string | undefined {
  const before = worstText(rows.filter(({ phase }) => phase === 'baseline'))
  const during = worstText(rows.filter(isTrouble))
  if (before && during) return `${before}; ${during}`
  return before ?? during ?? worstText(rows)
}

/** How slow search is. */
export function latencyAnswer(analysis: Analysis): string {
  const rows = rowsOf(analysis, 'search.response').filter(({ region }) => region !== undefined)
  const text = beforeAndDuring(rows)
  if (text !== undefined) return `Worst response: ${text}.`
  const service = closedLoops(analysis.plan).length > 0 && serviceText(analysis)
  if (service) return service
  const why = rows.length === 0 ? 'no search was recorded' : 'too few searches in any phase'
  return `Search response was ${NOT_MEASURED}: ${why}.`
}

/** What a closed loop can tell: its rate, and the time from question to answer. */
function serviceText(analysis: Analysis): string | undefined {
  const rates = rowsOf(analysis, 'throughput').filter(
    ({ operation, phase }) => operation === 'search' && phase === 'baseline',
  )
  const rate = worstOf(rates, ({ value = 0 }) => -value)
  const service = beforeAndDuring(rowsOf(analysis, 'search.service'))
  if (service === undefined) return undefined
  const answered = rate
    ? `Closed loop: ${countText(rate.value ?? 0)} searches/s (${placeOf(rate)}). `
    : ''
  return `${answered}Worst service time, without the waiting of an open loop: ${service}.`
}

/** How much recall is lost, and to what. */
export function recallAnswer(analysis: Analysis): string {
  const rows = rowsOf(analysis, 'recall').flatMap((row) => {
    const interval = intervalOf(row)
    return interval ? [{ row, ...interval }] : []
  })
  const worst = worstOf(rows, ({ low }) => -low)
  if (!worst)
    return `Recall was ${NOT_MEASURED}: no search was answered in time with anything to find.`
  const { row, low, high } = worst
  const value = low === high ? ratioText(low) : `${ratioText(low)} to ${ratioText(high)}`
  const where = `${phaseText(row.phase ?? 'the whole run')} (${placeOf(row)})`
  const cause = mainCause(analysis, row)
  return `Lowest mean recall: ${value} ${where}${cause ? `; lost most to ${cause}` : ''}.`
}

/** The largest cause of lost recall in the cell of `row`; undefined if nothing was lost. */
function mainCause(analysis: Analysis, { region, phase }: MetricRow): string | undefined {
  const causes = causeRows(analysis).filter((row) => row.region === region && row.phase === phase)
  const worst = worstOf(causes, ({ value = 0 }) => value)
  return worst?.value ? `${worst.cause} (${percentText(worst.value)} of all places)` : undefined
}

/** Shares of lost recall; stale hits are a part of a cause, not one of their own. */
export const causeRows = (analysis: Analysis): MetricRow[] =>
  rowsOf(analysis, 'recall-loss').filter(
    ({ cause, operation, value }) =>
      cause !== undefined && operation === undefined && value !== undefined,
  )

/** How far behind regions are. */
export function lagAnswer(analysis: Analysis): string {
  const rows = rowsOf(analysis, 'lag').filter(
    ({ hop, link }) => hop === undefined && link !== undefined,
  )
  const text = beforeAndDuring(rows)
  if (text !== undefined) return `Worst lag, acknowledged to searchable: ${text}.`
  const why =
    rows.length === 0
      ? 'no acknowledged write had another region to go to'
      : 'too few writes in any phase'
  return `Lag was ${NOT_MEASURED}: ${why}.`
}

/** When they caught up. */
export function catchUpAnswer(analysis: Analysis): string {
  if (analysis.plan.faults.length === 0)
    return 'No fault was planned, so there is nothing to catch up after.'
  const rows = rowsOf(analysis, 'catch-up').filter(({ region }) => region === undefined)
  if (rows.length === 0) {
    const why = 'no fault ended after a write was acknowledged'
    return `Catch-up was ${NOT_MEASURED}: ${why}.`
  }
  const texts = rows.flatMap((row) => {
    const interval = intervalOf(row)
    if (!interval) return []
    const name = (row.phase ?? '').replace('recovery:', '')
    const unseen = analysis.faults.some(
      (fault) => fault.name === name && fault.healConfirmedUs === null,
    )
    const after = unseen ? `${name} (whose end no canary saw)` : name
    return interval.high === Number.POSITIVE_INFINITY
      ? [`not within ${durationText(interval.low)} after ${after}, when the record ends`]
      : [`${lengthText(interval)} after the end of ${after}`]
  })
  return `Caught up ${texts.join('; ')}.`
}

const lengthText = ({ low, high }: { low: number; high: number }): string =>
  low === high ? durationText(high) : `${durationText(low)} to ${durationText(high)}`

/** Whether every acknowledged write survived, and how often mirrors brought one again. */
export function survivalAnswer(analysis: Analysis): string {
  const lost = rowsOf(analysis, 'lost-writes').map((row) => ({ row, is: intervalOf(row) }))
  const [first] = lost
  const convergence = rowsOf(analysis, 'convergence').map(intervalOf)[0]
  const equal =
    convergence === undefined
      ? `convergence was ${NOT_MEASURED}`
      : convergence.high === Number.POSITIVE_INFINITY
        ? 'regions had not converged on what was expected when the record ends'
        : `all regions equal ${durationText(convergence.high)} after arrivals ended`
  if (!first?.is)
    return `Lost writes were ${NOT_MEASURED}: there is no final scan to find them in; ${equal}${repeated(analysis)}.`
  const { low, high } = first.is
  const count = low === high ? countText(low) : `${countText(low)} to ${countText(high)}`
  return `${count} lost of ${counted(first.row.count, 'acknowledged write')}; ${equal}${repeated(analysis)}.`
}

/** Nothing where mirrors copied every record once. */
function repeated(analysis: Analysis): string {
  const row = rowsOf(analysis, 'mirror-duplicates').find(({ link }) => link === undefined)
  if (!row?.value) return ''
  return `; of ${countText(row.count)} copies that mirrors made ${countText(row.value)} were there already`
}

/** How far the answers of regions are apart. */
export function divergenceAnswer(analysis: Analysis): string {
  const rows = rowsOf(analysis, 'answer-difference').filter(
    ({ operation, value }) => operation === undefined && value !== undefined,
  )
  const text = (some: readonly MetricRow[]) => {
    const worst = worstOf(some, ({ value = 0 }) => value)
    if (worst?.value === undefined) return []
    return [
      `${ratioText(worst.value)} ${phaseText(worst.phase ?? 'the whole run')} (${placeOf(worst)})`,
    ]
  }
  const texts = [
    ...text(rows.filter(({ phase }) => phase === 'baseline')),
    ...text(rows.filter(isTrouble)),
  ]
  if (texts.length === 0)
    return `The difference of answers was ${NOT_MEASURED}: there were no paired probes.`
  return `Largest mean difference of two regions’ answers to one query: ${texts.join(', ')}.`
}
