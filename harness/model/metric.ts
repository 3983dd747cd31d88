import type { OperationKind } from './operation.ts'
import type { Us } from './units.ts'

export type MetricUnit = 'us' | 'ratio' | 'count' | 'per-second' | 'bytes' | 'factor'

/** `write` is upserts and deletes together. */
export type OperationName = OperationKind | 'write'

/** Everything known of a metric but for the code that measures it. */
export type Metric = {
  unit: MetricUnit
  /** What it is, for help, schema, report and glossary. */
  about: string
  /** What it is measured for: each region, each directed link, each pair of regions, each fault, or the run. */
  of: 'region' | 'link' | 'pair' | 'fault' | 'run'
  /** What of it is bounded: a percentile or the mean of samples, the mean alone, or one value. */
  by: 'samples' | 'mean' | 'value'
  better: 'low' | 'high'
  /** Operations that give a sample. */
  from: readonly OperationKind[]
  /** Operations a limit may single out. */
  choose: readonly OperationName[]
  /** Operations that a limit which names none is held against, each apart; none: against all of `from` in one. */
  apart: readonly OperationName[]
  /**
   * What a figure rests on: values it is a percentile or mean of, operations it is a share of, queries it is a mean
   * over. Of these a run is a sample, judged by the interval that it shows. `whole`: a count, or one moment of the run,
   * judged as it is.
   */
  evidence: 'values' | 'share' | 'queries' | 'whole'
  /** What several regions or links have together: all samples, a mean weighted by counts, the sum; null: nothing. */
  pooled: 'samples' | 'mean' | 'sum' | null
  /** False where it stays true although the machine could not keep up: what counts, and does not time. */
  timed: boolean
  /** Of a metric of faults: measured for all, on the paths where something failed, or for those of whole regions. */
  faults: 'all' | 'paths' | 'outages' | null
  /** Counts from the moment a schedule meant an operation to start: searches of a closed loop give no sample. */
  scheduled: boolean
  /** Values of `hop`: stretches of the whole, or `on-2`, `on-3` … one of which a limit must name. */
  hops: readonly string[] | 'on-n' | null
  /** The words for a value that did not exist when the run ended, such as `never caught up`. */
  never: string
}

const writes = ['upsert', 'delete'] as const
const reads = ['search', 'fetch'] as const
const all = ['search', 'fetch', 'upsert', 'delete'] as const

const plain = {
  better: 'low',
  choose: [],
  apart: [],
  timed: true,
  faults: null,
  scheduled: false,
  hops: null,
  never: 'without end',
} as const

/** Times, each operation's own. */
const times = {
  ...plain,
  unit: 'us',
  of: 'region',
  by: 'samples',
  evidence: 'values',
  pooled: 'samples',
} as const

/** Means over queries. */
const means = { ...plain, unit: 'ratio', by: 'mean', evidence: 'queries', pooled: 'mean' } as const

/** Shares of operations, which can be counted over several regions. */
const shares = {
  ...plain,
  unit: 'ratio',
  of: 'region',
  by: 'value',
  evidence: 'share',
  pooled: 'mean',
} as const

/** One value of a place, a fault or the run, judged as it is. */
const value = { ...plain, by: 'value', evidence: 'whole', pooled: null } as const

/**
 * Every metric of summary.json, and all that help, schema, docs, check, verdict and report need to know of it. The one
 * list: what measures each is in analysis/metrics/measures.ts, which does not compile while one is missing there.
 */
const table = {
  'search.response': {
    ...times,
    about: 'search, from intended start to answer',
    from: ['search'],
    scheduled: true,
  },
  'search.service': { ...times, about: 'search, from dispatch to answer', from: ['search'] },
  'search.dispatch-delay': {
    ...times,
    about: 'from intended start to dispatch of any operation: our own delay',
    from: all,
  },
  'fetch.response': {
    ...times,
    about: 'fetch by id, from intended start to answer',
    from: ['fetch'],
  },
  'write.response': {
    ...times,
    about: 'upsert or delete, from intended start to acknowledgement',
    ...{ from: writes, choose: writes },
  },
  recall: {
    ...means,
    about: 'recall@k against exact search over the moving set',
    ...{ of: 'region', better: 'high', from: ['search'] },
  },
  'recall-loss': {
    ...means,
    about: 'share of k missed, by cause',
    ...{ of: 'region', from: ['search'] },
  },
  'answer-difference': {
    ...means,
    about: '1 - Jaccard@k of the same query in two regions at one instant',
    ...{ of: 'pair', from: [] },
  },
  lag: {
    ...times,
    about: 'per record and target region: acknowledged to searchable, or one hop of it',
    ...{ of: 'link', from: writes, never: 'never arrived' },
    hops: ['logged-mirrored', 'mirrored-applied', 'applied-searchable'],
  },
  'catch-up': {
    ...value,
    unit: 'us',
    about:
      'from the heal of a fault until all writes acknowledged before it are applied or superseded everywhere',
    ...{ of: 'fault', faults: 'all', from: writes, never: 'never caught up' },
  },
  convergence: {
    ...value,
    unit: 'us',
    about:
      'from the end of arrivals until full scans of all regions equal each other and the expected set',
    ...{ of: 'run', from: writes, never: 'never converged' },
  },
  'lost-writes': {
    ...value,
    unit: 'count',
    about: 'acknowledged writes that vanished or were overwritten by a causal predecessor',
    ...{ of: 'run', from: writes, timed: false },
  },
  'overwritten-real-time': {
    ...value,
    unit: 'count',
    about: 'acknowledged writes overwritten by a real-time predecessor that was not a causal one',
    ...{ of: 'run', from: writes, timed: false },
  },
  'mirror-duplicates': {
    ...value,
    unit: 'count',
    about: 'copies that mirrors made of a record whose copy was already in the target’s log',
    ...{ of: 'run', from: writes, timed: false },
  },
  'client-recovery': {
    ...value,
    unit: 'us',
    about: 'from the heal of a fault to the first success on the paths it touched',
    ...{ of: 'fault', faults: 'paths', from: all, never: 'never recovered' },
  },
  availability: {
    ...shares,
    about: 'operations answered ok within their deadline / scheduled',
    ...{ better: 'high', from: all, choose: [...all, 'write'], apart: [...reads, 'write'] },
  },
  throughput: {
    ...value,
    unit: 'per-second',
    about: 'operations answered ok per second, by the moment of the answer',
    ...{ of: 'region', better: 'high' },
    ...{ from: all, choose: [...all, 'write'], apart: [...reads, 'write'] },
  },
  goodput: {
    ...shares,
    unit: 'per-second',
    about: 'operations answered ok within the response limit, per second',
    ...{ better: 'high', pooled: 'sum', scheduled: true, from: ['search'], apart: ['search'] },
  },
  staleness: {
    ...times,
    about: 'how long the oldest version a read returned had been superseded; 0 if current',
    ...{ from: reads, choose: reads, apart: reads },
  },
  'link-bytes': {
    ...value,
    unit: 'bytes',
    about: 'bytes sent over a directed link',
    ...{ of: 'link', from: [], timed: false },
  },
  replicas: {
    ...times,
    about: 'from acknowledged until n of the regions that are to hold a write have it: hop on-n',
    ...{ from: writes, hops: 'on-n', never: 'never arrived' },
  },
  rpo: {
    ...value,
    unit: 'count',
    about:
      'writes acknowledged before a region went away that no other region has had by its return',
    ...{ of: 'fault', faults: 'outages', from: writes, timed: false },
  },
  'rpo-time': {
    ...value,
    unit: 'us',
    about: 'how old the oldest of those was when the region went away',
    ...{ of: 'fault', faults: 'outages', from: writes },
  },
  rto: {
    ...value,
    unit: 'us',
    about: 'from the moment a region goes away until its users are first answered ok again',
    ...{ of: 'fault', faults: 'outages', from: all, choose: [...reads, 'write'] },
    never: 'never recovered',
  },
  'cache-hits': {
    ...shares,
    about: 'share of reads that a cache answered',
    ...{ better: 'high', from: reads, choose: reads, timed: false },
  },
  'stale-answers': {
    ...shares,
    about: 'share of reads whose answers call themselves stale',
    ...{ from: reads, choose: reads, timed: false },
  },
  'partial-answers': {
    ...shares,
    about: 'share of reads whose answers call themselves partial',
    ...{ from: reads, choose: reads, timed: false },
  },
  'shard-share': {
    ...shares,
    about: 'largest share of acknowledged writes on one shard',
    ...{ from: writes, pooled: null, timed: false },
  },
  amplification: {
    ...value,
    unit: 'factor',
    about: 'bytes on all links for each byte of acknowledged writes',
    ...{ of: 'run', from: writes, timed: false },
  },
} as const satisfies Record<string, Metric>

export type MetricName = keyof typeof table

export const metrics: Readonly<Record<MetricName, Metric>> = table

/** Percentiles that are measured, as shares. */
export const percentiles = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const

/** 0.999 as a limit writes it: 99.9. */
export const inPercent = (q: number): number => Math.round(q * 1000) / 10

/** Kinds of operation that a name stands for; none for a name nobody knows. */
export const operationsNamed = (name: string): readonly OperationKind[] =>
  name === 'write' ? writes : all.filter((kind) => kind === name)

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
