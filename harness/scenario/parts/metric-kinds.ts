import type { MetricName } from '../../model/metric.ts'
import type { OperationKind } from '../../model/operation.ts'

/** What a limit can say about a metric. */
export type MetricKind = {
  /** What it is measured for: each region, each directed link, each pair of regions, each fault, or the run. */
  of: 'region' | 'link' | 'pair' | 'fault' | 'run'
  /** What of it is bounded: a percentile or the mean of samples, the mean alone, or one value. */
  by: 'samples' | 'mean' | 'value'
  better: 'low' | 'high'
  /** Operations that give a sample. */
  from: readonly OperationKind[]
  /** Operations a limit may single out. */
  choose: readonly OperationName[]
  /** Searches, fetches and writes are samples of their own: judged apart even where a limit names none. */
  apart: boolean
}

/** `write` is upserts and deletes together. */
export type OperationName = OperationKind | 'write'

const writes = ['upsert', 'delete'] as const
const reads = ['search', 'fetch'] as const
const all = ['search', 'fetch', 'upsert', 'delete'] as const

const times = (
  from: MetricKind['from'],
  choose: MetricKind['choose'] = [],
  apart = false,
): MetricKind => ({
  of: 'region',
  by: 'samples',
  better: 'low',
  from,
  choose,
  apart,
})

const mean = (
  of: MetricKind['of'],
  better: MetricKind['better'],
  from: MetricKind['from'],
): MetricKind => ({ of, by: 'mean', better, from, choose: [], apart: false })

const value = (
  of: MetricKind['of'],
  better: MetricKind['better'],
  from: MetricKind['from'],
  choose: MetricKind['choose'] = [],
): MetricKind => ({ of, by: 'value', better, from, choose, apart: false })

export const metricKinds: Record<MetricName, MetricKind> = {
  'search.response': times(['search']),
  'search.service': times(['search']),
  'search.dispatch-delay': times(all),
  'fetch.response': times(['fetch']),
  'write.response': times(writes, writes),
  staleness: times(reads, reads, true),
  recall: mean('region', 'high', ['search']),
  'recall-loss': mean('region', 'low', ['search']),
  'answer-difference': mean('pair', 'low', []),
  lag: { ...times(writes), of: 'link' },
  'catch-up': value('fault', 'low', writes),
  'client-recovery': value('fault', 'low', all),
  convergence: value('run', 'low', writes),
  'lost-writes': value('run', 'low', writes),
  'overwritten-real-time': value('run', 'low', writes),
  'mirror-duplicates': value('run', 'low', writes),
  availability: { ...value('region', 'high', all, [...all, 'write']), apart: true },
  throughput: value('region', 'high', all, [...all, 'write']),
  goodput: value('region', 'high', ['search']),
  'link-bytes': value('link', 'low', []),
  replicas: times(writes),
  rpo: value('fault', 'low', writes),
  'rpo-time': value('fault', 'low', writes),
  rto: value('fault', 'low', all, [...reads, 'write']),
  'cache-hits': value('region', 'high', reads, reads),
  'stale-answers': value('region', 'low', reads, reads),
  'partial-answers': value('region', 'low', reads, reads),
  'shard-share': value('region', 'low', writes),
  amplification: value('run', 'low', writes),
}

/** Percentiles that are measured, in percent. */
export const percentiles = [50, 90, 95, 99, 99.9] as const

/** Operations a name stands for. */
export const operationsNamed = (name: string): readonly OperationKind[] =>
  name === 'write' ? writes : all.filter((kind) => kind === name)

/** Shares of operations, which can be counted over several regions. */
export const sharesJoined: readonly MetricName[] = [
  'availability',
  'goodput',
  'cache-hits',
  'stale-answers',
  'partial-answers',
]
