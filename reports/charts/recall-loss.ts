import type { Analysis } from '../../harness/model/finding.ts'
import { counted, percentText, writtenText } from '../../harness/text/value.ts'
import { causeRows, recallAnswer } from '../answers.ts'
import { phaseText } from '../format.ts'
import { html, type Markup } from '../markup.ts'
import { how } from '../method.ts'
import { intervalOf, phaseNames, rowsOf, worstOf } from '../rows.ts'
import { axisOf, type Channel, channel, linearTicks } from './axes.ts'
import { draw, type Layer, said } from './draw.ts'
import { patch } from './legend.ts'
import { causeColours } from './palette.ts'
import { dataDetails, table } from './table.ts'

const ROW_PX = 36
const BAR_PX = 12
const UNDECIDED = 'undetermined'

const room = { width: 306, left: 8, right: 12, top: 4, bottom: 22 }

type Part = { cause: string; from: number; to: number }
type Bar = { region: string; phase: string; parts: Part[]; total: number; undecided: number }

/** Recall loss by cause: for each region a stacked bar a phase. */
export async function recallLoss(analysis: Analysis): Promise<Markup> {
  const bars = barsOf(analysis)
  if (bars.length === 0)
    return html`<p class="missing">Not measured: no search was answered in time with anything to find.</p>`
  const highest = worstOf(bars, (bar) => bar.total + bar.undecided)
  const most = Math.max(0.001, (highest?.total ?? 0) + (highest?.undecided ?? 0))
  const plots: Markup[] = []
  for (const region of new Set(bars.map((bar) => bar.region))) {
    const own = bars.filter((bar) => bar.region === region)
    plots.push(html`<div><h3>${region}</h3>${await plot(region, own, most)}</div>`)
  }
  const causes = [...new Set(bars.flatMap(({ parts }) => parts.map(({ cause }) => cause)))]
  const legend = [...causes]
    .sort(byOrder)
    .map(
      (cause) =>
        html`<span>${cause === UNDECIDED ? patch('var(--quiet)', 'open') : patch(colourOf(cause))} ${cause}</span> `,
    )
  return html`<figure><p class="takeaway">${lossAnswer(analysis, bars)} ${how('recall-loss')}</p><p class="legend">${legend}</p>
<div class="facets">${plots}</div>${lossTable(bars, [...causes].sort(byOrder))}<figcaption>Share of the k places of exact search that the
answer missed, each with exactly one cause; open: places of writes whose outcome nobody knew at that moment.</figcaption></figure>`
}

const ranked = Object.keys(causeColours)
const rank = (cause: string): number =>
  cause === UNDECIDED
    ? ranked.length + 1
    : ranked.includes(cause)
      ? ranked.indexOf(cause)
      : ranked.length
const byOrder = (a: string, b: string): number => rank(a) - rank(b) || (a < b ? -1 : 1)
const colourOf = (cause: string): string => causeColours[cause] ?? 'var(--k7)'

function barsOf(analysis: Analysis): Bar[] {
  const rows = causeRows(analysis)
  return analysis.plan.regions.flatMap((region) =>
    phaseNames(analysis).flatMap((phase) => {
      const own = rows.filter((row) => row.region === region && row.phase === phase)
      const recall = rowsOf(analysis, 'recall').find(
        (row) => row.region === region && row.phase === phase,
      )
      const interval = recall && intervalOf(recall)
      if (own.length === 0 && !interval) return []
      const parts: Part[] = []
      let from = 0
      for (const { cause = '', value = 0 } of [...own].sort((a, b) =>
        byOrder(a.cause ?? '', b.cause ?? ''),
      )) {
        if (value > 0) parts.push({ cause, from, to: from + value })
        from += value
      }
      const undecided = interval ? Math.max(0, interval.high - interval.low) : 0
      if (undecided > 0) parts.push({ cause: UNDECIDED, from, to: from + undecided })
      return [{ region, phase, parts, total: from, undecided }]
    }),
  )
}

/** Each row: its phase and its total above, its bar below, so that long names need no margin. */
function plot(region: string, bars: readonly Bar[], most: number): Promise<Markup> {
  const height = bars.length * ROW_PX
  const ticks = linearTicks(0, most, 4).map((at) => ({
    at,
    text: `${writtenText(at * 100, 'count')} %`,
  }))
  const axes: Axes = {
    x: (field) => channel(field, { domain: [0, most * 1.02] }, axisOf(ticks)),
    y: (field) => channel(field, { domain: [height, 0] }, null),
  }
  const label = `Recall loss by cause and phase, ${region}`
  return draw([...textLayers(bars, axes), ...partLayers(bars, axes)], { ...room, height }, label)
}

type Axes = { x: (field: string) => Channel; y: (field: string) => Channel }

/** The first one carries the axis, also where no bar has a part. */
function textLayers(bars: readonly Bar[], { x, y }: Axes): Layer[] {
  const values = bars.map((bar, i) => ({
    y: i * ROW_PX + 11,
    text: bar.phase,
    total: totalText(bar),
    from: 0,
  }))
  const text = (field: string, px: number, mark: Record<string, unknown>): Layer => ({
    data: { values },
    mark: { type: 'text', ...mark },
    encoding: { x: { value: px }, y: y('y'), text: { field } },
  })
  return [
    {
      data: { values },
      mark: { type: 'point', opacity: 0 },
      encoding: { x: x('from'), y: y('y') },
    },
    text('text', 1, { align: 'left' }),
    text('total', room.width, { align: 'right', color: 'var(--quiet)' }),
  ]
}

function partLayers(bars: readonly Bar[], { x, y }: Axes): Layer[] {
  const parts = bars.flatMap((bar, i) => {
    const top = i * ROW_PX + 19
    return bar.parts.map((part) => {
      const say = `${bar.phase}, ${part.cause}: ${percentText(part.to - part.from)}`
      return { ...part, y: top, y2: top + BAR_PX, say }
    })
  })
  const causes = [...new Set(parts.map(({ cause }) => cause))].sort(byOrder)
  return causes.map((cause) => ({
    data: { values: parts.filter((part) => part.cause === cause) },
    mark:
      cause === UNDECIDED
        ? { type: 'rect', fill: 'transparent', stroke: 'var(--quiet)', strokeWidth: 1 }
        : { type: 'rect', fill: colourOf(cause), stroke: 'var(--paper)', strokeWidth: 0.5 },
    encoding: { x: x('from'), x2: { field: 'to' }, y: y('y'), y2: { field: 'y2' }, ...said },
  }))
}

function totalText({ total, undecided }: Bar): string {
  if (undecided < 0.00005) return percentText(total)
  return `${percentText(total)} + ${percentText(undecided)} open`
}

function lossAnswer(analysis: Analysis, bars: readonly Bar[]): string {
  const worst = worstOf(bars, ({ total }) => total)
  if (!worst || worst.total === 0) return `Nothing was lost for certain. ${recallAnswer(analysis)}`
  const cause = worstOf(
    worst.parts.filter((part) => part.cause !== UNDECIDED),
    ({ from, to }) => to - from,
  )
  const what = cause
    ? `, ${percentText((cause.to - cause.from) / worst.total)} of it to ${cause.cause}`
    : ''
  return `Most was lost in ${worst.region} ${phaseText(worst.phase)}: ${percentText(worst.total)} of the places${what}.`
}

function lossTable(bars: readonly Bar[], causes: readonly string[]): Markup {
  const rows = bars.map((bar) => [
    bar.region,
    bar.phase,
    ...causes.map((cause) => {
      const part = bar.parts.find((one) => one.cause === cause)
      return part ? percentText(part.to - part.from) : ''
    }),
  ])
  return dataDetails(
    `Data, ${counted(rows.length, 'row')}`,
    table(['region', 'phase', ...causes], rows, 2),
  )
}
