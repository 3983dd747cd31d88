import type { Verdict } from './finding.ts'
import type { LimitPlan } from './limit.ts'
import type { MetricUnit } from './metric.ts'
import type { Plan } from './plan.ts'

/** What a sweep shows of each point: a metric (a limit that everything satisfies), or how often a checker fired. */
export type ShownPlan =
  | { kind: 'metric'; limit: LimitPlan; title: string }
  | { kind: 'finding'; checker: string; title: string }

/** One plan of a sweep; `at` is what was varied and its value, as written. Points count from 1. */
export type SweepPoint = { number: number; at: Record<string, string>; plan: Plan }

export type SweepPlan = { points: SweepPoint[]; show: ShownPlan[] }

/**
 * One figure of one point. `low` and `high` are equal where the value is known; a bound that is not known is absent,
 * as are both where nothing was measured.
 */
export type ShownFigure = {
  title: string
  unit: MetricUnit
  count: number
  low?: number
  high?: number
  /** Where the worst of several values was. */
  where?: string
}

/** What one point came to. */
export type PointResult = {
  number: number
  at: Record<string, string>
  verdict: Verdict
  exitCode: number
  because: string
  /** What of the expectation did not come out; absent if there is none. */
  unmet?: string[]
  figures: ShownFigure[]
  directory: string
}

export type SweepResult = {
  format: 1
  scenario: string
  question: string
  /** What has to be known of the load to read the figures. */
  notes: string[]
  seed: number
  world: Plan['world']
  faultline: string
  points: PointResult[]
}

/** Where a point stands, as a person reads it: `links.rtt = 80ms, load.0.zipf = 1.1`. */
export const pointText = (at: Record<string, string>): string =>
  Object.entries(at)
    .map(([path, value]) => `${path} = ${value}`)
    .join(', ')
