import { type MetricName, type MetricRow, metrics } from '../harness/model/metric.ts'
import { counted, countText } from '../harness/text/value.ts'
import { linesCommand } from './findings.ts'
import { html, type Markup } from './markup.ts'
import type { Report } from './report.ts'
import { intervalOf, placeOf, rowsOf, tailOf, worstOf } from './rows.ts'
import { scrollArea } from './scroll-area.ts'

const idOf = (metric: MetricName): string => `how-${metric}`

/** The name of a figure as a link to how it was measured. */
export const measuredHow = (metric: MetricName, name: string): Markup =>
  html`<a class="how" href="#${idOf(metric)}">${name}</a>`

/** Behind a sentence: a link to how its figure was measured. */
export const how = (metric: MetricName): Markup =>
  html`<a class="how" href="#${idOf(metric)}" aria-label="how ${metric} was measured">how</a>`

/** What a figure of this metric is, in words. */
const evidence: Record<(typeof metrics)[MetricName]['evidence'], string> = {
  values: 'percentiles',
  share: 'a share of operations',
  queries: 'a mean over queries',
  whole: 'one value',
}

/** How bad a row is: its tail, or the worse end of its interval. */
function badness(row: MetricRow): number {
  const tail = tailOf(row)
  if (tail) return tail.value
  const { low, high } = intervalOf(row) ?? { low: 0, high: 0 }
  return metrics[row.metric].better === 'high' ? -low : high
}

/** Where the record lines of a row are found: `metric=lag,link=us-east>eu-west,phase=baseline`. */
export function selectorOf({
  metric,
  region,
  link,
  phase,
  operation,
}: Pick<MetricRow, 'metric' | 'region' | 'link' | 'phase' | 'operation'>): string {
  const where = Object.entries({ region, link, phase, operation })
  const named = where.filter(([, value]) => value !== undefined)
  return [`metric=${metric}`, ...named.map(([key, value]) => `${key}=${value}`)].join(',')
}

/** Every metric: what it is, what its figures rest on, and the command that prints the record lines of its worst figure. */
export function methodSection({ analysis, run }: Report): Markup {
  const names = Object.keys(metrics) as MetricName[]
  const measured = names.filter((name) => rowsOf(analysis, name).length > 0)
  const others = names.filter((name) => !measured.includes(name))
  const row = (name: MetricName): Markup => {
    const rows = rowsOf(analysis, name)
    const worst = worstOf(rows, badness)
    const selector = selectorOf(worst ?? { metric: name })
    return html`<tr id="${idOf(name)}"><th scope="row"><code>${name}</code></th><td class="text">${metrics[name].about}</td><td class="text">${evidence[metrics[name].evidence]}</td><td class="n">${countText(rows.length)}</td><td class="text">${worst?.phase !== undefined && `${placeOf(worst)}, ${worst.phase}: `}<code>${linesCommand(run, selector)}</code></td></tr>\n`
  }
  return html`<p class="takeaway">${counted(measured.length, 'metric')} of ${names.length} were measured in this run. The record holds every operation; <code>faultline lines</code> prints those that a figure is made of, <code>region=</code>, <code>link=</code>, <code>phase=</code> and <code>operation=</code> choose which.</p>
${scrollArea(
  'How each metric is measured',
  html`<table><thead><tr><th scope="col">metric</th><th scope="col">what it is</th><th scope="col">its figures are</th><th scope="col" class="n">figures</th><th scope="col">record lines, of its worst figure for example</th></tr></thead><tbody>${measured.map(row)}</tbody></table>`,
)}
<details class="print-open"><summary>${counted(others.length, 'metric')} that this run has no figure of</summary><dl class="glossary">${others.map(
    (name) => html`<dt id="${idOf(name)}"><code>${name}</code></dt><dd>${metrics[name].about}</dd>`,
  )}</dl></details>`
}
