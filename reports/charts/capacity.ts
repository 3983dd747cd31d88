import { type CapacityResult, levelsOf } from '../../harness/model/capacity.ts'
import type { MetricName, MetricUnit } from '../../harness/model/metric.ts'
import { limitSubject, valueText, writtenText } from '../../harness/text/value.ts'
import { levelFigure } from '../capacity-table.ts'
import { html, type Markup } from '../markup.ts'
import { figureText } from '../sweep-table.ts'
import { axisOf, channel, linearTicks } from './axes.ts'
import { draw, type Frame, type Layer, said } from './draw.ts'
import { patch } from './legend.ts'
import { verticalOf } from './sweep.ts'

const wide: Frame = { width: 980, height: 250, left: 70, right: 30, top: 18, bottom: 30 }
const small: Frame = { width: 330, height: 180, left: 66, right: 22, top: 18, bottom: 30 }

/** Rates far beyond the bracket are in the table: they would squeeze the part that matters into a corner. */
const BEYOND = 1.5

/** What is drawn against the rate: figures of trials by their place, and the limits they are held against. */
const curves: { index: number; title: string; metric: MetricName; q: number | null }[] = [
  { index: 0, title: 'Search p99', metric: 'search.response', q: 0.99 },
  { index: 1, title: 'Recall', metric: 'recall', q: null },
  { index: 2, title: 'Lag p90', metric: 'lag', q: 0.9 },
]

type Verdict = 'pass' | 'fail' | 'other'
type Mark = { x: number; low: number; high: number; verdict: Verdict; say: string }

/** Search p99, recall and lag against the rate, with the bracket, the scenario's own rate and the limits drawn in. */
export async function capacityCharts(result: CapacityResult): Promise<Markup> {
  const drawn: Markup[] = []
  for (const curve of curves) {
    const marks = marksOf(result, curve.index)
    if (marks.length === 0) continue
    drawn.push(await chart(result, curve, marks, drawn.length === 0))
  }
  if (drawn.length === 0) return html`<p class="missing">No rate was tried to its end.</p>`
  const [first, ...others] = drawn
  return html`<figure><p class="legend"><span>${patch('var(--pass)')} all limits hold</span> <span>${patch('var(--fail)')} a limit breaks</span> <span>${patch('var(--unknown)')} neither is shown</span> <span>${patch('var(--band-edge)')} bracket</span></p>
${first}<div class="facets">${others}</div>
<figcaption>Across: operations per second of all regions, as planned. Each mark is the worst region or link at one rate; a bar spans
several seeds, or what the value can be. Dashed: the scenario's own rate. Dotted: a limit.</figcaption></figure>`
}

function marksOf({ trials, own, outcome }: CapacityResult, index: number): Mark[] {
  const far = outcome.kind === 'bracketed' ? Math.max(1, outcome.fails) * BEYOND : Infinity
  return levelsOf(trials)
    .filter(({ factor }) => factor <= far)
    .flatMap(({ factor, trials: level }) => {
      const figure = levelFigure(level, index)
      const low = figure?.low
      if (!figure || low === undefined) return []
      const failed = level.some(({ verdict }) => verdict === 'fail')
      const passed = level.every(({ verdict }) => verdict === 'pass')
      const verdict = failed ? ('fail' as const) : passed ? ('pass' as const) : ('other' as const)
      const x = own.perSec * factor
      const say = `${valueText(x, 'per-second')}: ${figureText(figure)}, ${words[verdict]}`
      return [{ x, low, high: figure.high ?? low, verdict, say }]
    })
}

async function chart(
  result: CapacityResult,
  { title, index, metric, q }: (typeof curves)[number],
  marks: readonly Mark[],
  isFirst: boolean,
): Promise<Markup> {
  const unit = result.trials.flatMap(({ figures }) => figures[index] ?? [])[0]?.unit ?? 'count'
  const bounds = result.limits.filter(
    ({ metric: of, stat, hop }) =>
      of === metric && hop === undefined && (stat.kind === 'quantile' ? stat.q : null) === q,
  )
  const values = [...new Set(bounds.map(({ value }) => value))]
  const held = bounds.map((bound) => `${limitSubject(bound)} ${writtenText(bound.value, unit)}`)
  const label = `${title} against operations per second: ${marks
    .map(({ x, low }) => `${valueText(x, 'per-second')} ${valueText(low, unit)}`)
    .join(', ')}${held.length > 0 ? `; limits: ${held.join(', ')}` : ''}`
  const layers = (frame: Frame) => layersOf(result, marks, values, unit, frame)
  if (!isFirst) return html`<div><h3>${title}</h3>${await draw(layers(small), small, label)}</div>`
  return html`<div><h3>${title}</h3><div class="wide">${await draw(layers(wide), wide, label)}</div><div class="narrow">${await draw(layers(small), small, label)}</div></div>`
}

const words: Record<Verdict, string> = {
  pass: 'all limits hold',
  fail: 'a limit breaks',
  other: 'neither is shown',
}
const colours: Record<Verdict, string> = {
  pass: 'var(--pass)',
  fail: 'var(--fail)',
  other: 'var(--unknown)',
}
/** A shape of its own for each, so that colour is never needed to tell them apart. */
const shapes: Record<Verdict, string> = { pass: 'circle', fail: 'cross', other: 'square' }

function layersOf(
  { own, outcome }: CapacityResult,
  marks: readonly Mark[],
  bounds: readonly number[],
  unit: MetricUnit,
  { width }: Frame,
): Layer[] {
  const most = Math.max(own.perSec, ...marks.map(({ x }) => x)) * 1.04
  const ticks = linearTicks(0, most, width > 500 ? 8 : 4)
  const x = channel(
    'x',
    { domain: [0, most] },
    axisOf(ticks.map((at) => ({ at, text: writtenText(at, 'per-second') }))),
  )
  const ends = [...marks, ...bounds.map((value) => ({ low: value, high: value }))]
  const y = { ...verticalOf(ends, unit), field: 'low' }
  const rule = (values: object[], mark: object, encoding: object): Layer => ({
    ...{ data: { values }, mark: { type: 'rule', ...mark }, encoding },
  })
  const band: Layer[] =
    outcome.kind === 'bracketed'
      ? [
          {
            data: { values: [{ x: own.perSec * outcome.keeps, x2: own.perSec * outcome.fails }] },
            mark: { type: 'rect', color: 'var(--band)', stroke: 'var(--band-edge)' },
            encoding: { x, x2: { field: 'x2' } },
          },
        ]
      : []
  const of = (verdict: Verdict) => marks.filter((mark) => mark.verdict === verdict)
  return [
    { data: { values: marks }, mark: { type: 'line', color: 'var(--quiet)' }, encoding: { x, y } },
    ...band,
    rule([{ x: own.perSec }], { color: 'currentColor', strokeDash: [5, 4] }, { x }),
    rule(
      bounds.map((low) => ({ low })),
      { color: 'var(--fail)', strokeDash: [2, 3], strokeWidth: 1.5 },
      { y },
    ),
    ...(['pass', 'fail', 'other'] as const).flatMap((verdict): Layer[] => [
      rule(
        of(verdict),
        { color: colours[verdict], strokeWidth: 2 },
        { x, y, y2: { field: 'high' } },
      ),
      {
        data: { values: of(verdict) },
        mark: {
          type: 'point',
          filled: true,
          size: 60,
          color: colours[verdict],
          shape: shapes[verdict],
        },
        encoding: { x, y, ...said },
      },
    ]),
  ]
}
