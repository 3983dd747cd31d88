import type {
  AlertExpr,
  AlertReading,
  AlertTerm,
  aggregations,
  Comparison,
  overTimeFunctions,
} from '../../model/alert.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Exporters, Labels, Observations, Readings } from './exported.ts'

/** One element of what an expression gives at a moment. */
export type Sample = { labels: Labels; value: number }

/** What the term of an expression is at `now`, before it is compared. Windows end at `now`, which is in, and do not hold their beginning. */
export function valuesAt({ term, divisor }: AlertExpr, exported: Exporters, now: Us): Sample[] {
  const values = termAt(term, exported, now)
  if (!divisor) return values
  const divisors = new Map(
    termAt(divisor, exported, now).map(({ labels, value }) => [labelKey(labels), value]),
  )
  return values.flatMap(({ labels, value }) => {
    const by = divisors.get(labelKey(labels))
    return by === undefined ? [] : [{ labels, value: value / by }]
  })
}

const holds: Record<Comparison, (value: number, bound: number) => boolean> = {
  '>': (value, bound) => value > bound,
  '>=': (value, bound) => value >= bound,
  '<': (value, bound) => value < bound,
  '<=': (value, bound) => value <= bound,
  '==': (value, bound) => value === bound,
  '!=': (value, bound) => value !== bound,
}

/** Whether the condition of an expression holds for a value of its term. Of a value that is none only `!=` does. */
export const isMet = ({ comparison, bound }: AlertExpr, value: number): boolean =>
  holds[comparison](value, bound)

/** Labels as one text, the same however they are ordered. */
export const labelKey = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))

function termAt({ reading, together }: AlertTerm, exported: Exporters, now: Us): Sample[] {
  const samples = readingAt(reading, exported, now)
  if (!together) return samples
  const { how, by } = together
  return grouped(samples, by).map(([labels, members]) => ({
    labels,
    value: aggregated[how](members.map(({ value }) => value)),
  }))
}

/** By the labels that stay, in order of appearance. */
function grouped<T extends { labels: Labels }>(
  all: readonly T[],
  by: readonly string[],
): [Labels, T[]][] {
  const groups = new Map<string, [Labels, T[]]>()
  for (const one of all) {
    const labels = Object.fromEntries(by.map((label) => [label, one.labels[label] ?? '']))
    const key = labelKey(labels)
    const group = groups.get(key) ?? [labels, []]
    group[1].push(one)
    groups.set(key, group)
  }
  return [...groups.values()]
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** A value that is none loses against every other, as in Prometheus. */
const extreme = (values: readonly number[], beats: (a: number, b: number) => boolean): number =>
  values.reduce((best, value) => (Number.isNaN(best) || beats(value, best) ? value : best))

const aggregated: Record<(typeof aggregations)[number], (values: readonly number[]) => number> = {
  sum,
  avg: (values) => sum(values) / values.length,
  max: (values) => extreme(values, (a, b) => a > b),
  min: (values) => extreme(values, (a, b) => a < b),
  count: (values) => values.length,
}

const overTime: Record<(typeof overTimeFunctions)[number], (values: readonly number[]) => number> =
  {
    ...aggregated,
    last: (values) => values.at(-1) as number,
  }

function readingAt(reading: AlertReading, exported: Exporters, now: Us): Sample[] {
  if (reading.read === 'quantile') return quantilesAt(reading, exported, now)
  const last = Math.floor(now / exported.scrapeUs)
  return exported.readingsOf(reading.of).flatMap((series) => {
    const value =
      reading.read === 'now'
        ? (series.values[last] ?? null)
        : overWindow(reading, series, exported, now)
    return value === null ? [] : [{ labels: series.labels, value }]
  })
}

type Windowed = Exclude<AlertReading, { read: 'now' | 'quantile' }>

function overWindow(
  { read, windowUs }: Windowed,
  { values }: Readings,
  exported: Exporters,
  now: Us,
): number | null {
  const { first, last } = window(exported, windowUs, now)
  if (read === 'rate' || read === 'increase')
    return last > first
      ? growth(read, values as readonly number[], { first, last }, exported.scrapeUs, windowUs, now)
      : null
  const seen = values.slice(first, last + 1).filter((value) => value !== null)
  return seen.length === 0 ? null : overTime[read](seen)
}

/** Numbers of the readings in a window: later than its beginning, at its end at the latest. */
function window({ scrapeUs }: Exporters, windowUs: Us, now: Us): { first: number; last: number } {
  return {
    first: Math.max(0, Math.floor((now - windowUs) / scrapeUs) + 1),
    last: Math.floor(now / scrapeUs),
  }
}

/**
 * Growth of a counter that never begins anew, extrapolated to the ends of the window as Prometheus does
 * (promql/functions.go, extrapolatedRate): to an end itself where a reading is near it, else by half the distance of
 * readings; and never to before the counter was 0.
 */
function growth(
  read: 'rate' | 'increase',
  values: readonly number[],
  { first, last }: { first: number; last: number },
  scrapeUs: Us,
  windowUs: Us,
  now: Us,
): number {
  const [from, to] = [values[first] as number, values[last] as number]
  const apart = scrapeUs / SECOND
  const sampled = (last - first) * apart
  const most = apart * 1.1
  let toStart = (first * scrapeUs - (now - windowUs)) / SECOND
  let toEnd = (now - last * scrapeUs) / SECOND
  if (toStart >= most) toStart = apart / 2
  if (to > from) toStart = Math.min(toStart, sampled * (from / (to - from)))
  if (toEnd >= most) toEnd = apart / 2
  const whole = (to - from) * ((sampled + toStart + toEnd) / sampled)
  return read === 'rate' ? whole / (windowUs / SECOND) : whole
}

function quantilesAt(
  { q, of, windowUs, by }: Extract<AlertReading, { read: 'quantile' }>,
  exported: Exporters,
  now: Us,
): Sample[] {
  const { first, last } = window(exported, windowUs, now)
  if (last <= first) return []
  const series = exported.observationsOf(of)
  const groups: [Labels, Observations[]][] = by
    ? grouped(series, by)
    : series.map((one) => [one.labels, [one]])
  const { scrapeUs } = exported
  return groups.map(([labels, members]) => ({
    labels,
    value: quantile(members, q, first * scrapeUs, last * scrapeUs),
  }))
}

/**
 * The smallest value that at least a share `q` of what ended after `fromUs`, by `toUs`, does not pass: what
 * histogram_quantile tends to as buckets grow narrow. NaN if nothing ended then.
 */
function quantile(members: readonly Observations[], q: number, fromUs: Us, toUs: Us): number {
  const slices = members.map(({ us, seconds }) =>
    seconds.subarray(firstAfter(us, fromUs), firstAfter(us, toUs)),
  )
  const count = slices.reduce((total, slice) => total + slice.length, 0)
  if (count === 0) return Number.NaN
  const all = new Float64Array(count)
  let at = 0
  for (const slice of slices) {
    all.set(slice, at)
    at += slice.length
  }
  return all.sort()[Math.max(1, Math.ceil(q * count - 1e-9)) - 1] as number
}

function firstAfter(us: Float64Array, moment: Us): number {
  let low = 0
  let high = us.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((us[middle] as Us) <= moment) low = middle + 1
    else high = middle
  }
  return low
}
