import type { Analysis } from '../harness/model/finding.ts'
import type { MetricName, MetricRow } from '../harness/model/metric.ts'
import { linkLabel } from './format.ts'

/** Measurements of one metric in one cell of their own, warm-up apart. */
export const rowsOf = (analysis: Analysis, metric: MetricName): MetricRow[] =>
  analysis.metrics.filter((row) => row.metric === metric && row.phase !== 'warmup')

/** Where a row was measured, for people. */
export const placeOf = ({ region, link }: Pick<MetricRow, 'region' | 'link'>): string =>
  link !== undefined ? linkLabel(link) : (region ?? 'all')

export type Percentile = 'p50' | 'p90' | 'p95' | 'p99' | 'p999'

/** A figure of a row, and whether it is only a lower bound. */
export type Figure = { value: number; atLeast: boolean }

export function percentileOf(row: MetricRow, percentile: Percentile): Figure | undefined {
  const value = row[percentile]
  if (value !== undefined && Number.isFinite(value)) return { value, atLeast: false }
  const bound = row.atLeast?.[percentile]
  return bound !== undefined && Number.isFinite(bound) ? { value: bound, atLeast: true } : undefined
}

/** The furthest percentile of a row that is known, or known to be at least so much. */
export function tailOf(row: MetricRow): (Figure & { percentile: Percentile }) | undefined {
  for (const percentile of ['p99', 'p95', 'p90', 'p50'] as const) {
    const figure = percentileOf(row, percentile)
    if (figure) return { ...figure, percentile }
  }
  return undefined
}

/** The interval of a row that has one value or two ends. */
export function intervalOf(row: MetricRow): { low: number; high: number } | undefined {
  const one = row.value ?? row.mean
  if (one !== undefined && Number.isFinite(one)) return { low: one, high: one }
  if (row.low === undefined) return undefined
  return { low: row.low, high: row.high ?? Number.POSITIVE_INFINITY }
}

/** The row that scores highest; ties go to the first. */
export function worstOf<T>(items: readonly T[], score: (item: T) => number): T | undefined {
  let worst: T | undefined
  for (const item of items) if (worst === undefined || score(item) > score(worst)) worst = item
  return worst
}

/** Names of phases as they first came. */
export const phaseNames = ({ phases }: Analysis): string[] => [
  ...new Set(phases.map(({ name }) => name)),
]
