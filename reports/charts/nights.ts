import { metrics } from '../../harness/model/metric.ts'
import type { GatedFigure } from '../../harness/model/nights.ts'
import { valueText } from '../../harness/text/value.ts'
import { html, type Markup } from '../markup.ts'
import { axisOf, channel } from './axes.ts'
import { draw, type Frame, type Layer, said } from './draw.ts'
import { verticalOf } from './sweep.ts'

const frame: Frame = { width: 300, height: 130, left: 62, right: 24, top: 10, bottom: 28 }
/** Dates that fit under a drawing. */
const DATES = 4

/**
 * One figure across its nights: each night's median, dashed the level it is held against, and of a change the level
 * since. A night that did not measure it has no mark, and no line crosses it.
 */
export async function nightsChart(figure: GatedFigure): Promise<Markup> {
  const { metric, nights, values, level, change, state } = figure
  const { unit } = metrics[metric]
  const marks = values.flatMap((value, x) =>
    value === null
      ? []
      : [{ x, low: value, high: value, say: `${nights[x]}: ${valueText(value, unit)}` }],
  )
  const levels = [level, change?.after].filter((one) => one !== undefined)
  if (marks.length === 0)
    return html`<div><h3>${named(figure)}</h3><p class="missing">No night measured it.</p></div>`
  const last = Math.max(1, nights.length - 1)
  const dates = datesOf(nights)
  const x = channel('x', { domain: [-0.5, last + 0.5] }, axisOf(dates, { grid: false }))
  const y = verticalOf([...marks, ...levels.map((one) => ({ low: one, high: one }))], unit)
  const colour =
    state === 'regressed' ? 'var(--fail)' : state === 'suspected' ? 'var(--unknown)' : 'var(--c1)'
  const rule = (low: number, from: number, to: number, dash: number[]): Layer => ({
    data: { values: [{ x: from, to, low }] },
    mark: { type: 'rule', color: 'currentColor', strokeDash: dash, strokeWidth: 1.2 },
    encoding: { x, x2: { field: 'to' }, y },
  })
  const line = values.map((value, at) => ({ x: at, low: value }))
  const layers: Layer[] = [
    { data: { values: line }, mark: { type: 'line', color: colour }, encoding: { x, y } },
    {
      data: { values: marks },
      mark: { type: 'point', filled: true, size: 16, color: colour },
      encoding: { x, y, ...said },
    },
    ...(level === undefined ? [] : [rule(level, -0.5, change ? change.since : last + 0.5, [5, 4])]),
    ...(change ? [rule(change.after, change.since, last + 0.5, [])] : []),
  ]
  const label = `${named(figure)} by night: ${marks.map(({ x: at, low }) => `${nights[at]} ${valueText(low, unit)}`).join(', ')}`
  return html`<div><h3>${named(figure)}</h3>${await draw(layers, frame, label)}</div>`
}

/** A figure and where; some are of the whole run. */
export const named = ({ what, where }: GatedFigure): string =>
  where === '' ? what : `${what}, ${where}`

/** A few dates, the first and the last of them always; the year stands on the page. */
function datesOf(nights: readonly string[]): { at: number; text: string }[] {
  const step = Math.max(1, Math.ceil((nights.length - 1) / (DATES - 1)))
  return nights.flatMap((night, at) =>
    at === nights.length - 1 || (at % step === 0 && nights.length - 1 - at >= step / 2)
      ? [{ at, text: night.slice(5) }]
      : [],
  )
}
