import type { Analysis, Series } from '../../harness/model/finding.ts'
import { SECOND } from '../../harness/model/units.ts'
import { counted, countText, durationText, momentText } from '../../harness/text/value.ts'
import { catchUpAnswer } from '../answers.ts'
import { html, type Markup } from '../markup.ts'
import { how } from '../method.ts'
import { axisOf, channel, linearTicks, timeTicks } from './axes.ts'
import { draw, type Frame, said } from './draw.ts'
import { thinned } from './lines.ts'
import { dataDetails, table } from './table.ts'

const FACETS = 9
const POINTS = 400

const frame: Frame = { width: 272, height: 150, left: 50, right: 18, top: 8, bottom: 24 }

/** What was still open after the end of each fault: a small plot for each. */
export async function catchUp(analysis: Analysis): Promise<Markup> {
  const curves = analysis.series.filter(
    ({ chart, points }) => chart === 'catch-up' && points.length > 0,
  )
  if (curves.length === 0) return html`<p class="missing">${catchUpAnswer(analysis)}</p>`
  const plots: Markup[] = []
  for (const curve of curves.slice(0, FACETS)) plots.push(await plot(curve))
  const more =
    curves.length > FACETS && ` ${counted(curves.length - FACETS, 'more fault')} in the table.`
  return html`<figure><p class="takeaway">${catchUpAnswer(analysis)} ${how('catch-up')}${more}</p><div class="facets">${plots}</div>${curves.map(
    curveTable,
  )}<figcaption>Down: pairs of an acknowledged write and a region that still lacks it. Across: time since the fault was
taken away. The curve is at 0 when every write acknowledged before that moment is applied or superseded everywhere.</figcaption></figure>`
}

/** Points since the heal, which is where the series begins. */
const sinceStart = ({ points }: Series): [number, number][] => {
  const startUs = points[0]?.[0] ?? 0
  return points.map(([us, open]) => [us - startUs, open])
}

async function plot(curve: Series): Promise<Markup> {
  const points = sinceStart(curve)
  const endUs = Math.max(SECOND / 10, points.at(-1)?.[0] ?? 0)
  const most = points.reduce((top, [, open]) => Math.max(top, open), 0)
  const top = Math.max(1, most)
  const counts = linearTicks(0, top, 4)
    .filter(Number.isInteger)
    .map((at) => ({ at, text: countText(at) }))
  const x = channel(
    't',
    { domain: [0, endUs / SECOND] },
    axisOf(timeTicks({ startUs: 0, endUs }, 5)),
  )
  const y = channel('v', { domain: [0, top * 1.05] }, axisOf(counts))
  const values = thinned(points, POINTS).map(([us, open]) => ({ t: us / SECOND, v: open }))
  const marks = thinned(points, 30).map(([us, open]) => ({
    ...{ t: us / SECOND, v: open },
    say: `${sinceText(us)} after the end: ${countText(open)} still open`,
  }))
  const layers = [
    {
      data: { values },
      mark: { type: 'area', color: 'var(--hot)', opacity: 0.16, interpolate: 'step-after' },
      encoding: { x, y },
    },
    {
      data: { values },
      mark: { type: 'line', color: 'var(--hot)', strokeWidth: 2, interpolate: 'step-after' },
      encoding: { x, y },
    },
    {
      data: { values: marks },
      mark: { type: 'point', color: 'var(--hot)', opacity: 0 },
      encoding: { x, y, ...said },
    },
  ]
  const label = `Writes still open after ${curve.key}, over time since its end`
  return html`<div><h3>after ${curve.key}</h3>${await draw(layers, frame, label)}</div>`
}

/** In seconds as the axis, however many they are. */
const sinceText = (us: number): string => (us < 100 * SECOND ? durationText(us) : momentText(us))

function curveTable(curve: Series): Markup {
  const points = thinned(sinceStart(curve), 60)
  const rows = points.map(([us, open]) => [sinceText(us), countText(open)])
  return dataDetails(
    `Data after ${curve.key}, ${counted(rows.length, 'row')}`,
    table(['since the end', 'still open'], rows, 1),
  )
}
