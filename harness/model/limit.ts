import type { MetricName } from './metric.ts'

/**
 * One line of `limits:`. Without region, link or phase it holds for each of them apart (warm-up excepted);
 * `pool` joins regions or links into one sample first. `value` is in the metric's unit (µs for times).
 */
export type LimitPlan = {
  metric: MetricName
  stat: { kind: 'quantile'; q: number } | { kind: 'mean' } | { kind: 'value' }
  bound: 'at-most' | 'at-least'
  value: number
  region: string | null
  link: string | null
  phase: string | null
  operation: string | null
  /** One stretch of `lag`, or `on-2`, `on-3` … of `replicas`; absent: the whole of it. */
  hop?: string
  pool: boolean
  /** How sure the verdict has to be, as a share; null where nothing is drawn: a count, or one moment of the run. */
  confidence: number | null
  /** As written, for messages. */
  text: string
}
