import type { MetricUnit } from '../harness/model/metric.ts'
import type { Us } from '../harness/model/units.ts'

/** Between a figure and its unit: no line ends there. */
export const GAP = '\u00a0'

/** Stands wherever there is no figure. */
export const NOT_MEASURED = 'not measured'

/** `digits` significant figures (one fewer below 1), never an exponent: 0.42, 3.80, 38.2, 412. */
function figures(value: number, digits: number, decimalsMost = 9): string {
  const whole = value === 0 ? 1 : Math.floor(Math.log10(Math.abs(value))) + 1
  const decimals = digits - whole - (whole < 1 ? 1 : 0)
  const text = value.toFixed(Math.max(0, Math.min(decimalsMost, decimals)))
  return minus(text.replace(/^(-?)(\d+)/, (_, sign, integer) => sign + grouped(integer)))
}

const grouped = (integer: string): string => integer.replace(/\B(?=(\d{3})+$)/g, ',')

const minus = (text: string): string => text.replace('-', '−')

/** A duration in µs, in the unit a person would use: `0.42 ms`, `38.2 ms`, `3.80 s`, `12.5 min`. */
export function durationText(us: Us, digits = 3): string {
  if (!Number.isFinite(us)) return '∞'
  const size = Math.abs(us)
  if (size === 0) return `0${GAP}ms`
  if (size < 999_500) return `${figures(us / 1_000, digits, size < 1_000 ? 3 : 9)}${GAP}ms`
  if (size < 599_500_000) return `${figures(us / 1_000_000, digits)}${GAP}s`
  return `${figures(us / 60_000_000, digits)}${GAP}min`
}

/** A moment of the run, counted from the end of warm-up: `52 s`, `52.4 s`, `−3 s`. */
export function momentText(us: Us): string {
  const tenths = Math.round(us / 100_000) / 10
  return `${minus(Number.isInteger(tenths) ? String(tenths) : tenths.toFixed(1))}${GAP}s`
}

/** A share: at least two and at most `digits` decimals, and never 1 or 0 unless it is. */
export function ratioText(ratio: number, digits = 3): string {
  if (ratio === 0 || ratio === 1) return String(ratio)
  const text = ratio.toFixed(digits)
  if (digits < 9 && (Number(text) === 1 || Number(text) === 0)) return ratioText(ratio, digits + 1)
  return minus(text.replace(/(\.\d\d\d*?)0+$/, '$1'))
}

/** A share in percent: `3.1 %`, `0.04 %`, `99.96 %`, and never 100 unless it is. */
export function percentText(ratio: number): string {
  const percent = ratio * 100
  if (percent === 0 || percent === 100) return `${percent}${GAP}%`
  let digits = Math.abs(percent) < 1 ? 3 : 2
  while (digits < 9 && Number(percent.toPrecision(digits)) === 100) digits++
  return `${figures(percent, percent > 99 && percent < 100 ? Math.max(4, digits) : digits)}${GAP}%`
}

export const countText = (count: number): string =>
  Number.isInteger(count) ? minus(grouped(String(count))) : figures(count, 3)

function bytesText(bytes: number, digits: number): string {
  const scale = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let at = 0
  while (Math.abs(value) >= 999.5 && at < scale.length - 1) {
    value /= 1000
    at++
  }
  return `${at === 0 && Number.isInteger(value) ? value : figures(value, digits)}${GAP}${scale[at]}`
}

/** A value of a metric with its unit; what is no figure is said to be none. */
export function valueText(value: number | undefined, unit: MetricUnit, digits = 3): string {
  if (value === undefined || Number.isNaN(value)) return NOT_MEASURED
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (unit === 'us') return durationText(value, digits)
  if (unit === 'ratio') return ratioText(value, digits)
  if (unit === 'bytes') return bytesText(value, digits)
  if (unit === 'per-second') return `${figures(value, digits)}/s`
  return countText(value)
}

export type Measured = number | { low: number; high: number } | undefined

/** One value, or both ends of what it can be; an open upper end is a lower bound. */
export function measuredText(measured: Measured, unit: MetricUnit, digits = 3): string {
  if (measured === undefined) return NOT_MEASURED
  if (typeof measured === 'number') return valueText(measured, unit, digits)
  const { low, high } = measured
  if (low === high) return valueText(low, unit, digits)
  if (!Number.isFinite(low) && low < 0)
    return Number.isFinite(high) ? `≤ ${valueText(high, unit, digits)}` : 'nothing'
  if (!Number.isFinite(high)) return `≥ ${valueText(low, unit, digits)}`
  return `${valueText(low, unit, digits)} … ${valueText(high, unit, digits)}`
}

/** A value somebody wrote, without the zeros nobody wrote: `40 ms`, `0.95`, `1.5 s`. */
export const writtenText = (value: number, unit: MetricUnit): string =>
  valueText(value, unit, 7)
    .replace(/(\.\d*?)0+(?=\D|$)/, '$1')
    .replace(/\.(?=\D|$)/, '')

/** What was measured, with as many digits as it takes to see on which side of the limit it lies. */
export function besideLimit(measured: Measured, limit: number, unit: MetricUnit): string {
  const ends = typeof measured === 'object' ? [measured.low, measured.high] : [measured]
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

/** `us-east>eu-west` as a person reads it. */
export const linkLabel = (link: string): string =>
  link.includes('<>') ? link.replace('<>', ' ↔ ') : link.replace('>', ' → ')

/** Where a fault acts; both directions of a link are said once. */
export function whereLabel(where: string): string {
  const links = where.split(', ')
  const said = new Set<string>()
  const labels: string[] = []
  for (const link of links) {
    const [from, to] = link.split('>')
    const back = `${to}>${from}`
    if (said.has(back)) continue
    said.add(link)
    labels.push(links.includes(back) ? `${from} ↔ ${to}` : linkLabel(link))
  }
  return labels.join(', ')
}

/** `fault:cut` in a sentence: `during cut`. */
export function phaseText(phase: string): string {
  if (phase.startsWith('fault:')) return `during ${joinedNames(phase.slice('fault:'.length))}`
  if (phase.startsWith('recovery:'))
    return `while recovering from ${joinedNames(phase.slice('recovery:'.length))}`
  return phase === 'warmup' ? 'in warm-up' : `in ${phase}`
}

const joinedNames = (names: string): string => names.split('+').join(' and ')

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : many}`

/** p50, p99, p99.9 from a quantile in [0, 1). */
export const percentileName = (q: number): string => `p${Number((q * 100).toFixed(4))}`

/** A word as a shell takes it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
