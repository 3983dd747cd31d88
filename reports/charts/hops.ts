import type { Analysis } from '../../harness/model/finding.ts'
import type { MetricRow } from '../../harness/model/metric.ts'
import { MS } from '../../harness/model/units.ts'
import { durationText, phaseText, plural, writtenText } from '../format.ts'
import { html, type Markup } from '../markup.ts'
import { type Figure, percentileOf, phaseNames, placeOf, rowsOf, worstOf } from '../rows.ts'
import { axisOf, logDomain, logTicks } from './axes.ts'
import { draw, type Layer } from './draw.ts'
import { patch } from './legend.ts'
import { phaseColour } from './palette.ts'
import { dataDetails, table } from './table.ts'

const FACETS = 12
const PHASES = 6
const LEAST = MS / 10
const LINE_PX = 9
const GAP_PX = 9

const room = { width: 190, left: 134, right: 16, top: 4, bottom: 22 }

/** A hop in a phase: p50 and p99 as far as they are known, p90 where there are too few for a p99. */
type Mark = { hop: string; phase: string; p50?: Figure; tail?: Figure }
type Facet = { place: string; marks: Mark[] }

/** Lag by hop: a small plot for each link, and for each region where writes enter. */
export async function hops(analysis: Analysis): Promise<Markup> {
  const phases = phaseNames(analysis)
    .filter((name) => name !== 'warmup' && name !== 'settle')
    .slice(0, PHASES)
  const facets = facetsOf(analysis, phases)
  if (facets.length === 0)
    return html`<p class="missing">Not measured: no acknowledged write had another region to go to, or too few of them.</p>`
  const shown = [...facets]
    .sort((a, b) => tailOf(b) - tailOf(a) || (a.place < b.place ? -1 : 1))
    .slice(0, FACETS)
  const drawn = facets.filter((facet) => shown.includes(facet))
  const used = phases.filter((phase) =>
    drawn.some(({ marks }) => marks.some((m) => m.phase === phase)),
  )
  const domain = logDomain(valuesOf(drawn), LEAST)
  const plots: Markup[] = []
  for (const one of drawn) plots.push(await plot(one, used, domain))
  const more =
    facets.length > FACETS &&
    ` ${facets.length - FACETS} others did better and are in the table of measurements.`
  const below = valuesOf(drawn).filter((value) => value < LEAST).length
  const edge =
    below > 0 &&
    ` ${plural(below, 'figure')} below ${durationText(LEAST)} stand on the left edge; a hop may be negative.`
  return html`<figure><p class="takeaway">${hopAnswer(drawn)}${more}</p>
<p class="legend">${used.map((phase) => html`<span>${patch(phaseColour(phase))} ${phase}</span> `)}<span class="quiet">p50: full dot · p99: ring (p90 where a p99 needs more samples) · lower bound: triangle</span></p>
<div class="facets">${plots}</div>${hopsTable(drawn)}<figcaption>Each hop is the time between two events of one write, on one true clock.
A hop that was not seen has no mark.${edge}</figcaption></figure>`
}

/** Hops in the order a write takes them; what has no hop is the whole way. */
const order = [
  'intended-acknowledged',
  'acknowledged-logged',
  'logged-mirrored',
  'mirrored-applied',
  'applied-searchable',
]
const WHOLE = 'acknowledged-searchable'

const rank = (hop: string): number =>
  hop === WHOLE ? order.length + 1 : order.includes(hop) ? order.indexOf(hop) : order.length

const hopLabel = (hop: string): string => hop.replace('-', ' → ').replace('acknowledged', 'ack')

function facetsOf(analysis: Analysis, phases: readonly string[]): Facet[] {
  const facets = new Map<string, Facet>()
  for (const row of rowsOf(analysis, 'lag')) {
    const mark = markOf(row)
    if (!mark || !phases.includes(mark.phase)) continue
    const place = row.link === undefined ? `writes entering ${placeOf(row)}` : placeOf(row)
    const facet = facets.get(place) ?? { place, marks: [] }
    facet.marks.push(mark)
    facets.set(place, facet)
  }
  return [...facets.values()]
}

function markOf(row: MetricRow): Mark | undefined {
  if (row.phase === undefined) return undefined
  const p50 = percentileOf(row, 'p50')
  const tail = percentileOf(row, 'p99') ?? percentileOf(row, 'p90')
  return p50 || tail ? { hop: row.hop ?? WHOLE, phase: row.phase, p50, tail } : undefined
}

const figuresOf = ({ marks }: Facet): Figure[] =>
  marks.flatMap(({ p50, tail }) => [p50, tail].filter((figure) => figure !== undefined))

const valuesOf = (facets: readonly Facet[]): number[] =>
  facets.flatMap((facet) => figuresOf(facet).map(({ value }) => value))

const tailOf = (facet: Facet): number =>
  figuresOf(facet).reduce((most, { value }) => Math.max(most, value), Number.NEGATIVE_INFINITY)

async function plot(
  { place, marks }: Facet,
  phases: readonly string[],
  domain: [number, number],
): Promise<Markup> {
  const names = [...new Set(marks.map(({ hop }) => hop))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  )
  const pitch = phases.length * LINE_PX + GAP_PX
  const height = names.length * pitch
  const x = (field: string) => ({
    field,
    type: 'quantitative',
    title: null,
    scale: { type: 'log', domain, nice: false },
    axis: axisOf(logTicks(domain, 4).map((us) => ({ at: us, text: writtenText(us, 'us') }))),
  })
  const y = {
    field: 'y',
    type: 'quantitative',
    title: null,
    scale: { domain: [height, 0], nice: false },
    axis: null,
  }
  const at = ({ hop, phase }: Mark) =>
    names.indexOf(hop) * pitch + GAP_PX / 2 + (phases.indexOf(phase) + 0.5) * LINE_PX
  const held = (figure: Figure) => Math.min(Math.max(figure.value, domain[0]), domain[1])
  const labels: Layer = {
    data: { values: names.map((hop, i) => ({ y: (i + 0.5) * pitch, text: hopLabel(hop) })) },
    mark: { type: 'text', align: 'right', dx: -8 },
    encoding: { x: { value: 0 }, y, text: { field: 'text' } },
  }
  const spans = marks.flatMap(({ p50, tail, ...mark }) =>
    p50 && tail ? [{ y: at({ ...mark }), a: held(p50), b: held(tail), phase: mark.phase }] : [],
  )
  const dots = (which: 'p50' | 'tail') =>
    marks.flatMap((mark) => {
      const figure = mark[which]
      return figure
        ? [{ y: at(mark), a: held(figure), phase: mark.phase, bound: figure.atLeast }]
        : []
    })
  const layers = [
    labels,
    ...phases.flatMap((phase) => [
      spanLayer(
        spans.filter((span) => span.phase === phase),
        phase,
        { x, y },
      ),
      dotLayer(
        dots('p50').filter((dot) => dot.phase === phase),
        phase,
        'full',
        { x, y },
      ),
      dotLayer(
        dots('tail').filter((dot) => dot.phase === phase),
        phase,
        'ring',
        { x, y },
      ),
    ]),
  ]
  const drawing = await draw(layers, { ...room, height }, `Lag by hop, ${place}`)
  return html`<div><h4>${place}</h4>${drawing}</div>`
}

type Axes = { x: (field: string) => Record<string, unknown>; y: Record<string, unknown> }

const spanLayer = (values: unknown[], phase: string, { x, y }: Axes): Layer => ({
  data: { values },
  mark: { type: 'rule', color: phaseColour(phase), strokeWidth: 1.4, opacity: 0.7 },
  encoding: { x: x('a'), x2: { field: 'b' }, y },
})

const shapes = { domain: [false, true], range: ['circle', 'triangle-right'] }

function dotLayer(values: unknown[], phase: string, kind: 'full' | 'ring', { x, y }: Axes): Layer {
  const colour = phaseColour(phase)
  return {
    data: { values },
    mark: {
      type: 'point',
      size: kind === 'full' ? 30 : 34,
      stroke: colour,
      strokeWidth: 1.5,
      fill: kind === 'full' ? colour : 'var(--paper)',
    },
    encoding: {
      x: x('a'),
      y,
      shape: { field: 'bound', type: 'nominal', scale: shapes, legend: null },
    },
  }
}

/** Which hop is the longest when things go wrong. */
function hopAnswer(facets: readonly Facet[]): string {
  const single = facets.flatMap(({ place, marks }) =>
    marks.flatMap((mark) =>
      mark.hop !== WHOLE && mark.tail ? [{ place, mark, ...mark.tail }] : [],
    ),
  )
  const worst = worstOf(single, ({ value }) => value)
  if (!worst) return 'Only the whole way was measured, no single hop.'
  const { mark, place, value, atLeast } = worst
  return `Slowest hop: ${hopLabel(mark.hop)} on ${place}, ${atLeast ? 'at least ' : ''}${durationText(value)} in its tail ${phaseText(mark.phase)}.`
}

function hopsTable(facets: readonly Facet[]): Markup {
  const text = (figure: Figure | undefined) =>
    figure ? `${figure.atLeast ? '≥ ' : ''}${durationText(figure.value)}` : ''
  const rows = facets.flatMap(({ place, marks }) =>
    [...marks]
      .sort((a, b) => rank(a.hop) - rank(b.hop))
      .map(({ hop, phase, p50, tail }) => [place, hopLabel(hop), phase, text(p50), text(tail)]),
  )
  return dataDetails(
    `Data, ${plural(rows.length, 'row')}`,
    table(['where', 'hop', 'phase', 'p50', 'p99 (or p90)'], rows, 3),
  )
}
