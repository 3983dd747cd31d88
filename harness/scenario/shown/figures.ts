import type { LimitPlan } from '../../model/limit.ts'
import { type MetricUnit, metrics } from '../../model/metric.ts'
import type { Us } from '../../model/units.ts'
import { percentileName } from '../../text/value.ts'

const longUnits: [string, number][] = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
]
const timeUnits: [string, number][] = [
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
]

/** As a scenario writes it: `38ms`, `1.5s`, `500us`; longer units only where they are whole and more than a few. */
export function durationText(us: Us): string {
  const long = longUnits.find(([, size]) => us !== 0 && us % size === 0 && Math.abs(us) > 3 * size)
  const [unit, size] = long ?? timeUnits.find(([, size]) => Math.abs(us) >= size) ?? ['s', 1]
  return `${rounded(us / size)}${unit}`
}

/** `10%`, `99.95%`. */
export const shareText = (share: number): string => `${rounded(share * 100)}%`

/** `60/s`, `12/min`. */
export function rateText(perSec: number): string {
  return perSec !== 0 && perSec < 1 ? `${rounded(perSec * 60)}/min` : `${rounded(perSec)}/s`
}

/** `100Mbit/s`. */
export const bandwidthText = (bitsPerSec: number): string =>
  scaled(bitsPerSec, ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'])

/** `10MB`. */
export const bytesText = (bytes: number): string => scaled(bytes, ['B', 'kB', 'MB', 'GB'])

/** A size that is mostly a power of two: `64KiB`, `3MiB`, else `10MB`. */
export function sizeText(bytes: number): string {
  const [unit, size] = (
    [
      ['MiB', 1_048_576],
      ['KiB', 1_024],
    ] as const
  ).find(([, size]) => bytes > 0 && bytes % size === 0) ?? ['', 0]
  return size === 0 ? bytesText(bytes) : `${bytes / size}${unit}`
}

/** A count, thousands set apart; fractions only below 10. */
export function countText(count: number): string {
  const shown = count < 10 ? Math.round(count * 10) / 10 : Math.round(count)
  return String(shown).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A bound on a metric, as a scenario writes it. */
export function boundText(value: number, unit: MetricUnit): string {
  if (unit === 'us') return durationText(value)
  if (unit === 'per-second') return rateText(value)
  if (unit === 'bytes') return bytesText(value)
  return unit === 'ratio' || unit === 'factor' ? String(rounded(value)) : countText(value)
}

/** `search.response p99 ≤ 40ms`. */
export function limitText({ metric, hop, stat, bound, value }: LimitPlan): string {
  const what =
    stat.kind === 'quantile' ? ` ${percentileName(stat.q)}` : stat.kind === 'mean' ? ' mean' : ''
  return `${metric}${hop === undefined ? '' : ` ${hop}`}${what} ${bound === 'at-most' ? '≤' : '≥'} ${boundText(value, metrics[metric].unit)}`
}

/** Six significant digits are more than anybody reads, and hide binary fractions. */
const rounded = (value: number): number => Number(value.toPrecision(6))

function scaled(value: number, units: readonly string[]): string {
  let size = value
  let unit = 0
  while (size >= 1_000 && unit < units.length - 1) {
    size /= 1_000
    unit++
  }
  return `${rounded(size)}${units[unit]}`
}
