import type { Interval } from '../base/histogram.ts'
import type { LimitPlan } from '../model/limit.ts'
import { type MetricName, type MetricUnit, metrics } from '../model/metric.ts'
import { MS, SECOND } from '../model/units.ts'
import { grouped } from './wording.ts'

/**
 * A value of a metric with its unit as people read it: times in ms, from a second on in s; what had not happened when
 * the run ended as a word, such as `never caught up`.
 */
export function figure(value: number, metric: MetricName): string {
  if (value === Number.POSITIVE_INFINITY) return metrics[metric].never
  return inUnit(value, metrics[metric].unit)
}

function inUnit(value: number, unit: MetricUnit): string {
  switch (unit) {
    case 'us':
      return Math.abs(value) >= SECOND
        ? `${trimmed(value / SECOND, 2)} s`
        : `${trimmed(value / MS, 2)} ms`
    case 'ratio':
      return share(value)
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

/** `95 %`. */
export const confidenceText = (confidence: number): string => `${trimmed(confidence * 100, 1)} %`

/** Both ends, the low one first. */
export function interval({ low, high }: Interval, metric: MetricName): string {
  if (low === high) return figure(low, metric)
  if (low === Number.NEGATIVE_INFINITY)
    return high === Number.POSITIVE_INFINITY ? 'nothing' : `at most ${figure(high, metric)}`
  if (high === Number.POSITIVE_INFINITY) return `at least ${figure(low, metric)}`
  return `${figure(low, metric)} to ${figure(high, metric)}`
}

/** `p99 ≤ 40 ms`. */
export function limitText({ metric, stat, bound, value }: LimitPlan): string {
  return `${statText(stat)}${bound === 'at-most' ? '≤' : '≥'} ${figure(value, metric)}`
}

function statText(stat: LimitPlan['stat']): string {
  if (stat.kind === 'quantile') return `p${trimmed(stat.q * 100, 4)} `
  return stat.kind === 'mean' ? 'mean ' : ''
}

/** Four decimals, or as many as it takes: never 0 or 1 unless it is. */
function share(value: number): string {
  let digits = 4
  while (digits < 12 && value > 0 && value < 1 && /^[01](\.0*)?$/.test(value.toFixed(digits)))
    digits++
  return trimmed(value, digits === 4 ? 4 : digits + 1)
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, '')
}
