import type { MetricUnit } from '../../harness/model/metric.ts'
import type { PointResult, SweepResult } from '../../harness/model/sweep.ts'
import { valueText, writtenText } from '../../harness/text/value.ts'
import { html, type Markup } from '../markup.ts'
import { figureText } from '../sweep-table.ts'
import { axisOf, channel, linearTicks, logDomain, logTicks } from './axes.ts'
import { draw, type Frame, type Layer, said } from './draw.ts'
import { stroke } from './legend.ts'
import { regionPen } from './palette.ts'

const frame: Frame = { width: 300, height: 170, left: 62, right: 24, top: 10, bottom: 34 }

/** A value that only bounds are known of is drawn as a bar between them. */
type Mark = { x: number; low: number; high: number; series: string; say: string }

/**
 * A chart for every figure that any point has: across the first thing that was varied, a line for each combination of
 * the others. Points that were not measured have no mark.
 */
export async function sweepCharts(result: SweepResult): Promise<Markup> {
  const { points } = result
  const [first] = points
  if (!first) return html`<p class="missing">No point was run.</p>`
  const across = acrossOf(points)
  const series = [...new Set(points.map((point) => seriesOf(point, across.path)))]
  const charts: Markup[] = []
  for (const [i, { title, unit }] of first.figures.entries()) {
    const marks = points.flatMap((point) => markOf(point, i, across))
    if (marks.length > 0) charts.push(await chart(title, unit, marks, across, series))
  }
  const legend =
    series.length > 1 &&
    html`<p class="legend">${series.map(
      (name) => html`<span>${stroke(regionPen(series, name))} ${name}</span> `,
    )}</p>`
  return html`<figure>${legend}<div class="facets">${charts}</div>
<figcaption>Across: ${across.path}. One mark a point; a bar where only both ends are known.</figcaption></figure>`
}

type Across = { path: string; values: string[] }

/** What lies across: the path with most values, the first of equals. Values stand in the order they were written. */
function acrossOf(points: readonly PointResult[]): Across {
  const paths = Object.keys(points[0]?.at ?? {})
  const valuesOf = (path: string) => [...new Set(points.map(({ at }) => at[path] ?? ''))]
  const all = paths.map((path) => ({ path, values: valuesOf(path) }))
  return all.reduce((most, one) => (one.values.length > most.values.length ? one : most), {
    path: all[0]?.path ?? '',
    values: all[0]?.values ?? [],
  })
}

const seriesOf = ({ at }: PointResult, across: string): string =>
  Object.entries(at)
    .filter(([path]) => path !== across)
    .map(([path, value]) => `${path.split('.').at(-1)} ${value}`)
    .join(', ')

function markOf(point: PointResult, figure: number, across: Across): Mark[] {
  const shown = point.figures[figure]
  const low = shown?.low ?? shown?.high
  const high = shown?.high ?? shown?.low
  if (low === undefined || high === undefined) return []
  const x = across.values.indexOf(point.at[across.path] ?? '')
  return [{ x, low, high, series: seriesOf(point, across.path), say: sayOf(point, figure) }]
}

const sayOf = ({ at, figures }: PointResult, figure: number): string =>
  `${Object.values(at).join(', ')}: ${figures[figure] ? figureText(figures[figure]) : ''}`

async function chart(
  title: string,
  unit: MetricUnit,
  marks: readonly Mark[],
  { path, values }: Across,
  series: readonly string[],
): Promise<Markup> {
  const x = channel(
    'x',
    { domain: [-0.4, values.length - 0.6] },
    axisOf(
      values.map((text, at) => ({ at, text })),
      { grid: false },
    ),
  )
  const y = { ...verticalOf(marks, unit), field: 'low' }
  const layers: Layer[] = series.flatMap((name): Layer[] => {
    const own = marks.filter((mark) => mark.series === name)
    const { colour, dash } = regionPen(series, name)
    const data = { values: own }
    return [
      { data, mark: { type: 'line', color: colour, strokeDash: dash }, encoding: { x, y } },
      {
        data,
        mark: { type: 'rule', color: colour, strokeWidth: 2 },
        encoding: { x, y, y2: { field: 'high' } },
      },
      { data, mark: { type: 'point', filled: true, color: colour }, encoding: { x, y, ...said } },
    ]
  })
  const label = `${title} across ${path}: ${marks.map(({ x: at, low }) => `${values[at]} ${valueText(low, unit)}`).join(', ')}`
  return html`<div><h3>${title}</h3>${await draw(layers, frame, label)}</div>`
}

/** The vertical of marks by their `low`: times that differ tenfold are told apart on a log axis; all else begins at 0. */
export function verticalOf(marks: readonly Pick<Mark, 'low' | 'high'>[], unit: MetricUnit) {
  const ends = marks.flatMap(({ low, high }) => [low, high])
  const least = Math.min(...ends)
  const most = Math.max(...ends)
  if (unit === 'us' && least > 0 && most / least > 10) {
    const domain = logDomain(ends, 1)
    const ticks = logTicks(domain, 6).map((at) => ({ at, text: writtenText(at, unit) }))
    return channel('low', { type: 'log', domain }, axisOf(ticks))
  }
  const ratio = unit === 'ratio' && least > 0.5
  const low = ratio ? least - (1 - least) * 0.2 - 0.001 : 0
  const high = ratio ? 1 : most === 0 ? 1 : most * 1.08
  const ticks = linearTicks(low, high, 5)
    .filter((at) => unit !== 'count' || Number.isInteger(at))
    .map((at) => ({ at, text: writtenText(at, unit) }))
  return channel('low', { domain: [low, high] }, axisOf(ticks))
}
