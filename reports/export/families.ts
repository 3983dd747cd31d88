import {
  type MetricName,
  type MetricRow,
  type MetricUnit,
  metrics,
} from '../../harness/model/metric.ts'
import type { Summary } from '../summary.ts'

/** What a unit is called at the end of a name, and how many of it one of ours is: OpenMetrics wants base units. */
const units: Record<MetricUnit, { suffix: string; scale: number }> = {
  us: { suffix: 'seconds', scale: 1e-6 },
  ratio: { suffix: 'ratio', scale: 1 },
  factor: { suffix: 'ratio', scale: 1 },
  bytes: { suffix: 'bytes', scale: 1 },
  'per-second': { suffix: 'per_second', scale: 1 },
  count: { suffix: '', scale: 1 },
}

/** Figures of a row, each a sample with the label `stat`. */
const stats = ['value', 'low', 'high', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'] as const
const percentiles = ['p50', 'p90', 'p95', 'p99', 'p999'] as const

/** A label that is undefined is not there. */
export type SampleLabels = Record<string, string | undefined>
export type Sample = { labels: SampleLabels; suffix: string; value: number }

/** All samples of one name. */
export type Family = {
  name: string
  type: 'gauge' | 'counter' | 'histogram' | 'info' | 'stateset'
  unit: string
  help: string
  /** By their labels as text: of two with the same labels the smaller value stays. */
  samples: Map<string, Sample>
}

/**
 * The summary of a run as families of samples: every measurement a gauge in base units, labelled by where and when it was
 * measured. What was not measured is not there; what never came about by the end of the run is ∞, and of what is only
 * known to be at least so much `stat` is `p99_at_least`.
 */
export function summaryFamilies(summary: Summary): Family[] {
  const run = runLabels(summary)
  const families = [
    ...runFamilies(summary, run),
    ...limitFamilies(summary, run),
    ...Object.keys(metrics).flatMap((metric) => familiesOf(metric as MetricName, summary, run)),
  ]
  return families.filter(({ samples }) => samples.size > 0)
}

/** What every sample of a run is labelled by. */
export const runLabels = ({ scenario, seed, world, system }: Summary): SampleLabels => ({
  scenario,
  system,
  world,
  seed: String(seed),
})

/** An empty family of our namespace. */
export const family = (
  name: string,
  help: string,
  over: Partial<Pick<Family, 'type' | 'unit'>> = {},
): Family => ({
  name: `faultline_${name}`,
  type: 'gauge',
  unit: '',
  help,
  ...over,
  samples: new Map(),
})

function put({ samples }: Family, labels: SampleLabels, value: number, suffix = ''): void {
  if (Number.isNaN(value)) return
  const key = JSON.stringify([suffix, labels])
  const before = samples.get(key)
  if (before === undefined || value < before.value) samples.set(key, { labels, suffix, value })
}

function runFamilies(summary: Summary, run: SampleLabels): Family[] {
  const info = family('run', 'what was run', { type: 'info' })
  put(info, { ...run, version: summary.faultline, ended: summary.ended }, 1, '_info')
  const verdict = family('run_verdict', 'what the run came to', { type: 'stateset' })
  for (const one of ['pass', 'fail', 'unknown', 'invalid'])
    put(verdict, { ...run, [verdict.name]: one }, one === summary.verdict ? 1 : 0)
  const exit = family('run_exit_code', 'the exit code of the run; 0 is pass')
  put(exit, run, summary.exitCode)
  const start = { unit: 'seconds' }
  const started = family('run_start_timestamp_seconds', 'when the run began, Unix time', start)
  put(started, run, Date.parse(summary.startedAt) / 1000)
  return [info, verdict, exit, started]
}

/** 1 or 0 where it is known; nothing where nobody can tell. */
const known: Partial<Record<string, number>> = { pass: 1, fail: 0 }

function limitFamilies({ limits, findings }: Summary, run: SampleLabels): Family[] {
  const held = family('limit_held', '1: the limit holds, 0: it is broken; absent: nobody can tell')
  for (const {
    metric,
    stat,
    hop,
    bound,
    limit,
    region,
    link,
    phase,
    operation,
    verdict,
  } of limits) {
    const what = {
      metric,
      hop,
      stat,
      bound,
      limit: numberText(limit * units[metrics[metric].unit].scale),
    }
    const value = known[verdict]
    if (value !== undefined) put(held, { ...run, ...what, region, link, phase, operation }, value)
  }
  const passed = family(
    'checker_passed',
    '1: the checker found nothing, 0: it found something, promised or not; absent: nobody can tell',
  )
  for (const { checker, promised, verdict } of findings) {
    const value = known[verdict]
    if (value !== undefined) put(passed, { ...run, checker, promised: String(promised) }, value)
  }
  return [held, passed]
}

function familiesOf(metric: MetricName, summary: Summary, run: SampleLabels): Family[] {
  const { unit, about } = metrics[metric]
  const { suffix, scale } = units[unit]
  const name = metric.replaceAll(/[.-]/g, '_')
  const whole = suffix === '' || name.endsWith(`_${suffix}`) ? name : `${name}_${suffix}`
  const measured = family(whole, about, { unit: suffix })
  const counted = family(`${name}_samples`, `how many values this rests on: ${about}`)
  const censored = family(`${name}_censored`, `how many of them are lower bounds: ${about}`)
  for (const row of summary.metrics as readonly MetricRow[]) {
    if (row.metric !== metric) continue
    const { region, link, phase, operation, hop, cause } = row
    const labels = { ...run, region, link, phase, operation, hop, cause }
    for (const stat of stats) {
      const value = row[stat]
      if (value !== undefined) put(measured, { ...labels, stat }, value * scale)
    }
    for (const stat of percentiles) {
      const value = row.atLeast?.[stat]
      if (value !== undefined) put(measured, { ...labels, stat: `${stat}_at_least` }, value * scale)
    }
    put(counted, labels, row.count)
    if (row.censored !== undefined) put(censored, labels, row.censored)
  }
  return [measured, counted, censored]
}

/** Rounded to 12 figures: 40 ms are 0.04 s, and not 0.039999999999999994 s. */
export const numberText = (value: number): string =>
  Number.isFinite(value) ? String(Number(value.toPrecision(12))) : value > 0 ? '+Inf' : '-Inf'
