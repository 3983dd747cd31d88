import type { Us } from './units.ts'

/** Every metric of summary.json, with its unit and what it means. The one list: help, schema and docs read it. */
export const metrics = {
  'search.response': { unit: 'us', about: 'search, from intended start to answer' },
  'search.service': { unit: 'us', about: 'search, from dispatch to answer' },
  'search.dispatch-delay': {
    unit: 'us',
    about: 'from intended start to dispatch of any operation: our own delay',
  },
  'fetch.response': { unit: 'us', about: 'fetch by id, from intended start to answer' },
  'write.response': {
    unit: 'us',
    about: 'upsert or delete, from intended start to acknowledgement',
  },
  recall: { unit: 'ratio', about: 'recall@k against exact search over the moving set' },
  'recall-loss': { unit: 'ratio', about: 'share of k missed, by cause' },
  'answer-difference': {
    unit: 'ratio',
    about: '1 - Jaccard@k of the same query in two regions at one instant',
  },
  lag: {
    unit: 'us',
    about: 'per record and target region: acknowledged to searchable, or one hop of it',
  },
  'catch-up': {
    unit: 'us',
    about:
      'from the heal of a fault until all writes acknowledged before it are applied or superseded everywhere',
  },
  convergence: {
    unit: 'us',
    about:
      'from the end of arrivals until full scans of all regions equal each other and the expected set',
  },
  'lost-writes': {
    unit: 'count',
    about: 'acknowledged writes that vanished or were overwritten by a causal predecessor',
  },
  'overwritten-real-time': {
    unit: 'count',
    about: 'acknowledged writes overwritten by a real-time predecessor that was not a causal one',
  },
  'mirror-duplicates': {
    unit: 'count',
    about: 'copies that mirrors made of a record whose copy was already in the target’s log',
  },
  'client-recovery': {
    unit: 'us',
    about: 'from the heal of a fault to the first success on the paths it touched',
  },
  availability: {
    unit: 'ratio',
    about: 'operations answered ok within their deadline / scheduled',
  },
  throughput: {
    unit: 'per-second',
    about: 'operations answered ok per second, by the moment of the answer',
  },
  goodput: {
    unit: 'per-second',
    about: 'operations answered ok within the response limit, per second',
  },
  staleness: {
    unit: 'us',
    about: 'how long the oldest version a read returned had been superseded; 0 if current',
  },
  'link-bytes': { unit: 'bytes', about: 'bytes sent over a directed link' },
  replicas: {
    unit: 'us',
    about: 'from acknowledged until n of the regions that are to hold a write have it: hop on-n',
  },
  rpo: {
    unit: 'count',
    about:
      'writes acknowledged before a region went away that no other region has had by its return',
  },
  'rpo-time': { unit: 'us', about: 'how old the oldest of those was when the region went away' },
  rto: {
    unit: 'us',
    about: 'from the moment a region goes away until its users are first answered ok again',
  },
  'cache-hits': { unit: 'ratio', about: 'share of reads that a cache answered' },
  'stale-answers': { unit: 'ratio', about: 'share of reads whose answers call themselves stale' },
  'partial-answers': {
    unit: 'ratio',
    about: 'share of reads whose answers call themselves partial',
  },
  'shard-share': { unit: 'ratio', about: 'largest share of acknowledged writes on one shard' },
  amplification: {
    unit: 'factor',
    about: 'bytes on all links for each byte of acknowledged writes',
  },
} as const

export type MetricName = keyof typeof metrics

/**
 * What a figure of a metric rests on: values it is a percentile or mean of, operations it is a share of, queries it is
 * a mean over. Of these a run is a sample, judged by the interval that it shows. `whole`: a count, or one moment of the
 * run, judged as it is.
 */
export const evidenceOf: Record<MetricName, 'values' | 'share' | 'queries' | 'whole'> = {
  'search.response': 'values',
  'search.service': 'values',
  'search.dispatch-delay': 'values',
  'fetch.response': 'values',
  'write.response': 'values',
  recall: 'queries',
  'recall-loss': 'queries',
  'answer-difference': 'queries',
  lag: 'values',
  'catch-up': 'whole',
  convergence: 'whole',
  'lost-writes': 'whole',
  'overwritten-real-time': 'whole',
  'mirror-duplicates': 'whole',
  'client-recovery': 'whole',
  availability: 'share',
  throughput: 'whole',
  goodput: 'share',
  staleness: 'values',
  'link-bytes': 'whole',
  replicas: 'values',
  rpo: 'whole',
  'rpo-time': 'whole',
  rto: 'whole',
  'cache-hits': 'share',
  'stale-answers': 'share',
  'partial-answers': 'share',
  'shard-share': 'share',
  amplification: 'whole',
}
export type MetricUnit = (typeof metrics)[MetricName]['unit']

/**
 * One measurement, one row; what was not measured has no row. Of `value`, `low`/`high` and percentiles only
 * those that exist are present. With `censored` values a percentile is present only if no censored value
 * could change it; `atLeast` then gives the lower bounds instead.
 */
export type MetricRow = {
  metric: MetricName
  unit: MetricUnit
  region?: string
  link?: string
  phase?: string
  operation?: string
  hop?: string
  cause?: string
  count: number
  value?: number
  low?: number
  high?: number
  mean?: number
  p50?: number
  p90?: number
  p95?: number
  p99?: number
  p999?: number
  max?: number
  /** How many of `count` are lower bounds (timed out, never arrived) or +∞ (shed). */
  censored?: number
  atLeast?: { p50?: number; p90?: number; p95?: number; p99?: number; p999?: number }
}

/** A stretch of the run. `fromUs` inclusive, `toUs` exclusive; a name may occur in several stretches. */
export type PhaseSpan = { name: string; fromUs: Us; toUs: Us }
