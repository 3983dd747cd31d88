import type { Series } from '../../harness/model/finding.ts'
import type { RegionName, Us } from '../../harness/model/units.ts'
import type { Pen } from './palette.ts'

export type Points = readonly (readonly [Us, number])[]

export type Line = {
  /** What it is of, for the legend and the table: `us-east`. */
  key: string
  /** Which figure of it: `p99`. */
  figure: string
  pen: Pen
  weight: 'strong' | 'light'
  points: Points
  /** Every value is a lower bound: drawn open, never as if it were measured. */
  open: boolean
}

const BOUND = 'at-least'

/** Lower bounds come as lines called `<line>-at-least`: where the value of `<line>` is not known. */
export const isBound = (line: string): boolean => line.endsWith(BOUND)

const measuredName = (line: string): string => line.replace(`-${BOUND}`, '')

/** The strongest of these that a key has is drawn strong. */
const strength = ['achieved', 'p999', 'p99', 'p95', 'p90', 'max', 'low', 'mean', 'value', 'p50']

/** The lines of one chart with the pen of their key, keys in the order of the regions they name. */
export function linesOf(
  series: readonly Series[],
  regions: readonly RegionName[],
  penOf: (key: string) => Pen,
): Line[] {
  const place = (key: string) =>
    key.split(/<?>/).reduce((sum, region) => sum * 1000 + regions.indexOf(region) + 1, 0)
  return [...series]
    .sort((a, b) => place(a.key) - place(b.key))
    .map(({ key, line, points }) => ({
      key,
      figure: line,
      pen: penOf(key),
      weight:
        measuredName(line) === strongestOf(series, key) ? ('strong' as const) : ('light' as const),
      points: points.filter(([us, value]) => Number.isFinite(us) && Number.isFinite(value)),
      open: isBound(line),
    }))
    .filter(({ points }) => points.length > 0)
}

function strongestOf(series: readonly Series[], key: string): string {
  const own = series.filter((one) => one.key === key).map(({ line }) => measuredName(line))
  return strength.find((line) => own.includes(line)) ?? own[0] ?? ''
}

/** Whether a line is the upper end of a band that begins at `low` of the same key. */
export const isBandTop = ({ key, figure }: Line, lines: readonly Line[]): boolean =>
  figure === 'high' && lines.some((line) => line.key === key && line.figure === 'low')

/** Keeps the `most` keys that come worst, in their order; the others stay in the tables. */
export function worstKeys(lines: readonly Line[], most: number, worse: 'high' | 'low'): Line[] {
  const peaks = new Map<string, number>()
  for (const { key, points } of lines)
    for (const [, value] of points) {
      const bad = worse === 'high' ? value : -value
      peaks.set(key, Math.max(peaks.get(key) ?? Number.NEGATIVE_INFINITY, bad))
    }
  const kept = [...peaks]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, most)
    .map(([key]) => key)
  return lines.filter(({ key }) => kept.includes(key))
}

/** The usual distance of two points: what is further apart has a hole in between. */
export function stepOf(lines: readonly { points: Points }[]): Us {
  let step = Number.POSITIVE_INFINITY
  for (const { points } of lines)
    for (let i = 1; i < points.length; i++) {
      const gap = (points[i]?.[0] ?? 0) - (points[i - 1]?.[0] ?? 0)
      if (gap > 0 && gap < step) step = gap
    }
  return step
}

/** At most about `most` points; between stretches without a hole stands an empty one, so that no line crosses it. */
export function drawable(
  points: Points,
  stepUs: Us,
  most: number,
): (readonly [Us, number | null])[] {
  const stretches: (readonly [Us, number])[][] = []
  for (const point of points) {
    const open = stretches.at(-1)
    const before = open?.at(-1)
    if (open && before && point[0] - before[0] <= stepUs * 1.5) open.push(point)
    else stretches.push([point])
  }
  return stretches.flatMap((stretch, i): (readonly [Us, number | null])[] => {
    const share = Math.max(2, Math.floor((most * stretch.length) / points.length))
    const kept = thinned(stretch, share)
    const start = kept[0]?.[0] ?? 0
    return i === 0 ? [...kept] : [[start - stepUs / 2, null] as const, ...kept]
  })
}

/** At most `most` points that keep every peak and every dip: lowest and highest of each stretch of time. */
export function thinned(points: Points, most: number): Points {
  if (points.length <= most) return points
  const stretches = Math.max(1, Math.floor(most / 2))
  const kept: (readonly [Us, number])[] = []
  for (let i = 0; i < stretches; i++) {
    const from = Math.floor((i * points.length) / stretches)
    const part = points.slice(from, Math.floor(((i + 1) * points.length) / stretches))
    const sorted = [...part].sort((a, b) => a[1] - b[1] || a[0] - b[0])
    const ends = [sorted[0], sorted.at(-1)].filter((end) => end !== undefined)
    kept.push(...[...new Set(ends)].sort((a, b) => a[0] - b[0]))
  }
  return kept
}
