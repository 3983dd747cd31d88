import { toJson } from '../harness/base/json.ts'
import type { LimitResult, ServerFigure } from '../harness/model/finding.ts'
import { loadNotes } from '../harness/model/load-notes.ts'
import { type MetricRow, type MetricUnit, metrics } from '../harness/model/metric.ts'
import { overlayOf } from '../harness/model/plan.ts'
import { percentileName } from '../harness/text/value.ts'
import { alertRow } from './alert-rows.ts'
import type { Report } from './report.ts'

/** Raised when a key changes its meaning or goes away; new keys do not raise it. */
const FORMAT = 1

/**
 * summary.json: long and flat, one row a measurement, for other tools. What was not measured has no key; what never
 * ended is "Infinity", as text, since JSON has no number for it. Times are integer µs and every row says its unit.
 */
export function summaryOf({ analysis, judgement, environment }: Report) {
  const { plan, faultline, ended, findings } = analysis
  return {
    format: FORMAT,
    faultline,
    scenario: plan.name,
    seed: plan.seed,
    system: plan.system.kind,
    world: plan.world,
    overlay: [...overlayOf(plan)],
    notes: loadNotes(plan),
    startedAt: environment.startedAt,
    ended: ended.how,
    verdict: judgement.verdict,
    exitCode: judgement.exitCode,
    because: judgement.because,
    findings: findings.map(({ checker, verdict, because, evidence, events, ...more }) => ({
      checker,
      verdict,
      because,
      evidence,
      violations: more.violations,
      promised: more.promised,
      ...present({ unpromised: more.unpromised }),
      events: events.map(({ sentence, lines }) => ({ sentence, lines })),
    })),
    promises: analysis.promises,
    limits: judgement.limits.map(limitRow),
    ...(analysis.alerts && {
      alerts: analysis.alerts.map((outcome) => alertRow(outcome, judgement.alerts ?? [])),
    }),
    metrics: analysis.metrics.map(metricRow),
    ...(analysis.figures && { figures: analysis.figures.map(figureRow) }),
  }
}

export type Summary = ReturnType<typeof summaryOf>

/** The summary as text: one line for each row, so that two summaries can be compared line by line. */
export function summaryText(summary: Summary): string {
  const entries = Object.entries(summary).map(([key, value]) => {
    if (!Array.isArray(value)) return `  ${JSON.stringify(key)}: ${toJson(value)}`
    if (value.length === 0) return `  ${JSON.stringify(key)}: []`
    const rows = value.map((row) => `    ${toJson(row)}`)
    return `  ${JSON.stringify(key)}: [\n${rows.join(',\n')}\n  ]`
  })
  return `{\n${entries.join(',\n')}\n}\n`
}

function limitRow({
  limit,
  region,
  link,
  phase,
  operation,
  measured,
  shown,
  count,
  verdict,
  because,
  unasked,
}: LimitResult) {
  const { metric, hop, stat, bound, value, confidence } = limit
  const { unit } = metrics[metric]
  return {
    metric,
    stat: stat.kind === 'quantile' ? percentileName(stat.q) : stat.kind,
    ...present({ hop, region, link, phase, operation }),
    bound,
    limit: value,
    ...measuredOf(measured, unit),
    ...(shown && confidence !== null && { shown: known(shown, unit), confidence }),
    unit,
    count,
    verdict,
    because,
    ...(unasked && { unasked }),
  }
}

function measuredOf(measured: LimitResult['measured'], unit: MetricUnit) {
  if (measured === undefined) return {}
  return { measured: typeof measured === 'number' ? inUnit(measured, unit) : known(measured, unit) }
}

/** A row as it is, without what was not measured. */
function metricRow({ metric, unit, atLeast, ...row }: MetricRow) {
  const { region, link, phase, operation, hop, cause, count, ...figures } = row
  const bounds = atLeast && known(atLeast, unit)
  return {
    metric,
    unit,
    ...present({ region, link, phase, operation, hop, cause }),
    count,
    ...known(figures, unit),
    ...(bounds && Object.keys(bounds).length > 0 && { atLeast: bounds }),
  }
}

/** What a server said is in the server's own unit; what stands beside it in ours says which. */
function figureRow({ ours, ...said }: ServerFigure) {
  if (!ours) return said
  const { what, unit, count, ...measured } = ours
  return { ...said, ours: { what, unit, count, ...known(measured, unit) } }
}

const inUnit = (value: number, unit: string): number => (unit === 'us' ? Math.round(value) : value)

const present = <K extends string>(
  texts: Record<K, string | undefined>,
): Partial<Record<K, string>> =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== undefined)) as Partial<
    Record<K, string>
  >

const known = (figures: Record<string, number | undefined>, unit: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(figures).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, inUnit(value, unit)]],
    ),
  )
