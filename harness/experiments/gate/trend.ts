import { mean } from 'simple-statistics'
import type { MetricUnit } from '../../model/metric.ts'
import { type ChangePoint, changePoints, type Detecting } from './change-points.ts'

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
}

export const usualStrictness: Strictness = { learn: 10, stands: 2, atOnce: 0.5, maxP: 0.001 }

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

/** How a figure went over the nights. */
export type Trend =
  | { state: 'no data' }
  | { state: 'learning'; nights: number; of: number }
  | { state: 'steady'; level: number }
  | ({ state: 'improved' | 'suspected' | 'regressed' } & Change)

/**
 * The state of a series on its last night. `values`: one for each night in order, null where nothing was measured. The
 * level that counts is that of the first nights; a better one takes its place at once, a worse one only when somebody
 * accepts it, so that what creeps in by small steps is still measured against where it began.
 */
export function trendOf(
  values: readonly (number | null)[],
  { unit, better }: { unit: MetricUnit; better: 'low' | 'high' },
  strictness: Strictness,
): Trend {
  if (values.at(-1) == null) return { state: 'no data' }
  const nights = values.flatMap((value, index) => (value === null ? [] : [{ value, index }]))
  if (nights.length < strictness.learn)
    return { state: 'learning', nights: nights.length, of: strictness.learn }
  const detecting = detectingOf(unit, strictness.maxP)
  const known = nights.map(({ value }) => value)
  const points = changePoints(known, detecting)
  const worseBy = (from: number, to: number): number => {
    const by = better === 'low' ? to - from : from - to
    if (detecting.scale === 'absolute') return by
    // The larger way round, as changes are sized: halved is as much as doubled.
    return by > 0 ? Math.max(by / from, by / to) : -Math.max(-by / from, -by / to)
  }
  const { level, open } = walked(known, points, (from, to) => {
    const by = worseBy(from, to)
    return by > detecting.leastChange ? 'worse' : by < -detecting.leastChange ? 'better' : 'same'
  })
  if (!open) return { state: 'steady', level }
  const { index, before, after, kind } = open
  const lasts = known.slice(index)
  const change = {
    ...{ since: nights[index]?.index as number, nights: lasts.length, before, after },
    change: detecting.scale === 'relative' ? after / before - 1 : after - before,
  }
  if (kind === 'better') return { state: 'improved', ...change }
  const isWorse = (value: number): boolean => worseBy(before, value) > detecting.leastChange
  const worse = lasts.filter(isWorse).length
  const large = worseBy(before, after) > strictness.atOnce * (unit === 'ratio' ? 0.1 : 1)
  const tonight = lasts.at(-1) as number
  if ((worse >= strictness.stands && worse * 2 > lasts.length) || (large && isWorse(tonight)))
    return { state: 'regressed', ...change }
  // A mean that one night draws up is no level: what stands has to be worse night by night.
  return isWorse(tonight) ? { state: 'suspected', ...change } : { state: 'steady', level }
}

type Open = { index: number; before: number; after: number; kind: 'better' | 'worse' }

/** Goes through the levels of a series: what level counts at its end, and what change is still in force there. */
function walked(
  values: readonly number[],
  points: readonly ChangePoint[],
  compare: (from: number, to: number) => 'worse' | 'better' | 'same',
): { level: number; open: Open | null } {
  let level = points[0]?.before ?? mean([...values])
  let open: Open | null = null
  for (const { index, after } of points) {
    const kind = compare(level, after)
    if (kind === 'worse') open = { kind, before: level, after, index: worseSince(open) ?? index }
    else {
      open = kind === 'better' ? { kind, before: level, after, index } : null
      if (kind === 'better') level = after
    }
  }
  return { level, open }
}

const worseSince = (open: Open | null): number | undefined =>
  open?.kind === 'worse' ? open.index : undefined
