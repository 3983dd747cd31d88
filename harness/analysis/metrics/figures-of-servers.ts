import { Distribution } from '../../base/histogram.ts'
import type { OwnMeasurement, ServerFigure } from '../../model/finding.ts'
import type { MetricRow } from '../../model/metric.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { History } from '../facts/history.ts'
import { type Cell, enoughFor } from './cells.ts'

/** Readings of one figure in one region and phase. */
type Group = { figure: string; region: string; phase: string; readings: History['figures'] }

/**
 * What servers said of themselves, by region, phase of the reading and figure, each beside our own measurement:
 * a group's lag beside the writes of other regions that were acknowledged by the moment of each reading and by then
 * neither applied nor superseded in this one; rows beside recall; lags of Milvus behind its time tick beside ours from
 * applied to searchable, of all links into the region. A figure that was not read has no row.
 */
export function serverFigures(
  facts: Facts,
  cells: readonly Cell[],
  rows: readonly MetricRow[],
): ServerFigure[] {
  const backlogs = new Map<string, (us: Us) => number>()
  const backlogIn = (region: string) => {
    const known = backlogs.get(region) ?? backlogOf(facts, region)
    backlogs.set(region, known)
    return known
  }
  return groupsOf(facts).map((group) => {
    const { figure, region, phase, readings } = group
    const values = readings.map(({ value }) => value)
    const ours = oursOf(group, backlogIn, cells, rows)
    return { figure, region, phase, count: readings.length, ...middleAndMost(values), ...ours }
  })
}

function groupsOf({ history, phaseOf, spans }: Facts): Group[] {
  const groups = new Map<string, Group>()
  for (const reading of history.figures) {
    const { figure, region } = reading
    const phase = phaseOf(reading.t)
    const key = `${region}|${phase}|${figure}`
    const group = groups.get(key) ?? { figure, region, phase, readings: [] }
    group.readings.push(reading)
    groups.set(key, group)
  }
  const names = [...new Set(history.figures.map(({ figure }) => figure))].sort()
  const phases = [...new Set(spans.map(({ name }) => name))]
  return history.plan.regions.flatMap((region) =>
    phases.flatMap((phase) =>
      names.flatMap((figure) => groups.get(`${region}|${phase}|${figure}`) ?? []),
    ),
  )
}

function oursOf(
  { figure, region, phase, readings }: Group,
  backlogIn: (region: string) => (us: Us) => number,
  cells: readonly Cell[],
  rows: readonly MetricRow[],
): { ours?: OwnMeasurement } {
  if (figure.startsWith('group-lag ')) {
    const open = readings.map(({ t }) => backlogIn(region)(t))
    const what = 'acknowledged, not applied'
    return { ours: { what, unit: 'count', count: open.length, ...middleAndMost(open) } }
  }
  if (figure.startsWith('rows ')) return recallOf(region, phase, rows)
  return figure.endsWith('_tt_lag_ms') ? visibilityOf(region, phase, cells) : {}
}

function recallOf(
  region: string,
  phase: string,
  rows: readonly MetricRow[],
): { ours?: OwnMeasurement } {
  const row = rows.find(
    (one) => one.metric === 'recall' && one.region === region && one.phase === phase,
  )
  if (row?.low === undefined || row.high === undefined) return {}
  const { count, low, high } = row
  return { ours: { what: 'recall', unit: 'ratio', count, low, high } }
}

function visibilityOf(
  region: string,
  phase: string,
  cells: readonly Cell[],
): { ours?: OwnMeasurement } {
  const values = new Distribution()
  for (const { dims, values: own } of cells)
    if (
      dims.metric === 'lag' &&
      dims.hop === 'applied-searchable' &&
      dims.phase === phase &&
      dims.link?.endsWith(`>${region}`)
    )
      values.merge(own)
  const { count } = values
  const { low, high } = values.quantile(0.5)
  if (!enoughFor(count, 0.5) || low !== high) return {}
  return { ours: { what: 'applied to searchable', unit: 'us', count, median: low } }
}

/** How many writes of other regions were acknowledged at a time, but not yet settled in this one. */
function backlogOf({ settled }: Facts, region: string): (us: Us) => number {
  const due = settled.filter((one) => one.region === region && one.version.op?.gateway !== region)
  const opened = due.map(({ version }) => version.ack).sort((a, b) => a - b)
  // A region may apply a write before its client hears that it is done.
  const closed = due.map(({ version, atUs }) => Math.max(version.ack, atUs)).sort((a, b) => a - b)
  return (us) => countUpTo(opened, us) - countUpTo(closed, us)
}

/** How many of the sorted `times` are at or before `us`. */
function countUpTo(times: readonly Us[], us: Us): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] as Us) <= us) low = middle + 1
    else high = middle
  }
  return low
}

/** The median by nearest rank, which is a value that was there, and the largest. */
function middleAndMost(values: readonly number[]): { median: number; max: number } {
  const sorted = [...values].sort((a, b) => a - b)
  const median = sorted[Math.ceil(sorted.length / 2) - 1] as number
  return { median, max: sorted.at(-1) as number }
}
