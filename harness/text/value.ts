import type { LimitPlan } from '../model/limit.ts'
import { type MetricName, type MetricUnit, metrics } from '../model/metric.ts'
import type { Us } from '../model/units.ts'

/** Stands wherever there is no figure. */
export const NOT_MEASURED = 'not measured'

/** `digits` significant figures (one fewer below 1), never an exponent: 0.42, 3.80, 38.2, 412. */
function figures(value: number, digits: number, decimalsMost = 9): string {
  const whole = value === 0 ? 1 : Number(Math.abs(value).toExponential().split('e')[1]) + 1
  const decimals = digits - whole - (whole < 1 ? 1 : 0)
  const text = value.toFixed(Math.max(0, Math.min(decimalsMost, decimals)))
  return minus(text.replace(/^(-?)(\d+)/, (_, sign, integer) => sign + grouped(integer)))
}

/** Thousands apart by commas, the same everywhere: no locale. */
const grouped = (integer: string): string => integer.replace(/\B(?=(\d{3})+$)/g, ',')

const minus = (text: string): string => text.replace('-', '−')

/** A duration in µs, in the unit a person would use: `0.42 ms`, `38.2 ms`, `3.80 s`, `12.5 min`. */
export function durationText(us: Us, digits = 3): string {
  if (!Number.isFinite(us)) return '∞'
  const size = Math.abs(us)
  if (size === 0) return '0 ms'
  if (size < 999_500) return `${figures(us / 1_000, digits, size < 1_000 ? 3 : 9)} ms`
  if (size < 599_500_000) return `${figures(us / 1_000_000, digits)} s`
  return `${figures(us / 60_000_000, digits)} min`
}

/** A moment of the run, counted from the end of warm-up: `52 s`, `52.4 s`, `−3 s`. */
export function momentText(us: Us): string {
  const tenths = Math.round(us / 100_000) / 10
  return `${minus(Number.isInteger(tenths) ? String(tenths) : tenths.toFixed(1))} s`
}

/** A share: at least two and at most `digits` decimals, and never 1 or 0 unless it is. */
export function ratioText(ratio: number, digits = 3): string {
  if (ratio === 0 || ratio === 1) return String(ratio)
  const text = ratio.toFixed(digits)
  if (digits < 12 && (Number(text) === 1 || Number(text) === 0)) return ratioText(ratio, digits + 1)
  return minus(text.replace(/(\.\d\d\d*?)0+$/, '$1'))
}

/** A share in percent: `3.1 %`, `0.04 %`, `99.96 %`, and never 100 unless it is. */
export function percentText(ratio: number): string {
  const percent = ratio * 100
  if (percent === 0 || percent === 100) return `${percent} %`
  let digits = Math.abs(percent) < 1 ? 3 : 2
  while (digits < 9 && Number(percent.toPrecision(digits)) === 100) digits++
  return `${figures(percent, percent > 99 && percent < 100 ? Math.max(4, digits) : digits)} %`
}

export const countText = (count: number, digits = 3): string =>
  Number.isInteger(count) ? minus(grouped(String(count))) : figures(count, digits)

/** `1 write`, `2,000 writes`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`

function bytesText(bytes: number, digits: number): string {
  const scale = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let at = 0
  while (Math.abs(value) >= 999.5 && at < scale.length - 1) {
    value /= 1000
    at++
  }
  return `${at === 0 && Number.isInteger(value) ? value : figures(value, digits)} ${scale[at]}`
}

/**
 * A value of a metric with its unit, `digits` significant figures of it: the one spelling, in terminal, report, summary
 * and sentences alike. What is no figure is said to be none.
 */
export function valueText(value: number | undefined, unit: MetricUnit, digits = 3): string {
  if (value === undefined || Number.isNaN(value)) return NOT_MEASURED
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (unit === 'us') return durationText(value, digits)
  if (unit === 'ratio') return ratioText(value, digits)
  if (unit === 'bytes') return bytesText(value, digits)
  if (unit === 'per-second') return `${figures(value, digits)}/s`
  return countText(value, digits)
}

/** The same; what had not happened when the run ended as a word, such as `never caught up`. */
export const metricText = (value: number, metric: MetricName, digits = 3): string =>
  value === Number.POSITIVE_INFINITY
    ? metrics[metric].never
    : valueText(value, metrics[metric].unit, digits)

export type Measured = number | { low: number; high: number } | undefined

/**
 * One value, or both ends of what it can be, with the unit once: `3.00 … 5.00 ms`. Ends that are spelled the same are
 * one value; an open end is a bound.
 */
export function measuredText(measured: Measured, unit: MetricUnit, digits = 3): string {
  if (measured === undefined) return NOT_MEASURED
  if (typeof measured === 'number') return valueText(measured, unit, digits)
  const [low, high] = [measured.low, measured.high].map((end) => valueText(end, unit, digits))
  if (low === high) return `${low}`
  if (measured.low === Number.NEGATIVE_INFINITY)
    return measured.high === Number.POSITIVE_INFINITY ? 'nothing' : `≤ ${high}`
  if (measured.high === Number.POSITIVE_INFINITY) return `≥ ${low}`
  const [sign] = /( \S+|\/s)$/.exec(`${high}`) ?? ['']
  return `${sign !== '' && low?.endsWith(sign) ? low.slice(0, -sign.length) : low} … ${high}`
}

/** A value somebody wrote, without the zeros nobody wrote: `40 ms`, `0.95`, `1.5 s`. */
export const writtenText = (value: number, unit: MetricUnit): string =>
  valueText(value, unit, 7)
    .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '')

/** What was measured, with as many digits as it takes to see on which side of the limit it lies. */
export function besideLimit(
  measured: Measured,
  { metric, value: limit }: Pick<LimitPlan, 'metric' | 'value'>,
): string {
  const { unit, never } = metrics[metric]
  const ends = typeof measured === 'object' ? [measured.low, measured.high] : [measured]
  if (ends[0] === Number.POSITIVE_INFINITY) return never
  const differs = (digits: number): boolean =>
    ends.every(
      (end) =>
        end === undefined ||
        end === limit ||
        valueText(end, unit, digits) !== valueText(limit, unit, digits),
    )
  let digits = 3
  while (digits < 8 && !differs(digits)) digits++
  return measuredText(measured, unit, digits)
}

/** p50, p99, p99.9 from a quantile in [0, 1). */
export const percentileName = (q: number): string => `p${Number((q * 100).toFixed(4))}`

/** What of its metric a limit is on: `search.response p99`, `lag applied-searchable p90`. */
export function limitSubject({ metric, hop, stat }: LimitPlan): string {
  const part = hop === undefined ? metric : `${metric} ${hop}`
  if (stat.kind === 'quantile') return `${part} ${percentileName(stat.q)}`
  return stat.kind === 'mean' ? `${part} mean` : part
}

/** What it asks for: `≤ 40 ms`. */
export const limitBound = ({ metric, bound, value }: LimitPlan): string =>
  `${bound === 'at-most' ? '≤' : '≥'} ${writtenText(value, metrics[metric].unit)}`
