import type { Interval } from '../../base/histogram.ts'
import type { FaultSpan } from '../../model/finding.ts'
import { type MetricRow, metrics } from '../../model/metric.ts'
import type { Analysed } from '../analyse.ts'
import { phaseLengthUs } from '../facts/phases.ts'
import { causesTogether } from '../limits/limit-rows.ts'
import { intervalOf } from '../limits/measured.ts'

/**
 * Several runs of one plan, with other seeds, as one sample that limits are judged on like a run: values and queries of
 * all of them, shares of all operations, of what happens once in a run the range from the least to the most. A fault
 * counts as seen only if every run saw it. One run comes back as it is.
 */
export function pooledRuns(runs: readonly Analysed[]): Analysed {
  const [first, ...others] = runs
  if (!first) throw new Error('there is nothing to pool')
  if (others.length === 0) return first
  return {
    ...first,
    phases: runs.flatMap(({ phases }) => phases),
    faults: pooledFaults(runs),
    cells: runs.flatMap(({ cells }) => cells),
    queries: runs.flatMap(({ queries }) => queries),
    metrics: pooledRows(runs),
  }
}

function pooledFaults(runs: readonly Analysed[]): FaultSpan[] {
  const byName = new Map<string, FaultSpan>()
  for (const fault of runs.flatMap(({ faults }) => faults)) {
    const known = byName.get(fault.name)
    if (!known || doubts(fault) > doubts(known)) byName.set(fault.name, fault)
  }
  return [...byName.values()]
}

const doubts = ({ confirmedUs, healConfirmedUs }: FaultSpan): number =>
  (confirmedUs === null ? 2 : 0) + (healConfirmedUs === null ? 1 : 0)

/** A row, and what its figure weighs among those of other runs. */
type Weighed = { row: MetricRow; weight: number }

function pooledRows(runs: readonly Analysed[]): MetricRow[] {
  const byPlace = new Map<string, Weighed[]>()
  for (const run of runs)
    for (const row of withoutCauses(run.metrics)) {
      const { metric, region, link, phase, operation, hop, cause } = row
      const key = JSON.stringify([metric, region, link, phase, operation, hop, cause])
      byPlace.set(key, [...(byPlace.get(key) ?? []), { row, weight: weightOf(row, run) }])
    }
  return [...byPlace.values()].map(pooledOf)
}

/** Recall that was lost, by region and phase: which causes there are differs from run to run. */
function withoutCauses(rows: readonly MetricRow[]): MetricRow[] {
  const lost = new Map<string, MetricRow[]>()
  const others: MetricRow[] = []
  for (const row of rows.filter(({ metric }) => metrics[metric].evidence !== 'values'))
    if (row.cause === undefined || row.operation !== undefined) others.push(row)
    else lost.set(row.phase ?? '', [...(lost.get(row.phase ?? '') ?? []), row])
  return [...others, ...[...lost.values()].flatMap((own) => causesTogether(own))]
}

/** A rate counts for as long as it lasted, a share or a mean for as many as it is of. */
function weightOf({ metric, phase = '', count }: MetricRow, { phases }: Analysed): number {
  return metrics[metric].unit === 'per-second' ? phaseLengthUs(phases, phase) : count
}

function pooledOf(rows: readonly Weighed[]): MetricRow {
  const [{ row: first }] = rows as [Weighed]
  const { metric, unit, region, link, phase, operation, hop } = first
  const at = { metric, unit, region, link, phase, operation, hop }
  const count = rows.reduce((sum, { row }) => sum + row.count, 0)
  const { low, high } = metrics[metric].evidence === 'whole' ? rangeOf(rows) : meanOf(rows)
  const place = Object.fromEntries(Object.entries(at).filter(([, text]) => text !== undefined))
  const figure = low === high ? { value: low } : { low, high }
  return { ...place, count, ...figure } as MetricRow
}

function rangeOf(rows: readonly Weighed[]): Interval {
  const ends = rows.map(({ row }) => intervalOf(row))
  return {
    low: Math.min(...ends.map(({ low }) => low)),
    high: Math.max(...ends.map(({ high }) => high)),
  }
}

function meanOf(rows: readonly Weighed[]): Interval {
  const all = rows.reduce((sum, { weight }) => sum + weight, 0)
  const mean = (end: 'low' | 'high') =>
    rows.reduce((sum, { row, weight }) => sum + intervalOf(row)[end] * weight, 0) / all
  return { low: mean('low'), high: mean('high') }
}
