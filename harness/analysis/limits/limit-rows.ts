import type { Place } from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { type MetricName, type MetricRow, metrics } from '../../model/metric.ts'

/** Rows that tell a part, or something else, of a metric: a limit must name them to mean them. */
const asides = ['search', 'fetch', 'upsert', 'delete', 'rbo', 'per-write', 'stale-hit']

/** The rows of a metric in one place; several regions or links if the limit pools them. */
export function rowsAt(
  limit: LimitPlan,
  rows: readonly MetricRow[],
  { members, phase, operation }: Place,
): MetricRow[] {
  const found = rows.filter((row) => {
    if (row.metric !== limit.metric || row.phase !== phase) return false
    if (
      operation === undefined ? asides.includes(row.operation ?? '') : row.operation !== operation
    )
      return false
    const member = row.region ?? row.link
    return member === undefined || members.includes(member)
  })
  return found.some(({ cause }) => cause !== undefined) ? causesTogether(found) : found
}

/** One row for each region, the causes added up. */
export function causesTogether(rows: readonly MetricRow[]): MetricRow[] {
  const byRegion = new Map<string, MetricRow>()
  for (const row of rows) {
    const known = byRegion.get(row.region ?? '')
    if (known) known.value = (known.value ?? 0) + (row.value ?? 0)
    else byRegion.set(row.region ?? '', { ...row, cause: undefined })
  }
  return [...byRegion.values()]
}

/** One row of several: sums of amounts, means of ratios weighted by what was counted. */
export function pooledRow(metric: MetricName, rows: readonly MetricRow[]): MetricRow | undefined {
  const [first] = rows
  if (!first) return undefined
  const { unit, phase } = first
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  const join = (field: 'value' | 'low' | 'high'): number | undefined => {
    // A row with one figure has both its ends there.
    const of = (row: MetricRow) => row[field] ?? row.value
    if (rows.some((row) => of(row) === undefined)) return undefined
    if (metrics[metric].pooled === 'sum') return rows.reduce((sum, row) => sum + (of(row) ?? 0), 0)
    return rows.reduce((sum, row) => sum + (of(row) ?? 0) * row.count, 0) / count
  }
  return rows.every(({ value }) => value !== undefined)
    ? { metric, unit, phase, count, value: join('value') }
    : { metric, unit, phase, count, low: join('low'), high: join('high') }
}
