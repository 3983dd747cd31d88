import type { TimeSpan } from '../../reports/charts/axes.ts'
import { legendOf } from '../../reports/charts/legend.ts'
import type { Line } from '../../reports/charts/lines.ts'
import { drawPanel, type Panel } from '../../reports/charts/panel.ts'
import { linkLabel } from '../../reports/format.ts'
import { html, type Markup } from '../../reports/markup.ts'
import { sinceWarmup } from '../../reports/since-warmup.ts'
import type { Analysis, Series } from '../model/finding.ts'
import { MS, type Us } from '../model/units.ts'
import { ratioText, writtenText } from '../text/value.ts'

/** One metric over time: which line of which series, and on what scale. */
type Overlay = {
  chart: Series['chart']
  title: string
  lines: string[]
  text: (value: number) => string
  scaleOf: (values: readonly number[]) => Panel['scale']
}

const milliseconds: Overlay['scaleOf'] = () => ({ kind: 'log', least: MS / 10 })
const duration = (us: Us): string => writtenText(us, 'us')

const overlays: Overlay[] = [
  {
    ...{ chart: 'latency', title: 'Search response, p50', lines: ['p50'] },
    ...{ text: duration, scaleOf: milliseconds },
  },
  {
    ...{ chart: 'lag', title: 'Lag, acknowledged to searchable, p50', lines: ['p50'] },
    ...{ text: duration, scaleOf: milliseconds },
  },
  {
    ...{ chart: 'recall', title: 'Recall, lower bound', lines: ['low'] },
    text: (value) => ratioText(value, 2),
    scaleOf: (values) => ({
      kind: 'linear',
      low: Math.max(
        0,
        Math.floor(values.reduce((least, one) => Math.min(least, one), 0.9) * 10) / 10,
      ),
      high: 1,
    }),
  },
]

/** A run in an overlay, and what it is called there. */
export type Overlaid = { name: string; analysis: Analysis }

const FIRST = { colour: 'var(--c1)', dash: [] }
const SECOND_PEN = { colour: 'var(--c2)', dash: [5, 3] }

/** For each main metric one panel a region or link, both runs in it; bands are the faults of the first. */
export async function overlayFigure(one: Overlaid, two: Overlaid): Promise<Markup> {
  const first = { ...one, analysis: sinceWarmup(one.analysis), pen: FIRST }
  const second = { ...two, analysis: sinceWarmup(two.analysis), pen: SECOND_PEN }
  const startUs = -first.analysis.plan.timeline.warmupUs
  const ends = [first, second].map(({ analysis }) => analysis.ended.atUs)
  const span = { startUs, endUs: Math.max(...ends, startUs + 1) }
  const parts: Markup[] = []
  for (const overlay of overlays) parts.push(await overlaid(overlay, [first, second], span))
  const legend = legendOf(
    [first, second].map(({ name, pen }) => lineOf(name, pen, [])),
    (key) => key,
  )
  return html`<figure class="timeline">${legend}${parts}<figcaption>Time counts from the end of warm-up. Bands: faults as they went in
${one.name}. Values below an axis stand on its lower edge; nothing is drawn where nothing was measured.</figcaption></figure>`
}

type Drawn = Overlaid & { pen: Line['pen'] }

async function overlaid(
  overlay: Overlay,
  runs: readonly [Drawn, Drawn],
  span: TimeSpan,
): Promise<Markup> {
  const [{ analysis: first }] = runs
  const keys = new Set(seriesFor(overlay, first).map(({ key }) => key))
  const panels: Markup[] = []
  for (const key of [...keys]) {
    const lines = runs.flatMap(({ name, analysis, pen }) =>
      seriesFor(overlay, analysis)
        .filter((one) => one.key === key)
        .map(({ points }) => lineOf(name, pen, points)),
    )
    const values = lines.flatMap(({ points }) => points.map(([, value]) => value))
    const panel = {
      ...{ title: `${overlay.title}, ${key}`, lines, text: overlay.text },
      scale: overlay.scaleOf(values),
    }
    const place = { width: 'wide' as const, span, last: true }
    panels.push(html`<h4>${linkLabel(key)}</h4>${await drawPanel(panel, first, place)}`)
  }
  const none = keys.size === 0 && html`<p class="missing">Not measured.</p>`
  return html`<h3>${overlay.title}</h3>${none}${panels}`
}

const seriesFor = ({ chart, lines }: Overlay, { series }: Analysis): Series[] =>
  series.filter((one) => one.chart === chart && lines.includes(one.line) && one.points.length > 0)

const lineOf = (key: string, pen: Line['pen'], points: Line['points']): Line => ({
  ...{ key, figure: '', pen, weight: 'strong', points, open: false },
})
