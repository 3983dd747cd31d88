import { mean, sampleVariance } from 'simple-statistics'
import { beyond } from '../student.ts'

/** How large a change is: as a ratio, as of times and rates, or as a difference, as of recall. */
export type Scale = 'relative' | 'absolute'

export type Detecting = {
  scale: Scale
  /** A change is one if its p-value is below this. */
  maxP: number
  /** And if it is larger than this: 0.05 is 5 % on a relative scale, 0.05 on an absolute one. */
  leastChange: number
  /** Values that are looked at together; windows overlap by half. */
  window: number
}

/** Where a series changes its level. */
export type ChangePoint = {
  /** Index of the first value of the new level. */
  index: number
  /** Level before and after, up to the neighbouring change points: the mean. */
  before: number
  after: number
  /** after ÷ before − 1, or after − before. */
  change: number
  p: number
}

/**
 * Points where the level of a series changes: candidates by the divergence of E-divisive (Matteson & James 2014,
 * arXiv:1306.4933), looked for in overlapping windows with a weak significance and then merged bottom-up until each is
 * significant and large enough (Fleming et al., Hunter, ICPE 2023, doi:10.1145/3578244.3583719). Significance is
 * Student's t with the pooled, unbiased variance. A single last value can begin a level of its own: whoever acts on a
 * change waits for a second.
 */
export function changePoints(values: readonly number[], detecting: Detecting): ChangePoint[] {
  const weak = weakPoints(values, { ...detecting, maxP: weakP(detecting.maxP) })
  return merged(values, weak, detecting)
}

/** Ten times the significance asked for, as in Hunter: a weak point may become strong once its neighbours are gone. */
export const weakP = (maxP: number): number => (maxP < 0.05 ? maxP * 10 : Math.max(maxP, 2 * maxP))

function weakPoints(series: readonly number[], { window, maxP }: Detecting): number[] {
  const found = new Set<number>()
  const step = Math.floor(window / 2)
  for (let start = 0; start < series.length; ) {
    const inWindow = divided(series.slice(start, start + window), maxP)
    for (const index of inWindow) found.add(start + index)
    start = Math.max(start + step, start + (inWindow.at(-1) ?? 0))
  }
  return [...found].sort((a, b) => a - b)
}

/** Divides at the best candidate of all pieces, again and again, until that is not significant. */
function divided(series: readonly number[], maxP: number): number[] {
  const distances = new Distances(series)
  const points: number[] = []
  for (;;) {
    const borders = [0, ...points, series.length]
    let best = { index: 0, divergence: Number.NEGATIVE_INFINITY, from: 0, to: 0 }
    for (let i = 1; i < borders.length; i++) {
      const [from, to] = [borders[i - 1] as number, borders[i] as number]
      const candidate = distances.candidate(from, to)
      if (candidate && candidate.divergence > best.divergence) best = { ...candidate, from, to }
    }
    const { index, from, to } = best
    if (index === 0) return points
    if (pValue(series.slice(from, index), series.slice(index, to)) > maxP) return points
    points.push(index)
    points.sort((a, b) => a - b)
  }
}

/** Sums of |x_i − x_j| over rectangles of pairs. */
class Distances {
  /** `sums[i][j]`: over pairs of the first i and the first j values. */
  private readonly sums: Float64Array[]

  constructor(series: readonly number[]) {
    this.sums = [new Float64Array(series.length + 1)]
    for (const [i, value] of series.entries()) {
      const above = this.sums[i] as Float64Array
      const row = new Float64Array(series.length + 1)
      let inRow = 0
      for (const [j, other] of series.entries()) {
        inRow += Math.abs(value - other)
        row[j + 1] = (above[j + 1] as number) + inRow
      }
      this.sums.push(row)
    }
  }

  /** Where series[from … to) is best cut in two, the second part as long as divides best; null if it is too short. */
  candidate(from: number, to: number): { index: number; divergence: number } | null {
    let best: { index: number; divergence: number } | null = null
    for (let index = from + 1; index < to; index++)
      for (let end = index + 1; end <= to; end++) {
        const divergence = this.divergence(from, index, end)
        if (!best || divergence > best.divergence) best = { index, divergence }
      }
    return best
  }

  /** Q̂ of Matteson & James, eq. 5 and 7, with exponent 1. */
  private divergence(from: number, cut: number, to: number): number {
    const [n, m] = [cut - from, to - cut]
    const between = this.sum(from, cut, cut, to) / (n * m)
    const first = n < 2 ? 0 : this.sum(from, cut, from, cut) / (n * (n - 1))
    const second = m < 2 ? 0 : this.sum(cut, to, cut, to) / (m * (m - 1))
    return ((n * m) / (n + m)) * (2 * between - first - second)
  }

  private sum(fromRow: number, toRow: number, from: number, to: number): number {
    const [low, high] = [this.sums[fromRow] as Float64Array, this.sums[toRow] as Float64Array]
    return (
      (high[to] as number) - (high[from] as number) - (low[to] as number) + (low[from] as number)
    )
  }
}

/** Takes the weakest point away until all are significant, then the smallest until all are large enough. */
function merged(
  series: readonly number[],
  weak: readonly number[],
  { scale, maxP, leastChange }: Detecting,
): ChangePoint[] {
  let points = described(series, weak, scale)
  for (;;) {
    const weakest = extreme(points, ({ p }) => p)
    if (!weakest) return []
    let goes = weakest
    if (weakest.p < maxP) {
      goes = extreme(points, (point) => -sizeOf(point, scale)) as ChangePoint
      if (sizeOf(goes, scale) > leastChange) return points
    }
    const left = points.filter((point) => point !== goes).map(({ index }) => index)
    points = described(series, left, scale)
  }
}

/** The larger of the change there and the change back, as a ratio: −50 % is as large as +100 %. */
const sizeOf = ({ before, after }: ChangePoint, scale: Scale): number =>
  scale === 'absolute'
    ? Math.abs(after - before)
    : Math.max(Math.abs(after / before - 1), Math.abs(before / after - 1))

const extreme = (
  points: readonly ChangePoint[],
  of: (point: ChangePoint) => number,
): ChangePoint | undefined =>
  points.reduce<ChangePoint | undefined>(
    (best, point) => (best === undefined || of(point) > of(best) ? point : best),
    undefined,
  )

function described(
  series: readonly number[],
  points: readonly number[],
  scale: Scale,
): ChangePoint[] {
  return points.map((index, i) => {
    const left = series.slice(i === 0 ? 0 : points[i - 1], index)
    const right = series.slice(index, points[i + 1] ?? series.length)
    const [before, after] = [mean(left), mean(right)]
    const change = scale === 'relative' ? after / before - 1 : after - before
    return { index, before, after, change, p: pValue(left, right) }
  })
}

/** Of the means of two samples being this far apart by chance; Student's t with pooled variance. */
export function pValue(left: readonly number[], right: readonly number[]): number {
  const degrees = left.length + right.length - 2
  if (degrees < 1) return 1
  const squares = (values: readonly number[]): number =>
    values.length < 2 ? 0 : sampleVariance([...values]) * (values.length - 1)
  const variance = (squares(left) + squares(right)) / degrees
  const apart = mean([...left]) - mean([...right])
  // A simulator repeats itself to the bit: what differs there differs for a reason.
  if (variance === 0) return apart === 0 ? 1 : 0
  return beyond(apart / Math.sqrt(variance * (1 / left.length + 1 / right.length)), degrees)
}
