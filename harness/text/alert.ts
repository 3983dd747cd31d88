import {
  type AlertExpectation,
  type AlertExpr,
  type AlertOnFault,
  type AlertOutcome,
  type AlertRule,
  alertMetrics,
  termsOf,
} from '../model/alert.ts'
import type { WorldName } from '../model/plan.ts'
import { counted, durationText, momentText } from './value.ts'

/** The whole grammar of `expr`, for help and schema. It is a part of PromQL: what is accepted here Prometheus accepts too. */
export const alertGrammar: readonly string[] = [
  'one comparison: TERM > NUMBER (or >= < <= == !=), or TERM / TERM > NUMBER',
  'TERM: a SERIES or a function of it, or sum|avg|max|min|count by (LABEL, …) (either)',
  'SERIES: METRIC{label="x"}, with = != =~ !~',
  'of a gauge: avg|max|min|sum|count|last_over_time(SERIES[5m])',
  'of a counter: rate(SERIES[5m]) increase(SERIES[5m])',
  'of a histogram: histogram_quantile(0.99, sum by (le, region) (rate(search_response_seconds_bucket[5m])))',
]

/** Labels that tell a series from its like: `us-east>eu-west`, `agent us-east`; the ends of a link appear once. */
export function seriesText(labels: Readonly<Record<string, string>>): string {
  const { link, from, to, ...rest } = labels
  const ends = link === undefined ? [from, to] : [link]
  const said = [...ends, ...Object.values(rest)].filter((text) => text !== undefined)
  return said.length === 0 ? 'all together' : said.join(' ')
}

/** `replication_lag_seconds > 2 for 2.00 min`: what has to hold, and how long. */
export const conditionText = ({ text, forUs }: Pick<AlertRule, 'text' | 'forUs'>): string =>
  forUs === 0 ? text : `${text} for ${durationText(forUs)}`

/** What a world does not record of an expression, and why, as a sentence; null: it records all of it. */
export function lackText(expr: AlertExpr, world: WorldName): string | null {
  if (world !== 'sim') return null
  const lacking = termsOf(expr).flatMap(({ reading: { of } }) => {
    const { notSimulated } = alertMetrics[of.metric]
    return notSimulated === undefined ? [] : [`${of.metric} is not recorded, ${notSimulated}`]
  })
  const [first] = lacking
  return first === undefined
    ? null
    : `capability missing: ${first}. Run it with --world containers.`
}

/** `ReplicationLag fires for partition within 30.0 s`, `SlowSearch stays quiet`. */
export function expectationText(expectation: AlertExpectation): string {
  if (expectation.expect === 'quiet') return `${expectation.alert} stays quiet`
  const { alert, fault, withinUs } = expectation
  const within = withinUs === null ? '' : ` within ${durationText(withinUs)}`
  return `${alert} fires for ${fault ?? 'every fault'}${within}`
}

/** What one rule did about one fault: `fired 15.0 s after it began, resolved 75.0 s after the heal`. */
export function onFaultText(rule: AlertRule, at: AlertOnFault): string {
  const unseen = at.confirmed ? '' : ' (no canary confirmed the fault)'
  if (at.firedAfterUs === null) return `${silentText(rule, at)}${unseen}`
  const late = at.lastsUs === null ? null : at.firedAfterUs - at.lastsUs
  const when = `fired ${durationText(at.firedAfterUs)} after it began`
  const healed = late !== null && late >= 0 ? `, ${durationText(late)} after the heal` : ''
  return `${when}${healed}, ${afterHealText(at)}${unseen}`
}

/** `resolved 75.0 s after the heal`: how long an alert stays when all is well. */
export function afterHealText({ lastsUs, afterHealUs, open }: AlertOnFault): string {
  if (lastsUs === null) return 'and the fault never healed'
  if (afterHealUs === null) return 'resolved before the heal'
  const until = durationText(afterHealUs)
  return open
    ? `still firing ${until} after the heal, at the end`
    : `resolved ${until} after the heal`
}

function silentText({ forUs }: AlertRule, { heldUs, already, pendingAtEnd }: AlertOnFault): string {
  if (already) return 'silent: it fired already when the fault began'
  if (heldUs === null) return 'silent: its condition never held'
  const held = heldUs === 0 ? 'at one evaluation' : `for ${durationText(heldUs)}`
  if (pendingAtEnd) return `pending when the record ended: its condition held ${held} by then`
  return `silent: its condition held ${held}, and \`for\` asks for ${durationText(forUs)}`
}

/** Where a rule fired that no fault explains; moments count from the end of warm-up. */
export function wrongText({ episodes }: AlertOutcome, warmupUs: number): string | null {
  const wrong = episodes.filter((episode) => episode.wrong)
  if (wrong.length === 0) return null
  const [first] = wrong
  const at = momentText((first?.firedUs ?? 0) - warmupUs)
  return `fired wrongly ${counted(wrong.length, 'time')}, outside of any fault and its recovery: first at ${at} (${seriesText(first?.labels ?? {})})`
}

/**
 * All that is to be said of one rule, one pair each: about which fault, and what. A rule that did nothing in a run without
 * faults is quiet.
 */
export function alertLines(
  outcome: AlertOutcome,
  warmupUs: number,
): [about: string, said: string][] {
  const { rule, cannotTell, faults } = outcome
  if (cannotTell !== null) return [['', `cannot tell: ${cannotTell}`]]
  const lines = faults.map((at): [string, string] => [at.fault, onFaultText(rule, at)])
  const wrong = wrongText(outcome, warmupUs)
  if (wrong !== null) lines.push(['', wrong])
  return lines.length === 0 ? [['', 'quiet: it never fired']] : lines
}
