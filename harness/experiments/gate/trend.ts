import { mean, median } from 'simple-statistics'
import type { MetricUnit } from '../../model/metric.ts'
import { type ChangePoint, changePoints, type Detecting, pValue, weakP } from './change-points.ts'
import { rankShift } from './rank-shift.ts'

/** Settings of a gate, the same for all series. */
export type Strictness = {
  /** Nights with data before a change can be told from noise. */
  learn: number
  /** Nights that a new level has to last before it counts. */
  stands: number
  /** A change of times and rates by more than this share counts on its first night, and one of a ratio by a tenth of it. */
  atOnce: number
  /** A change of level less likely than this by chance alone is one. */
  maxP: number
  /** False alarms that the ranks of the last nights may give for one figure in 30 nights, by chance alone. */
  falseAlarms: number
}

export const usualStrictness: Strictness = {
  ...{ learn: 10, stands: 2, atOnce: 0.5 },
  ...{ maxP: 0.001, falseAlarms: 0.1 },
}

/** Nights that a change is looked for in together: as many as in the published method. */
const WINDOW = 50

/** Smaller changes are nobody's business: 5 % of a time or a rate, half a percent point of a ratio, one more of a count. */
function detectingOf(unit: MetricUnit, maxP: number): Detecting {
  const shared = { window: WINDOW, maxP }
  if (unit === 'ratio') return { ...shared, scale: 'absolute', leastChange: 0.005 }
  if (unit === 'count') return { ...shared, scale: 'absolute', leastChange: 0.5 }
  return { ...shared, scale: 'relative', leastChange: 0.05 }
}

/** A change that a series went through and has not gone back on. `since`: index of the first night of the new level. */
type Change = Pick<ChangePoint, 'before' | 'after' | 'change'> & { since: number; nights: number }

/** How a figure went over the nights. `found`: by which look it got worse; `at once`: by its size, on its first night. */
export type Trend =
  | { state: 'no data' }
  | { state: 'learning'; nights: number; of: number }
  | { state: 'steady'; level: number }
  | ({ state: 'improved' | 'suspected' } & Change)
  | Regressed

export type Regressed = { state: 'regressed'; found: 'at once' | 'levels' | 'ranks' } & Change

/** Nights that a level has to have for others to be ranked against. */
const LEAST_REFERENCE = 5

/** What the runs of a night measured, in order; null where one did not measure it. */
export type NightValues = readonly (number | null)[]

/** null where more than half of the runs did not measure it. */
export function medianOf(values: NightValues): number | null {
  const known = values.filter((value) => value !== null)
  return known.length * 2 > values.length ? median(known) : null
}

type Of = { unit: MetricUnit; better: 'low' | 'high' }

/** A night that measured the figure: the median of its runs, all of them, and its place among all nights. */
type KnownNight = { value: number; runs: number[]; index: number }

/**
 * The state of a series on its last night. `own`: the runs of each night in order. The level that counts is that of the
 * first nights; a better one takes its place at once, a worse one only when somebody accepts it, so that what creeps in
 * by small steps is still measured against where it began. Worse is what either of two looks finds: the change points of
 * the nights' medians, which see small changes once they are many nights old, and the ranks of the runs of the last few
 * nights among all runs, which see a large one sooner.
 */
export function trendOf(own: readonly NightValues[], of: Of, strictness: Strictness): Trend {
  const nights = own.flatMap((values, index): KnownNight[] => {
    const value = medianOf(values)
    return value === null ? [] : [{ value, runs: values.filter((one) => one !== null), index }]
  })
  if (nights.at(-1)?.index !== own.length - 1) return { state: 'no data' }
  if (nights.length < strictness.learn)
    return { state: 'learning', nights: nights.length, of: strictness.learn }
  const figure = new Figure(of, strictness)
  const { from, trend } = byLevels(nights, figure)
  return trend.state === 'regressed' ? trend : (byRanks(nights, from, figure) ?? trend)
}

/** What is a change of one figure, and how large. */
class Figure {
  readonly of: Of
  readonly strictness: Strictness
  readonly detecting: Detecting

  constructor(of: Of, strictness: Strictness) {
    this.of = of
    this.strictness = strictness
    this.detecting = detectingOf(of.unit, strictness.maxP)
  }

  worseBy(from: number, to: number): number {
    const by = this.of.better === 'low' ? to - from : from - to
    if (this.detecting.scale === 'absolute') return by
    // The larger way round, as changes are sized: halved is as much as doubled.
    return by > 0 ? Math.max(by / from, by / to) : -Math.max(-by / from, -by / to)
  }

  isWorse(from: number, to: number): boolean {
    return this.worseBy(from, to) > this.detecting.leastChange
  }

  isLarge(from: number, to: number): boolean {
    const { atOnce } = this.strictness
    return this.worseBy(from, to) > atOnce * (this.of.unit === 'ratio' ? 0.1 : 1)
  }

  /** Whether enough of these nights are worse than a level, each for itself, and more than half of them. */
  stands(level: number, lasts: readonly KnownNight[]): boolean {
    const worse = lasts.filter(({ value }) => this.isWorse(level, value)).length
    return worse >= this.strictness.stands && worse * 2 > lasts.length
  }

  change(before: number, lasts: readonly KnownNight[], after: number): Change {
    const change = this.detecting.scale === 'relative' ? after / before - 1 : after - before
    return { since: lasts[0]?.index as number, nights: lasts.length, before, after, change }
  }
}

/** What the change points of the medians say, and the night from which the level counts that they leave in force. */
function byLevels(nights: readonly KnownNight[], figure: Figure): { from: number; trend: Trend } {
  const known = nights.map(({ value }) => value)
  const { level, from, open } = walked(known, changePoints(known, figure.detecting), figure)
  if (!open) return { from, trend: { state: 'steady', level } }
  const { index, before, after, kind } = open
  const lasts = nights.slice(index)
  const change = figure.change(before, lasts, after)
  if (kind === 'better') return { from, trend: { state: 'improved', ...change } }
  const tonight = lasts.at(-1) as KnownNight
  const isWorse = figure.isWorse(before, tonight.value)
  // A night of which a run is as before may be two bad runs of three: it waits for a second one.
  const allWorse = tonight.runs.every((run) => figure.isWorse(before, run))
  if (figure.stands(before, lasts) && !isOfOneNight(known, from, index, figure))
    return { from, trend: { state: 'regressed', found: 'levels', ...change } }
  if (figure.isLarge(before, after) && allWorse)
    return { from, trend: { state: 'regressed', found: 'at once', ...change } }
  // A mean that one night draws up is no level: what stands has to be worse night by night.
  return { from, trend: isWorse ? { state: 'suspected', ...change } : { state: 'steady', level } }
}

/**
 * Whether a change is none, by the weak significance of the published method, once its worst night is left out: a night
 * far out draws the mean of the next one up with it. Who lets one night count asks for that.
 */
function isOfOneNight(known: readonly number[], from: number, index: number, figure: Figure) {
  const { stands, maxP } = figure.strictness
  if (stands < 2) return false
  const sorted = known.slice(index).sort((a, b) => a - b)
  const left = figure.of.better === 'low' ? sorted.slice(0, -1) : sorted.slice(1)
  return pValue(known.slice(from, index), left) >= weakP(maxP)
}

/** How many of the last nights are ranked against those before: as many as a change has to stand, and one more. */
const windowsOf = ({ stands }: Strictness): number[] => {
  const shortest = Math.max(2, stands)
  return [shortest, shortest + 1]
}

/** What the ranks of the last nights say: a change for the worse that is not one of chance, or nothing. */
function byRanks(nights: readonly KnownNight[], from: number, figure: Figure): Regressed | null {
  const windows = windowsOf(figure.strictness)
  // Bonferroni: together the windows of 30 nights give no more false alarms than are allowed.
  const maxP = figure.strictness.falseAlarms / (30 * windows.length)
  let best: { p: number; trend: Regressed } | null = null
  for (const length of windows) {
    const lasts = nights.slice(-length)
    const reference = nights.slice(from, -length)
    if (reference.length < LEAST_REFERENCE) break
    const before = mean(reference.map(({ value }) => value))
    const after = mean(lasts.map(({ value }) => value))
    const tonight = lasts.at(-1)?.value as number
    if (!figure.isWorse(before, after) || !figure.isWorse(before, tonight)) continue
    if (!figure.stands(before, lasts)) continue
    const p = rankShift(
      reference.map(({ runs }) => runs),
      lasts.map(({ runs }) => runs),
      figure.of.better,
    )
    if (p >= (best?.p ?? maxP)) continue
    const change = figure.change(before, lasts, after)
    best = { p, trend: { state: 'regressed', found: 'ranks', ...change } }
  }
  return best?.trend ?? null
}

type Open = { index: number; before: number; after: number; kind: 'better' | 'worse' }

/** Goes through the levels of a series: what level counts at its end and since when, and what change is still in force there. */
function walked(
  values: readonly number[],
  points: readonly ChangePoint[],
  figure: Figure,
): { level: number; from: number; open: Open | null } {
  let level = points[0]?.before ?? mean([...values])
  let from = 0
  let open: Open | null = null
  for (const { index, after } of points) {
    if (figure.isWorse(level, after))
      open = { kind: 'worse', before: level, after, index: worseSince(open) ?? index }
    else if (figure.worseBy(level, after) < -figure.detecting.leastChange) {
      open = { kind: 'better', before: level, after, index }
      level = after
      from = index
    } else open = null
  }
  return { level, from, open }
}

const worseSince = (open: Open | null): number | undefined =>
  open?.kind === 'worse' ? open.index : undefined
