import type { MetricUnit } from '../../harness/model/metric.ts'
import { measuredText } from '../../harness/text/value.ts'
import { html, type Markup } from '../markup.ts'
import { axisOf, channel } from './axes.ts'
import { draw, type Frame, type Layer, said } from './draw.ts'
import { verticalOf } from './sweep.ts'

const frame: Frame = { width: 272, height: 150, left: 62, right: 18, top: 10, bottom: 24 }
/** Marks one drawing may have: of more runs every n-th is drawn, and always those at both ends and those that failed. */
const MARKS = 160

/** One run's figure: both ends of what it can be. `high` is Infinity of what had not happened when the run ended. */
export type SpreadValue = { name: string; low: number; high: number; failed: boolean }

/** One figure over many runs of one plan. */
export type Spread = { title: string; unit: MetricUnit; values: readonly SpreadValue[] }

/**
 * How far a figure spreads: a mark for each run, from the smallest value at the left to the largest at the right, so that
 * the middle is the median. Runs that failed are in another colour and a square; what never happened is a triangle on top.
 */
export async function spreadChart({ title, unit, values }: Spread): Promise<Markup> {
  const ordered = [...values].sort((a, b) => a.high - b.high || a.low - b.low)
  const bounded = ordered.map(({ low, high }) => ({
    low,
    high: Number.isFinite(high) ? high : low,
  }))
  const y = verticalOf(bounded, unit)
  const most = y.scale.domain[1]
  const every = Math.ceil(ordered.length / MARKS)
  const last = Math.max(1, ordered.length - 1)
  const marks = ordered.flatMap(({ name, low, high, failed }, i) => {
    const drawn = failed || i % every === 0 || i === ordered.length - 1
    const say = `${name}: ${measuredText({ low, high }, unit)}${failed ? ', failed' : ''}`
    const top = Number.isFinite(high) ? high : most
    return drawn ? [{ x: i / last, low: top, end: low, failed, open: high === Infinity, say }] : []
  })
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, text: shareTexts[at] ?? '' }))
  const x = channel('x', { domain: [-0.03, 1.03] }, axisOf(ticks, { grid: false }))
  const some = (failed: boolean, open: boolean, mark: Record<string, unknown>): Layer => {
    const own = marks.filter((one) => one.failed === failed && one.open === open)
    const look = { type: 'point', filled: true, size: 18, opacity: 0.85, ...mark }
    return { data: { values: own }, mark: look, encoding: { x, y, ...said } }
  }
  const fail = { color: 'var(--fail)', size: 30 }
  const layers: Layer[] = [
    {
      data: { values: marks.filter(({ low, end }) => low !== end) },
      mark: { type: 'rule', color: 'var(--c1)', opacity: 0.3 },
      encoding: { x, y, y2: { field: 'end' } },
    },
    some(false, false, { color: 'var(--c1)' }),
    some(false, true, { color: 'var(--c1)', shape: 'triangle-up', size: 34 }),
    some(true, false, { ...fail, shape: 'square' }),
    some(true, true, { ...fail, shape: 'triangle-up', size: 34 }),
  ]
  const [first, end] = [ordered[0], ordered.at(-1)]
  const label = `${title} of ${ordered.length} runs, smallest to largest${first && end ? `: ${measuredText(first, unit)} to ${measuredText(end, unit)}` : ''}`
  return html`<div><h3>${title}</h3>${await draw(layers, frame, label)}</div>`
}

const shareTexts: Record<number, string> = { 0: 'least', 0.5: 'median', 1: 'most' }
