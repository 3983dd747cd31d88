import { MS } from '../../harness/model/units.ts'
import { durationText, writtenText } from '../../harness/text/value.ts'
import { html, type Markup } from '../markup.ts'
import type { Figure } from '../rows.ts'
import { axisOf, type Channel, channel, logTicks } from './axes.ts'
import { draw, type Layer, said } from './draw.ts'
import { phaseColour } from './palette.ts'

/** What is shorter than this stands on the left edge. */
export const LEAST = MS / 10
const LINE_PX = 9
const GAP_PX = 9

const room = { width: 190, left: 134, right: 16, top: 4, bottom: 22 }

/** A hop in a phase: p50 and p99 as far as they are known, p90 where there are too few for a p99. */
export type Mark = { hop: string; phase: string; p50?: Figure; tail?: Figure }
export type Facet = { place: string; marks: Mark[] }

/** Hops in the order a write takes them; what has no hop is the whole way. */
const order = [
  'intended-acknowledged',
  'acknowledged-logged',
  'logged-mirrored',
  'mirrored-applied',
  'applied-searchable',
]
export const WHOLE = 'acknowledged-searchable'

export const rank = (hop: string): number =>
  hop === WHOLE ? order.length + 1 : order.includes(hop) ? order.indexOf(hop) : order.length

export const hopLabel = (hop: string): string =>
  hop.replace('-', ' → ').replace('acknowledged', 'ack')

/** One place: a row a hop, and in it a line a phase, p50 to tail. */
export async function hopPlot(
  { place, marks }: Facet,
  phases: readonly string[],
  domain: readonly [number, number],
): Promise<Markup> {
  const names = [...new Set(marks.map(({ hop }) => hop))].sort(
    (a, b) => rank(a) - rank(b) || (a < b ? -1 : 1),
  )
  const pitch = phases.length * LINE_PX + GAP_PX
  const height = names.length * pitch
  const ticks = logTicks(domain, 4).map((us) => ({ at: us, text: writtenText(us, 'us') }))
  const axes: Axes = {
    x: (field) => channel(field, { type: 'log', domain }, axisOf(ticks)),
    y: channel('y', { domain: [height, 0] }, null),
  }
  const yOf = ({ hop, phase }: Mark): number =>
    names.indexOf(hop) * pitch + GAP_PX / 2 + (phases.indexOf(phase) + 0.5) * LINE_PX
  const held = ({ value }: Figure): number => Math.min(Math.max(value, domain[0]), domain[1])
  const layers = phases.flatMap((phase) => {
    const own = marks.filter((mark) => mark.phase === phase)
    const dots = (which: 'p50' | 'tail'): Dot[] =>
      own.flatMap((mark) => {
        const figure = mark[which]
        if (!figure) return []
        const { value, atLeast } = figure
        const name = which === 'p50' ? 'p50' : 'tail'
        const say = `${phase}, ${hopLabel(mark.hop)} ${name}: ${atLeast ? '≥ ' : ''}${durationText(value)}`
        return [{ y: yOf(mark), a: held(figure), bound: atLeast, say }]
      })
    const spans = own.flatMap((mark) =>
      mark.p50 && mark.tail ? [{ y: yOf(mark), a: held(mark.p50), b: held(mark.tail) }] : [],
    )
    const colour = phaseColour(phase)
    return [
      spanLayer(spans, colour, axes),
      dotLayer(dots('p50'), colour, colour, axes),
      dotLayer(dots('tail'), colour, 'var(--paper)', axes),
    ]
  })
  const labels = labelLayer(names, pitch, axes)
  const drawing = await draw([labels, ...layers], { ...room, height }, `Lag by hop, ${place}`)
  return html`<div><h3>${place}</h3>${drawing}</div>`
}

type Axes = { x: (field: string) => Channel; y: Channel }
type Dot = { y: number; a: number; bound: boolean; say: string }

const labelLayer = (names: readonly string[], pitch: number, { y }: Axes): Layer => ({
  data: { values: names.map((hop, i) => ({ y: (i + 0.5) * pitch, text: hopLabel(hop) })) },
  mark: { type: 'text', align: 'right', dx: -8 },
  encoding: { x: { value: 0 }, y, text: { field: 'text' } },
})

const spanLayer = (
  values: { y: number; a: number; b: number }[],
  color: string,
  { x, y }: Axes,
): Layer => ({
  data: { values },
  mark: { type: 'rule', color, strokeWidth: 1.4, opacity: 0.7 },
  encoding: { x: x('a'), x2: { field: 'b' }, y },
})

const shapes = { domain: [false, true], range: ['circle', 'triangle-right'] }

const dotLayer = (values: Dot[], stroke: string, fill: string, { x, y }: Axes): Layer => ({
  data: { values },
  mark: { type: 'point', size: 32, stroke, strokeWidth: 1.5, fill },
  encoding: {
    x: x('a'),
    y,
    shape: { field: 'bound', type: 'nominal', scale: shapes, legend: null },
    ...said,
  },
})
