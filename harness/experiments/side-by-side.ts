import type { Analysed } from '../analysis/analyse.ts'
import { pooledRow } from '../analysis/limits/limit-rows.ts'
import { enoughFor } from '../analysis/metrics/cells.ts'
import { Distribution, type Interval } from '../base/histogram.ts'
import type { LimitResult, Verdict } from '../model/finding.ts'
import { type MetricName, type MetricRow, type MetricUnit, metrics } from '../model/metric.ts'
import type { Judged } from '../pipeline/judge-run.ts'
import { percentileName } from '../text/value.ts'

/** One figure of one run: of a limit's cell, or of a main metric. */
export type RunFigure = {
  /** A limit as it is written, or a metric and its statistic. */
  what: string
  /** Region or link, phase and operation, as far as it has them. */
  where: string
  metric: MetricName
  unit: MetricUnit
  /** Absent if nothing was measured. */
  measured?: Interval
  verdict?: Verdict
}

/** What is kept of a run to compare it with the others. */
export type Repetition = {
  directory: string
  verdict: Verdict
  exitCode: number
  because: string
  limits: RunFigure[]
  metrics: RunFigure[]
}

/** One figure over all runs that have it: median of both ends, smallest and largest value it can have had. */
export type RepeatedFigure = Omit<RunFigure, 'measured' | 'verdict'> & {
  /** How many runs measured it. */
  count: number
  spread?: { median: Interval; min: number; max: number }
  /** Of a limit, in order of the runs; `no result` where a run had no such cell. */
  verdicts?: (Verdict | 'no result')[]
}

export type Repeated = {
  scenario: string
  seed: number
  world: string
  asked: number
  runs: Repetition[]
  limits: RepeatedFigure[]
  metrics: RepeatedFigure[]
}

/** What of a run is compared. */
export function repetitionOf(
  { directory, analysis, judgement }: Judged,
  exitCode: number,
): Repetition {
  const { verdict, because, limits } = judgement
  const own = { limits: limits.map(limitFigure), metrics: mainFigures(analysis) }
  return { directory, verdict, exitCode, because, ...own }
}

function limitFigure({ limit, measured, verdict, ...cell }: LimitResult): RunFigure {
  const { region, link, phase, operation } = cell
  const where = [region ?? link, phase, operation].filter((part) => part !== undefined).join(', ')
  const found =
    typeof measured === 'number' ? { low: measured, high: measured } : (measured ?? undefined)
  const { unit } = metrics[limit.metric]
  const { metric } = limit
  return { what: limit.text, where, metric, unit, verdict, ...(found && { measured: found }) }
}

/** Quantiles of all regions or links together, by phase. */
const quantiles = [
  ['search.response', 0.5],
  ['search.response', 0.99],
  ['lag', 0.5],
  ['lag', 0.9],
] as const

function mainFigures(analysis: Analysed): RunFigure[] {
  const phases = [...new Set(analysis.phases.map(({ name }) => name))]
  const measured = phases.filter((phase) => phase !== 'warmup')
  return [
    ...quantiles.flatMap(([metric, q]) =>
      measured.flatMap((phase) => quantileFigure(analysis, metric, q, phase)),
    ),
    ...measured.flatMap((phase) => recallFigure(analysis.metrics, phase)),
    ...wholeFigures(analysis.metrics, 'catch-up'),
    ...wholeFigures(analysis.metrics, 'convergence'),
  ]
}

/** Nothing where there are too few values for it. */
function quantileFigure(
  { cells }: Analysed,
  metric: MetricName,
  q: number,
  phase: string,
): RunFigure[] {
  const values = new Distribution()
  for (const { dims, values: own } of cells)
    if (dims.metric === metric && dims.phase === phase && dims.hop === undefined) values.merge(own)
  if (!enoughFor(values.count, q)) return []
  const { unit } = metrics[metric]
  return [
    {
      what: `${metric} ${percentileName(q)}`,
      where: phase,
      metric,
      unit,
      measured: values.quantile(q),
    },
  ]
}

function recallFigure(rows: readonly MetricRow[], phase: string): RunFigure[] {
  const own = rows.filter((row) => row.metric === 'recall' && row.phase === phase)
  const { low, high } = pooledRow('recall', own) ?? {}
  if (low === undefined || high === undefined) return []
  return [
    { what: 'recall mean', where: phase, metric: 'recall', unit: 'ratio', measured: { low, high } },
  ]
}

/** Rows of all regions together; the upper end of one that never ended is Infinity: the worst there is. */
function wholeFigures(rows: readonly MetricRow[], metric: MetricName): RunFigure[] {
  return rows.flatMap(({ metric: what, region, phase = '', unit, value, low, high }) => {
    const least = value ?? low
    if (what !== metric || region !== undefined || least === undefined) return []
    const measured = { low: least, high: value ?? high ?? Number.POSITIVE_INFINITY }
    return [{ what, where: phase, metric, unit, measured }]
  })
}

/** The figures of all runs side by side, in the order in which they first came. */
export function together(runs: Repetition[]): Pick<Repeated, 'runs' | 'limits' | 'metrics'> {
  const limits = sideBySide(runs.map((run) => run.limits)).map((row) => ({
    ...repeatedFigure(row),
    verdicts: row.map((figure) => figure?.verdict ?? ('no result' as const)),
  }))
  return { runs, limits, metrics: spreads(runs.map((run) => run.metrics)) }
}

/** Each figure over all runs that have it, in the order in which they first came. */
export const spreads = (runs: readonly RunFigure[][]): RepeatedFigure[] =>
  sideBySide(runs).map(repeatedFigure)

function sideBySide(runs: readonly RunFigure[][]): (RunFigure | undefined)[][] {
  const keyOf = ({ what, where }: RunFigure) => `${what}|${where}`
  const byKey = runs.map((figures) => new Map(figures.map((one) => [keyOf(one), one])))
  const keys = new Set(runs.flat().map(keyOf))
  return [...keys].map((key) => byKey.map((figures) => figures.get(key)))
}

function repeatedFigure(row: readonly (RunFigure | undefined)[]): RepeatedFigure {
  const { what, where, metric, unit } = row.find((figure) => figure !== undefined) as RunFigure
  const measured = row.flatMap((figure) => figure?.measured ?? [])
  const at = { what, where, metric, unit, count: measured.length }
  if (measured.length === 0) return at
  const lows = measured.map(({ low }) => low)
  const highs = measured.map(({ high }) => high)
  const median = { low: middleOf(lows), high: middleOf(highs) }
  return { ...at, spread: { median, min: Math.min(...lows), max: Math.max(...highs) } }
}

/** The one in the middle, or half-way between the two that are. */
function middleOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] as number
  const lower = sorted[(sorted.length - 1) >> 1] as number
  return lower === upper ? upper : (lower + upper) / 2
}
