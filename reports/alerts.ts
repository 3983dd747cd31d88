import type { AlertOnFault, AlertOutcome } from '../harness/model/alert.ts'
import {
  alertLines,
  conditionText,
  onFaultText,
  seriesText,
  wrongText,
} from '../harness/text/alert.ts'
import { counted, durationText } from '../harness/text/value.ts'
import { drawAlerts } from './charts/alerts.ts'
import { table } from './charts/table.ts'
import { linkLabel } from './format.ts'
import { html, type Markup } from './markup.ts'
import type { Report } from './report.ts'

const head = ['alert', 'fault', 'series', 'what it did']

/** What alerting rules would have done, as a section of the report; none where the scenario has no rules. */
export async function alertSections({
  analysis,
  judgement,
}: Report): Promise<{ id: string; title: string; content: Markup }[]> {
  const { alerts } = analysis
  if (!alerts) return []
  const missed = (judgement.alerts ?? []).filter(({ verdict }) => verdict !== 'pass')
  const drawing = await drawAlerts(analysis, alerts)
  const content = html`<p class="takeaway">${alertsAnswer(alerts)}</p>
${missed.map(({ verdict, because }) => html`<p class="warning">${verdict === 'fail' ? 'Not as expected' : 'Cannot tell'}: ${because}</p>`)}
<figure class="alerts">${drawing}<figcaption>Outlined: pending, filled: firing. ${oftenText(alerts)} Had evaluation begun at another moment, what is said here could be up to that much earlier or later. A fault’s alerts are those that came before all was well again, or while their window still showed it; what fires outside of that fired wrongly.</figcaption></figure>
${table(head, alerts.flatMap(rowsOf))}
${rulesDetails(alerts)}`
  return [{ id: 'alerts', title: 'Alerts', content }]
}

/** One sentence of what the rules would have done in the run. */
export function alertsAnswer(alerts: readonly AlertOutcome[]): string {
  const evaluated = alerts.filter(({ cannotTell }) => cannotTell === null)
  const some = (which: (outcome: AlertOutcome) => boolean) => evaluated.filter(which).length
  const fired = some(({ faults }) => faults.some(({ firedAfterUs }) => firedAfterUs !== null))
  const slept = some(({ faults }) =>
    faults.some(({ firedAfterUs, heldUs }) => firedAfterUs === null && heldUs !== null),
  )
  const wrong = some(({ episodes }) => episodes.some((episode) => episode.wrong))
  const unknown = alerts.length - evaluated.length
  const parts = [
    `${fired} of ${counted(alerts.length, 'alert')} would have woken somebody for a fault`,
    ...(slept > 0 ? [`${slept} slept through one although the condition held`] : []),
    ...(wrong > 0 ? [`${wrong} fired wrongly`] : []),
    ...(unknown > 0 ? [`of ${unknown} nobody can tell`] : []),
  ]
  return `${parts.join('; ')}.`
}

function oftenText(alerts: readonly AlertOutcome[]): string {
  const often = [...new Set(alerts.map(({ rule }) => rule.everyUs))].sort((a, b) => a - b)
  return `Evaluated every ${often.map((us) => durationText(us)).join(' or ')}, on what was known by then.`
}

/** One row for each series that fired for a fault, or one that says why none did. */
function rowsOf(outcome: AlertOutcome): string[][] {
  const { rule, cannotTell, faults } = outcome
  const [[about, said] = ['', '']] = alertLines(outcome, 0)
  if (cannotTell !== null || faults.length === 0) return [[rule.alert, about, '', said]]
  const rows = faults.flatMap((at) => rowsOn(outcome, at))
  const wrong = wrongText(outcome, 0)
  return wrong === null ? rows : [...rows, [rule.alert, 'none', '', wrong]]
}

function rowsOn({ rule }: AlertOutcome, at: AlertOnFault): string[][] {
  if (at.series.length === 0) return [[rule.alert, at.fault, '', onFaultText(rule, at)]]
  return at.series.map((one) => [
    rule.alert,
    at.fault,
    linkLabel(seriesText(one.labels)),
    onFaultText(rule, { ...at, ...one }),
  ])
}

/** The rules as written, each with the labels and texts it carries. */
function rulesDetails(alerts: readonly AlertOutcome[]): Markup {
  const rows = alerts.map(({ rule, withData, evaluations }) => [
    rule.alert,
    durationText(rule.everyUs),
    `${withData} of ${evaluations}`,
    Object.entries({ ...rule.labels, ...rule.annotations })
      .map(([key, text]) => `${key}: ${text}`)
      .join('; '),
    `${conditionText(rule)}${rule.keepFiringForUs === 0 ? '' : `, kept firing for ${durationText(rule.keepFiringForUs)}`}`,
  ])
  const columns = ['alert', 'evaluated every', 'with data', 'labels and annotations', 'condition']
  return html`<details class="print-open"><summary>${counted(alerts.length, 'rule')} as written</summary>${table(columns, rows)}</details>`
}
