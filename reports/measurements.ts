import {
  type MetricName,
  type MetricRow,
  type MetricUnit,
  metrics,
} from '../harness/model/metric.ts'
import { counted, countText, measuredText, valueText } from '../harness/text/value.ts'
import { html, type Markup } from './markup.ts'
import { measuredHow } from './method.ts'
import type { Report } from './report.ts'
import { intervalOf, type Percentile, percentileOf, placeOf } from './rows.ts'
import { scrollArea } from './scroll-area.ts'

/** More rows than this would make the page heavy; summary.json has all of them. */
const ROWS = 1000

const columns: Percentile[] = ['p50', 'p90', 'p95', 'p99', 'p999']

/** Every measurement, one row each. */
export function measurements({ analysis }: Report): Markup {
  const all = analysis.metrics
  if (all.length === 0) return html`<p class="missing">Nothing was measured.</p>`
  const shown = all.slice(0, ROWS)
  const left = all.length - shown.length
  const names = [...new Set(shown.map(({ metric }) => metric))]
  return html`<details class="screen"><summary>${counted(all.length, 'measurement')}</summary>
${left > 0 && html`<p class="quiet">The first ${countText(ROWS)}; the other ${countText(left)} are in summary.json.</p>`}
${scrollArea(
  'All measurements',
  html`<table class="words-3 metrics"><thead><tr>${[
    'where',
    'phase',
    'of',
    'count',
    'value',
    'p50',
    'p90',
    'p95',
    'p99',
    'p99.9',
    'max',
    'bounds',
  ].map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
${names.map((name) => group(name, shown))}</table>`,
)}</details>
<p class="print-only">${counted(all.length, 'measurement')} in summary.json, beside this report.</p>`
}

function group(name: MetricName, rows: readonly MetricRow[]): Markup {
  const own = rows.filter(({ metric }) => metric === name)
  return html`<tbody><tr><th colspan="12" scope="rowgroup">${measuredHow(name, name)} <small>${metrics[name].about}</small></th></tr>
${own.map(row)}</tbody>`
}

function row(one: MetricRow): Markup {
  const { unit, phase = '', hop, cause, operation, count, censored } = one
  const of = [operation, hop, cause].filter((part) => part !== undefined).join(' · ')
  const cells = [
    countText(count),
    wholeText(one),
    ...columns.map((percentile) => tail(one, percentile, unit)),
    one.max === undefined ? '' : valueText(one.max, unit),
    censored === undefined ? '' : countText(censored),
  ]
  return html`<tr><td>${placeOf(one)}<td>${phase}<td>${of}${cells.map((text) => html`<td>${text}`)}\n`
}

function wholeText(one: MetricRow): string {
  const interval = intervalOf(one)
  if (!interval) return ''
  const text = measuredText(interval, one.unit)
  return one.value === undefined && one.mean !== undefined ? `mean ${text}` : text
}

function tail(one: MetricRow, percentile: Percentile, unit: MetricUnit): string {
  const figure = percentileOf(one, percentile)
  return figure ? `${figure.atLeast ? '≥ ' : ''}${valueText(figure.value, unit)}` : ''
}
