import type { Analysis } from '../../harness/model/finding.ts'
import { SECOND } from '../../harness/model/units.ts'
import type { Markup } from '../markup.ts'
import {
  axisOf,
  type Channel,
  channel,
  linearTicks,
  logDomain,
  logTicks,
  type TimeSpan,
  timeTicks,
} from './axes.ts'
import { bandLayers, bandNames, type TimeAxis } from './bands.ts'
import { draw, type Frame, type Layer } from './draw.ts'
import { drawable, isBandTop, type Line, stepOf, thinned } from './lines.ts'

/** What one panel of the timeline shows. Values are in the unit of the series. */
export type Panel = {
  title: string
  lines: Line[]
  scale: { kind: 'log'; least: number } | { kind: 'linear'; low: number; high: number }
  text: (value: number) => string
  /** All lines it is compared with: they set the scale. Absent: its own. */
  among?: readonly Line[]
  /** What the columns of its data begin with, where it draws a part of them. */
  key?: string
  /** A level everything is held against. */
  mark?: { value: number; text: string }
}

/** `small`: one of several beside each other. */
export type Width = 'wide' | 'narrow' | 'small'

/** Total width of a drawing, and the room for the texts beside it; the same in every panel. */
export const frames: Record<Width, Frame> = {
  wide: { width: 848, height: 100, left: 58, right: 14, top: 15, bottom: 5 },
  narrow: { width: 342, height: 104, left: 50, right: 8, top: 15, bottom: 5 },
  small: { width: 276, height: 84, left: 50, right: 14, top: 15, bottom: 5 },
}

const AXIS_ROOM = 20
/** Open marks all lines of one drawing may have together, and one line: a mark takes about 110 bytes. */
const MARKS = 200
const MARKS_A_LINE = 40
/** Points all lines of one drawing may have together: a point takes about 12 bytes. */
const POINTS: Record<Width, number> = { wide: 3_000, narrow: 1_500, small: 1_200 }
const POINTS_A_LINE: Record<Width, number> = { wide: 600, narrow: 200, small: 300 }

export function timeAxis(span: TimeSpan, width: Width, axis: 'top' | 'bottom' | 'none'): TimeAxis {
  const ticks = timeTicks(span, width === 'wide' ? 14 : 5)
  const shown = axis === 'none' ? { labels: false } : { orient: axis, labelColor: 'var(--quiet)' }
  const domain = [span.startUs / SECOND, span.endUs / SECOND] as const
  const x = (field: string) => channel(field, { domain }, axisOf(ticks, shown))
  return { ...span, x }
}

/** From the start of warm-up to the last thing known: what all charts of a run show. */
export function spanOf({ plan, phases, ended, series }: Analysis): TimeSpan {
  const times = [ended.atUs, ...phases.map(({ toUs }) => toUs)]
  for (const { points } of series) times.push(points.at(-1)?.[0] ?? 0)
  const startUs = -plan.timeline.warmupUs
  const endUs = times.filter(Number.isFinite).reduce((most, us) => Math.max(most, us), startUs + 1)
  return { startUs, endUs }
}

/** Says to the script of the page where the plot lies in a drawing: left, top, width and height. */
export const roomOf = ({ left, top, width, height }: Frame): Record<string, string> => ({
  'data-room': `${left} ${top} ${width} ${height}`,
})

export function drawPanel(
  panel: Panel,
  analysis: Analysis,
  place: { width: Width; span: TimeSpan; last: boolean },
): Promise<Markup> {
  const time = timeAxis(place.span, place.width, place.last ? 'bottom' : 'none')
  const base = frames[place.width]
  const frame = place.last ? { ...base, bottom: AXIS_ROOM } : base
  const y = verticalOf(panel)
  const most = Math.min(
    POINTS_A_LINE[place.width],
    Math.floor(POINTS[place.width] / Math.max(1, panel.lines.length)),
  )
  const open = panel.lines.filter((line) => line.open).length
  const room = {
    stepUs: stepOf(panel.lines),
    points: most,
    marks: Math.min(MARKS_A_LINE, Math.floor(MARKS / Math.max(1, open))),
  }
  const layers = [
    ...bandLayers(analysis, frame, time),
    ...bandNames(analysis, frame, time),
    ...markLayers(panel, y, frame),
    ...recallBands(panel, time, y, most),
    ...panel.lines
      .filter((line) => !isBandTop(line, panel.lines))
      .flatMap((line) => lineLayers(line, time, y, room)),
  ]
  const attributes: Record<string, string> = roomOf(frame)
  if (panel.key !== undefined) attributes['data-key'] = panel.key
  return draw(layers, frame, `${panel.title}, over time`, attributes)
}

type Vertical = { y: (field: string) => Channel; clamp: (value: number) => number }

function verticalOf({ scale, text, lines, among = lines, mark }: Panel): Vertical {
  const values = among.flatMap(({ points }) => points.map(([, value]) => value))
  const domain =
    scale.kind === 'log'
      ? logDomain(mark ? [...values, mark.value] : values, scale.least)
      : ([scale.low, scale.high] as [number, number])
  const ticks = scale.kind === 'log' ? logTicks(domain) : linearTicks(domain[0], domain[1], 4)
  const axis = axisOf(ticks.map((at) => ({ at, text: text(at) })))
  const type = scale.kind === 'log' ? { type: 'log' as const } : {}
  return {
    y: (field) => channel(field, { ...type, domain }, axis),
    clamp: (value) => Math.min(Math.max(value, domain[0]), domain[1]),
  }
}

/** How finely a line may be drawn. */
type Room = { stepUs: number; points: number; marks: number }

function lineLayers(
  { pen, weight, points, open }: Line,
  time: TimeAxis,
  { y, clamp }: Vertical,
  room: Room,
): Layer[] {
  const kept = open ? thinned(points, room.marks) : drawable(points, room.stepUs, room.points)
  const values = kept.map(([us, value]) => ({
    t: us / SECOND,
    v: value === null ? null : clamp(value),
  }))
  const encoding = { x: time.x('t'), y: y('v') }
  if (open) {
    const mark = {
      type: 'point',
      shape: 'triangle-up',
      size: weight === 'strong' ? 34 : 16,
      stroke: pen.colour,
      strokeWidth: 1.2,
      opacity: weight === 'strong' ? 1 : 0.7,
      fill: 'var(--paper)',
    }
    return [{ data: { values }, mark, encoding }]
  }
  const strong = weight === 'strong'
  const mark = {
    type: 'line',
    color: pen.colour,
    strokeDash: pen.dash,
    strokeWidth: strong ? 1.9 : 1,
    opacity: strong ? 1 : 0.6,
  }
  return [{ data: { values }, mark, encoding }]
}

/** The room between what recall is at least and at most, where both are known. */
function recallBands(panel: Panel, time: TimeAxis, { y, clamp }: Vertical, most: number): Layer[] {
  return panel.lines
    .filter(({ figure }) => figure === 'low')
    .flatMap((low) => {
      const high = panel.lines.find(({ key, figure }) => key === low.key && figure === 'high')
      if (!high) return []
      const tops = new Map(high.points.map(([us, value]) => [us, value]))
      const values = drawable(low.points, stepOf([low]), most).map(([us, value]) => {
        const top = tops.get(us)
        const known = value !== null && top !== undefined
        return { t: us / SECOND, v: known ? clamp(value) : null, top: known ? clamp(top) : null }
      })
      const mark = { type: 'area', color: low.pen.colour, opacity: 0.18 }
      return [
        { data: { values }, mark, encoding: { x: time.x('t'), y: y('v'), y2: { field: 'top' } } },
      ]
    })
}

function markLayers({ mark }: Panel, { y }: Vertical, frame: Frame): Layer[] {
  if (!mark) return []
  const data = { values: [{ v: mark.value, text: mark.text }] }
  return [
    {
      data,
      mark: { type: 'rule', color: 'currentColor', strokeWidth: 1, strokeDash: [1, 3] },
      encoding: { y: y('v') },
    },
    {
      data,
      mark: { type: 'text', align: 'right', baseline: 'bottom', dy: -2, fontSize: 10 },
      encoding: { x: { value: frame.width - 2 }, y: y('v'), text: { field: 'text' } },
    },
  ]
}
