import type { Interval } from '../base/histogram.ts'
import type { LimitPlan } from '../model/limit.ts'
import { type MetricUnit, metrics } from '../model/metric.ts'
import { MS, SECOND } from '../model/units.ts'
import { grouped } from './wording.ts'

/** A value with its unit as people read it: times in ms, from a second on in s. */
export function figure(value: number, unit: MetricUnit): string {
  if (value === Number.POSITIVE_INFINITY) return 'without end'
  switch (unit) {
    case 'us':
      return Math.abs(value) >= SECOND
        ? `${trimmed(value / SECOND, 2)} s`
        : `${trimmed(value / MS, 2)} ms`
    case 'ratio':
      return trimmed(value, 4)
    case 'per-second':
      return `${trimmed(value, 2)}/s`
    case 'bytes':
      return `${grouped(Math.round(value))} bytes`
    case 'factor':
      return trimmed(value, 2)
    case 'count':
      return grouped(value)
  }
}

export function interval({ low, high }: Interval, unit: MetricUnit): string {
  if (low === high) return figure(low, unit)
  if (high === Number.POSITIVE_INFINITY) return `at least ${figure(low, unit)}`
  return `${figure(low, unit)} to ${figure(high, unit)}`
}

/** `p99 ≤ 40 ms`. */
export function limitText({ metric, stat, bound, value }: LimitPlan): string {
  return `${statText(stat)}${bound === 'at-most' ? '≤' : '≥'} ${figure(value, metrics[metric].unit)}`
}

function statText(stat: LimitPlan['stat']): string {
  if (stat.kind === 'quantile') return `p${trimmed(stat.q * 100, 4)} `
  return stat.kind === 'mean' ? 'mean ' : ''
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '')
}
