import type { Analysis, Series } from '../../harness/model/finding.ts'
import type { MetricName } from '../../harness/model/metric.ts'
import { MS, SECOND, type Us } from '../../harness/model/units.ts'
import {
  counted,
  countText,
  durationText,
  percentText,
  ratioText,
  writtenText,
} from '../../harness/text/value.ts'
import { divergenceAnswer, lagAnswer, latencyAnswer, recallAnswer } from '../answers.ts'
import { linkLabel } from '../format.ts'
import { html, type Markup } from '../markup.ts'
import { how } from '../method.ts'
import { intervalOf } from '../rows.ts'
import type { TimeSpan } from './axes.ts'
import { heatMaps } from './heat-map.ts'
import { legendOf, stroke } from './legend.ts'
import { type Line, linesOf, worstKeys } from './lines.ts'
import { linkPen, type Pen, pairPen, regionPen } from './palette.ts'
import { drawPanel, frames, type Panel, spanOf, timeAxis } from './panel.ts'
import { drawStrip } from './strip.ts'
import { linesTable } from './table.ts'

/** More keys than this in one panel are no longer told apart. */
const KEYS = 12

/** More keys than this have a small panel each: nobody tells so many lines apart. */
const TOGETHER = 4

type PanelPlan = {
  chart: Series['chart']
  metric: MetricName
  title: string
  unit: string
  missing: string
  answer: (analysis: Analysis) => string
  scaleOf: (lines: readonly Line[]) => Panel['scale']
  text: (value: number) => string
  mark?: (analysis: Analysis, lines: readonly Line[]) => Panel['mark']
}

const milliseconds = { kind: 'log', least: MS / 10 } as const

const plans: PanelPlan[] = [
  {
    chart: 'rates',
    metric: 'throughput',
    title: 'Offered and achieved',
    unit: 'operations per second',
    missing: 'no operation was scheduled',
    answer: ratesAnswer,
    scaleOf: fromZero,
    text: (value) => `${countText(value)}/s`,
  },
  {
    chart: 'latency',
    metric: 'search.response',
    title: 'Search response',
    unit: 'from the intended start, log scale',
    missing: 'no search was recorded',
    answer: latencyAnswer,
    scaleOf: () => milliseconds,
    text: shortDuration,
    mark: responseLimit,
  },
  {
    chart: 'recall',
    metric: 'recall',
    title: 'Recall',
    unit: 'mean against exact search; the band is what undecided writes leave open',
    missing: 'no search was answered in time with anything to find',
    answer: recallAnswer,
    scaleOf: upToOne,
    text: (value) => ratioText(value, 2),
  },
  {
    chart: 'lag',
    metric: 'lag',
    title: 'Lag by link',
    unit: 'acknowledged to searchable, by time of the acknowledgement, log scale',
    missing: 'no acknowledged write had another region to go to',
    answer: lagAnswer,
    scaleOf: () => milliseconds,
    text: shortDuration,
  },
  {
    chart: 'divergence',
    metric: 'answer-difference',
    title: 'Difference of answers',
    unit: '1 − Jaccard of the same query asked in two regions at one instant',
    missing: 'there were no paired probes',
    answer: divergenceAnswer,
    scaleOf: fromZero,
    text: (value) => ratioText(value, 2),
  },
  {
    chart: 'dispatch',
    metric: 'search.dispatch-delay',
    title: 'Dispatch delay',
    unit: 'our own: from intended start to dispatch, log scale',
    missing: 'no operation was dispatched',
    answer: () => '',
    scaleOf: () => ({ kind: 'log', least: 1 }),
    text: shortDuration,
  },
]

/** All panels of the run, one under the other on one time axis. */
export async function timeline(analysis: Analysis): Promise<Markup> {
  const span = spanOf(analysis)
  const shown = plans
    .map((plan) => ({ plan, lines: linesFor(plan, analysis) }))
    .filter(({ plan, lines }) => plan.chart !== 'dispatch' || lines.length > 0)
  const last = shown.findLast(({ plan, lines }) => lines.length > 0 && !isFlat(plan, lines))
  const strips = await both(async (width) =>
    drawStrip(analysis, { ...frames[width], top: 20, bottom: 4 }, timeAxis(span, width, 'top')),
  )
  const panels: Markup[] = []
  for (const one of shown) {
    panels.push(await panelOf(one.plan, one.lines, analysis, { span, last: one === last }))
    if (one.plan.chart === 'latency') panels.push(html`${await heatMaps(analysis, span)}`)
  }
  return html`<figure class="timeline">${tools(analysis, span)}${strips}${panels}<figcaption>Time counts from the end of warm-up, as in the scenario.
Shaded: warm-up and settle. Bands: faults, empty if no canary saw them; heavy ticks on a
fault’s bar: when canaries saw it begin and end. Nothing is drawn where nothing was measured.</figcaption></figure>`
}

/** Faults that have a button of their own. */
const BUTTONS = 8

/** What the script of the page works with; without it there is nothing to press. */
function tools({ faults }: Analysis, { startUs, endUs }: TimeSpan): Markup {
  const button = (name: string, fromUs: Us, toUs: Us): Markup =>
    html` <button type="button" data-from="${fromUs / SECOND}" data-to="${toUs / SECOND}">${name}</button>`
  // With enough of what was before and after to compare with.
  const around = faults.slice(0, BUTTONS).map(({ name, fromUs, toUs }) => {
    const room = Math.max(5 * SECOND, (toUs - fromUs) / 3)
    return button(name, Math.max(startUs, fromUs - room), Math.min(endUs, toUs + room))
  })
  return html`<div class="tools" hidden data-from="${startUs / SECOND}" data-to="${endUs / SECOND}"><p>Show${button('whole run', startUs, endUs)}${around} <span role="status"></span></p>
<p class="quiet">Drag across a chart to zoom; drag the marked part of the strip below to move. Keys on a chart: ← → read values, + − zoom, Shift with ← → moves, Esc shows the whole run.</p></div>`
}

/** Goodput counts searches only: beside all operations it would look like a shortfall. */
const linesFor = ({ chart }: PanelPlan, analysis: Analysis): Line[] =>
  linesOf(
    analysis.series.filter((one) => one.chart === chart && one.line !== 'goodput'),
    analysis.plan.regions,
    penFor(chart, analysis),
  )

/** Nothing but zeros has no place on a log axis. */
const isFlat = (plan: PanelPlan, lines: readonly Line[]): boolean =>
  plan.scaleOf(lines).kind === 'log' && valuesOf(lines).every((value) => value === 0)

/** A drawing for wide and one for narrow pages; the style sheet shows one of them. */
async function both(drawing: (width: 'wide' | 'narrow') => Promise<Markup>): Promise<Markup> {
  return html`<div class="wide">${await drawing('wide')}</div><div class="narrow">${await drawing('narrow')}</div>`
}

async function panelOf(
  plan: PanelPlan,
  all: readonly Line[],
  analysis: Analysis,
  place: { span: TimeSpan; last: boolean },
): Promise<Markup> {
  const head = html`<h3>${plan.title} <small>${plan.unit}</small></h3>`
  if (all.length === 0)
    return html`<div class="panel">${head}<p class="missing">Not measured: ${plan.missing}.</p></div>`
  if (isFlat(plan, all))
    return html`<div class="panel">${head}<p class="takeaway">${plan.text(0)} in every bucket.</p></div>`
  const lines = worstKeys(all, KEYS, plan.chart === 'recall' ? 'low' : 'high')
  const panel: Panel = {
    title: plan.title,
    lines,
    scale: plan.scaleOf(lines),
    text: plan.text,
    mark: plan.mark?.(analysis, lines),
  }
  const drawings =
    keysOf(lines) > TOGETHER
      ? await apart(panel, analysis, place.span)
      : await both((width) => drawPanel(panel, analysis, { ...place, width }))
  const left = keysOf(all) - keysOf(lines)
  const more =
    left > 0 &&
    html` <span class="quiet">${countText(left)} more did better and are in the table of measurements.</span>`
  return html`<div class="panel">${head}<p class="takeaway">${plan.answer(analysis)} ${how(plan.metric)}${more}${edgeNote(panel)}</p>${legendOf(lines, keysOf(lines) > TOGETHER ? null : linkLabel)}${drawings}${linesTable(lines, exactText(plan))}</div>`
}

/** A small panel for each key, all on one scale. */
async function apart(panel: Panel, analysis: Analysis, span: TimeSpan): Promise<Markup> {
  const drawn: Markup[] = []
  for (const key of new Set(panel.lines.map((line) => line.key))) {
    const lines = panel.lines.filter((line) => line.key === key)
    const name = linkLabel(key)
    const own = { ...panel, title: `${panel.title}, ${name}`, lines, among: panel.lines, key: name }
    const drawing = await drawPanel(own, analysis, { width: 'small', span, last: true })
    drawn.push(html`<div><h4>${lines[0] && stroke(lines[0].pen)} ${name}</h4>${drawing}</div>`)
  }
  return html`<div class="facets">${drawn}</div>`
}

/** What a log axis has no place for stands on its lower edge: said, never hidden. */
function edgeNote({ scale, lines, text }: Panel): Markup | false {
  if (scale.kind !== 'log') return false
  const below = valuesOf(lines).filter((value) => value < scale.least).length
  return (
    below > 0 &&
    html` <span class="quiet">${counted(below, 'value')} below ${text(scale.least)} on the lower edge.</span>`
  )
}

const keysOf = (lines: readonly Line[]): number => new Set(lines.map(({ key }) => key)).size

/** Axes show round values; tables show what was measured. */
const exactText = ({ chart, text }: PanelPlan): ((value: number) => string) => {
  if (chart === 'recall' || chart === 'divergence') return (value) => ratioText(value, 3)
  return chart === 'rates' ? text : durationText
}

function penFor(chart: Series['chart'], { plan, series }: Analysis): (key: string) => Pen {
  if (chart === 'lag') return (key) => linkPen(plan.regions, key)
  if (chart !== 'divergence') return (key) => regionPen(plan.regions, key)
  const pairs = [...new Set(series.filter((one) => one.chart === chart).map(({ key }) => key))]
  return (key) => pairPen(pairs.indexOf(key))
}

const valuesOf = (lines: readonly Line[]): number[] =>
  lines.flatMap(({ points }) => points.map(([, value]) => value))

function fromZero(lines: readonly Line[]): Panel['scale'] {
  const top = valuesOf(lines).reduce((most, value) => Math.max(most, value), 0)
  return { kind: 'linear', low: 0, high: top > 0 ? top * 1.08 : 1 }
}

function upToOne(lines: readonly Line[]): Panel['scale'] {
  const bottom = valuesOf(lines).reduce((least, value) => Math.min(least, value), 1)
  return { kind: 'linear', low: Math.max(0, Math.min(0.9, Math.floor(bottom * 10) / 10)), high: 1 }
}

/** Powers of ten of a µs axis: `1 ms`, `10 s`. */
function shortDuration(us: number): string {
  return writtenText(us, 'us')
}

/** The limit on search response for all regions and phases, if there is one near enough to be seen. */
function responseLimit({ plan }: Analysis, lines: readonly Line[]): Panel['mark'] {
  const most = valuesOf(lines).reduce((top, value) => Math.max(top, value), 0)
  const limit = plan.limits.find(
    ({ metric, region, phase, bound }) =>
      metric === 'search.response' && region === null && phase === null && bound === 'at-most',
  )
  if (!limit || limit.value > most * 10) return undefined
  return { value: limit.value, text: `limit ${writtenText(limit.value, 'us')}` }
}

const countedOnce = ['search', 'fetch', 'write']

/** Whether what was offered was also achieved: from the measurements, as the lines leave partial buckets out. */
function ratesAnswer({ metrics }: Analysis): string {
  const totals = { scheduled: 0, low: 0, high: 0 }
  for (const row of metrics) {
    const { metric, operation = '', count } = row
    const share = intervalOf(row)
    if (metric !== 'availability' || !share || !countedOnce.includes(operation)) continue
    totals.scheduled += count
    totals.low += count * share.low
    totals.high += count * share.high
  }
  const { scheduled, low, high } = totals
  if (scheduled === 0) return ''
  // What was still open when the run was broken off may have gone either way.
  const share = [...new Set([low, high].map((one) => percentText(one / scheduled)))].join(' to ')
  return `${share} of the scheduled operations were answered in time, all regions together.`
}
