import type { AlertOutcome, AlertVerdict } from './alert.ts'
import type { RunPromises } from './guarantees.ts'
import type { LimitPlan } from './limit.ts'
import type { MetricRow, MetricUnit, PhaseSpan } from './metric.ts'
import type { Plan } from './plan.ts'
import type { Us } from './units.ts'

/** `unknown`: no evidence, or not enough. `invalid`: measured, but on a machine that could not keep up. */
export type Verdict = 'pass' | 'fail' | 'unknown' | 'invalid'

/**
 * What a finding stands on. `time`: on how long something took, so it says nothing where the machine could not keep up.
 * `content`: on what was there and in which order, which no slow machine makes wrong.
 */
export type Measures = 'time' | 'content'

/** What one checker says. `evidence` counts what it looked at; 0 is never a pass. */
export type Finding = {
  checker: string
  verdict: Verdict
  /** One sentence with figures. */
  because: string
  evidence: number
  /** How many violations; `events` quotes at most 8 of them. */
  violations: number
  events: Witness[]
  /** `correctness` outranks limits; `promise` only if the system declares it; `run` is about the run itself. */
  about: 'correctness' | 'promise' | 'run'
  measures: Measures
  /** false: the system does not promise it, so it is reported and never fails the run. */
  promised: boolean
  /** Why not, if it is promised of runs without some hazard of this one's faults: one sentence. */
  unpromised?: string
}

/** The two or three events that contradict each other, as a sentence, and where they stand in the record. */
export type Witness = { sentence: string; lines: number[] }

/** One limit judged in one cell (region or link, phase, operation). */
export type LimitResult = {
  limit: LimitPlan
  region?: string
  link?: string
  phase?: string
  operation?: string
  /** Absent if nothing was measured. An interval if only bounds are known. */
  measured?: number | { low: number; high: number }
  /** What the count shows at the limit's confidence: the verdict rests on this. Absent where nothing is a sample. */
  shown?: { low: number; high: number }
  count: number
  verdict: Verdict
  because: string
  /** Nobody planned to show it here: that it is unknown leaves the run's verdict as it is. */
  unasked?: true
}

/** A point series for a chart: bucket start in µs, value; a bucket without samples is absent. */
export type Series = {
  chart: 'rates' | 'latency' | 'heat' | 'recall' | 'lag' | 'divergence' | 'catch-up' | 'dispatch'
  /** e.g. `us-east`, `us-east>eu-west`. */
  key: string
  /** e.g. `p50`, `p99`, `offered`, `achieved`, `low`, `high`; of `heat` the responses that are counted: `3160-4220us`. */
  line: string
  points: [Us, number][]
}

/** A percentile curve: x is the quantile in [0, 1), y in µs. */
export type Curve = { metric: string; region: string; phase: string; points: [number, number][] }

/** A fault as it went: planned, injected, confirmed or not. */
export type FaultSpan = {
  name: string
  kind: string
  where: string
  fromUs: Us
  toUs: Us
  confirmedUs: Us | null
  healConfirmedUs: Us | null
  saw: string
}

/**
 * What a server said of itself in one region and phase, in its own unit, beside what we measured there of the same.
 * No verdict uses it.
 */
export type ServerFigure = {
  figure: string
  region: string
  phase: string
  /** How often it was read. */
  count: number
  median: number
  max: number
  /** Absent if nothing of ours compares, or too little was measured. */
  ours?: OwnMeasurement
}

/** Of `median`, `max` and `low`, `high` (both ends of a mean) those that it has. */
export type OwnMeasurement = {
  what: 'acknowledged, not applied' | 'recall' | 'applied to searchable'
  unit: MetricUnit
  count: number
  median?: number
  max?: number
  low?: number
  high?: number
}

/** Everything a report shows, as plain data; made from a run directory alone. */
export type Analysis = {
  plan: Plan
  faultline: string
  ended: {
    how: 'complete' | 'interrupted' | 'failed' | 'cut off'
    because: string
    atUs: Us
    lines: number
  }
  phases: PhaseSpan[]
  faults: FaultSpan[]
  metrics: MetricRow[]
  /** Absent if no server said anything of itself: in the simulator there is none. */
  figures?: ServerFigure[]
  series: Series[]
  curves: Curve[]
  findings: Finding[]
  /** Of each alerting rule of the plan what it would have done; absent: it has none. */
  alerts?: AlertOutcome[]
  /** What the system promises of a run with these faults, and what not. */
  promises: RunPromises
}

/** Findings and limits together: the answer to "may this go out?". */
export type Judgement = {
  verdict: Verdict
  exitCode: number
  because: string
  limits: LimitResult[]
  /** What came of the expectations of alerts; absent: there are none. */
  alerts?: AlertVerdict[]
}
