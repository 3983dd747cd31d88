import { z } from 'zod'
import { confidences } from '../../base/confidence.ts'
import type { Setting } from '../../limits/cells.ts'
import { linkText } from '../../model/fault.ts'
import type { LimitPlan } from '../../model/limit.ts'
import {
  inPercent,
  type Metric,
  type MetricName,
  type MetricUnit,
  metrics,
  percentiles,
} from '../../model/metric.ts'
import { type Known, type Names, ofNames } from '../known.ts'
import { shareText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { anyPattern, examplesOf, type QuantityKind, readQuantity } from '../yaml/quantity.ts'
import { nounOf, read } from '../yaml/reading.ts'
import { linkTarget, nameOf, regionName } from '../yaml/reference.ts'
import { list } from '../yaml/spelling.ts'
import { defaults } from './defaults.ts'
import { checkEvidence } from './limit-evidence.ts'

/** What a bound may look like depends on the metric: see `readBound`. */
const bound = z.union(
  [z.string().meta({ examples: ['40ms', '99%', '5/s', '10MB'], pattern: anyPattern }), z.number()],
  { error: 'expected a number with its unit' },
)

export const metricName = nameOf('metric', 'metrics', Object.keys(metrics)).transform(
  (name) => name as MetricName,
)

export const limitSchema = ofNames((names) =>
  z.strictObject({
    metric: about(metricName, 'what is measured'),
    p: optional(z.number().meta({ minimum: 0, maximum: 100 }), 'a percentile such as 99 or 99.9'),
    mean: optional(bound, 'the mean has to be at least this, or at most, as the metric asks'),
    max: optional(bound, 'at most this'),
    min: optional(bound, 'at least this'),
    at: optional(z.int().min(1), 'the k a recall is about; has to be the k of the load'),
    region: optional(regionName(names.regions), 'in this region only; each region if left out'),
    link: optional(linkTarget(names.regions, ['one', 'both']), 'on this link; each if left out'),
    phase: optional(
      z.string().meta({ examples: ['baseline', 'fault:partition', 'recovery'] }),
      'in this phase of the run only; in every phase if left out',
    ),
    operation: optional(
      z.enum(['search', 'fetch', 'upsert', 'delete', 'write']),
      'of these operations only; of each kind if left out',
    ),
    hop: optional(z.string(), 'of this hop of a change only; from end to end if left out'),
    pool: optional(z.boolean(), 'all regions, or all links, together instead of each', false),
    confidence: optional(bound, 'how sure the verdict has to be', shareText(defaults.confidence)),
  }),
)
type LimitWritten = z.output<ReturnType<typeof limitSchema>>

/** One written limit and the plans it stands for: a link with `<->` is two. */
type Entry = { path: Path; plans: LimitPlan[] }

/**
 * Limits in the order written; null if any is wrong. With the `setting` of the plan it is also held against what
 * can be measured at all, and against the number of samples a percentile needs.
 */
export const resolveLimits = (
  sheet: Sheet,
  known: Known,
  names: Names,
  setting: Setting | null,
): LimitPlan[] | null =>
  resolveLimitsAt({ sheet, at: ['limits'], pooled: false }, known, names, setting)

/** The same of a list of limits that stands at `at`, none where nothing does. `pooled`: several runs may show them. */
export function resolveLimitsAt(
  { sheet, at, pooled }: { sheet: Sheet; at: Path; pooled: boolean },
  known: Known,
  names: Names,
  setting: Setting | null,
): LimitPlan[] | null {
  const written = sheet.at(at)
  if (written === undefined) return []
  if (!Array.isArray(written)) {
    const message = `expected a list of limits, found ${nounOf(written)}`
    const hint = 'Write limits: [{ metric: search.response, p: 99, max: 40ms }].'
    sheet.report(at, { message, hint })
    return null
  }
  const before = sheet.problems.length
  const schema = limitSchema(names)
  const entries: Entry[] = []
  for (const i of written.keys()) {
    const path = [...at, i]
    const limit = read(sheet, path, schema)
    const plans = limit && plansOf(sheet, path, limit)
    if (plans) entries.push({ path, plans })
  }
  checkTwins(sheet, entries)
  const plans = entries.flatMap((entry) => entry.plans)
  if (setting)
    for (const entry of entries)
      for (const plan of entry.plans)
        checkEvidence({
          sheet,
          path: entry.path,
          setting,
          plan,
          plans,
          known,
          pooled,
        })
  return sheet.problems.length > before ? null : plans
}

/** The plans of one written limit; undefined if anything is wrong with it. */
export function plansOf(sheet: Sheet, path: Path, limit: LimitWritten): LimitPlan[] | undefined {
  const before = sheet.problems.length
  const bounded = boundOf(sheet, path, limit)
  const confidence = confidenceOf(sheet, path, limit)
  checkChoices(sheet, path, limit)
  if (!bounded || confidence === undefined || sheet.problems.length > before) return undefined
  const plan: LimitPlan = {
    metric: limit.metric,
    ...bounded,
    region: limit.region ?? null,
    link: null,
    phase: limit.phase ?? null,
    operation: limit.operation ?? null,
    ...(limit.hop !== undefined && { hop: limit.hop }),
    pool: limit.pool ?? false,
    confidence,
    text: sheet.written(path),
  }
  return limit.link ? limit.link.map((link) => ({ ...plan, link: linkText(link) })) : [plan]
}

type Bounded = Pick<LimitPlan, 'stat' | 'bound' | 'value'>
type BoundKey = 'max' | 'min' | 'mean'

/** What is bounded, on which side, by how much. */
function boundOf(sheet: Sheet, path: Path, limit: LimitWritten): Bounded | undefined {
  const form = formProblem(limit)
  if (form) {
    sheet.report(path, form)
    return undefined
  }
  const key = (['mean', 'max', 'min'] as const).find((key) => limit[key] !== undefined) as BoundKey
  const value = readBound(sheet, [...path, key], limit.metric, limit[key] as string)
  const measured = Object.values(percentiles).map(inPercent)
  if (limit.p !== undefined && !measured.some((p) => p === limit.p)) {
    const hint = `Measured are ${list(measured.map((p) => `p: ${p}`))}.`
    sheet.report([...path, 'p'], { message: `p${limit.p} is not measured`, hint })
    return undefined
  }
  if (value === undefined) return undefined
  if (key === 'mean') {
    const bound = metrics[limit.metric].better === 'high' ? 'at-least' : 'at-most'
    return { stat: { kind: 'mean' }, bound, value }
  }
  const stat: LimitPlan['stat'] =
    limit.p === undefined
      ? { kind: 'value' }
      : { kind: 'quantile', q: Math.round(limit.p * 10) / 1_000 }
  return { stat, bound: key === 'max' ? 'at-most' : 'at-least', value }
}

/** A limit says one thing; which, depends on what there is of the metric. */
function formProblem(limit: LimitWritten): { message: string; hint: string } | undefined {
  const { metric, p, mean, max, min } = limit
  const { by } = metrics[metric]
  const example = exampleOf(metric)
  const sides = Number(max !== undefined) + Number(min !== undefined)
  const wrong = (message: string) => ({ message, hint: `Write ${example}.` })
  if (by === 'value') {
    if (p !== undefined || mean !== undefined)
      return wrong(`${metric} is one value: it has no percentiles and no mean`)
    return sides === 1 ? undefined : wrong(`give ${metric} one bound: max or min`)
  }
  if (mean !== undefined)
    return sides === 0 && p === undefined
      ? undefined
      : wrong('mean is a bound of its own: p, max and min do not go with it')
  if (by === 'mean') return wrong(`${metric} is judged by its mean`)
  if (p === undefined)
    return wrong(`${metric} has many samples: say which percentile is bounded, or the mean`)
  return sides === 1 ? undefined : wrong(`give p: ${p} one bound: max or min`)
}

function exampleOf(metric: LimitPlan['metric']): string {
  const { by, better } = metrics[metric]
  const value = {
    us: '2s',
    ratio: better === 'high' ? '0.95' : '0.05',
    count: '0',
    'per-second': '50/s',
    bytes: '10MB',
    factor: '10',
  }[metrics[metric].unit]
  if (by === 'samples') return `p: 99, max: ${value}`
  if (by === 'mean') return `mean: ${value}`
  return better === 'high' ? `min: ${value}` : `max: ${value}`
}

const chooses: Record<Metric['of'], string> = {
  region: 'is measured for each region',
  link: 'is measured for each link',
  pair: 'is measured for each pair of regions',
  fault: 'is measured for each fault',
  run: 'is one value of the whole run',
}

/** Keys that narrow a limit down must fit what the metric is measured for. */
function checkChoices(sheet: Sheet, path: Path, limit: LimitWritten): void {
  const { metric } = limit
  const { of, choose, pooled, hops, evidence } = metrics[metric]
  const refuse = (key: keyof LimitWritten, why: string, hint: string): void => {
    if (limit[key] !== undefined)
      sheet.report([...path, key], {
        message: `"${key}" does not go with ${metric}: ${why}`,
        hint,
        at: 'key',
      })
  }
  const takeOut = 'Take it out.'
  if (of !== 'region' && of !== 'fault')
    refuse('region', `it ${chooses[of]}`, of === 'link' ? 'Write link: a -> b.' : takeOut)
  if (of !== 'link')
    refuse('link', `it ${chooses[of]}`, of === 'region' ? 'Write region: a.' : takeOut)
  if (of === 'run') refuse('phase', `it ${chooses.run}`, takeOut)
  if (pooled === null) refuse('pool', 'it has no samples to join', takeOut)
  else if (limit.region !== undefined || limit.link !== undefined)
    refuse('pool', 'one region or link is chosen already', 'Take one of the two out.')
  if (limit.operation !== undefined && !choose.includes(limit.operation))
    refuse(
      'operation',
      choose.length === 0 ? 'it is not split by operation' : 'it has no such operations',
      choose.length === 0 ? takeOut : `Write ${choose.join(' or ')}.`,
    )
  if (hops === null) refuse('hop', 'it has no hops', takeOut)
  else checkHop(sheet, path, limit, hops)
  if (evidence !== 'queries') refuse('at', `only ${measuredAtK} are measured at k`, takeOut)
}

/** `recall, recall-loss and answer-difference`. */
const measuredAtK = Object.entries(metrics)
  .flatMap(([name, { evidence }]) => (evidence === 'queries' ? [name] : []))
  .join(', ')
  .replace(/, ([^,]+)$/, ' and $1')

function checkHop(
  sheet: Sheet,
  path: Path,
  { metric, hop }: LimitWritten,
  hops: NonNullable<Metric['hops']>,
): void {
  const write = hops === 'on-n' ? 'Write hop: on-2, or more.' : `Write hop: ${hops.join(' or ')}.`
  if (hop === undefined) {
    if (hops === 'on-n') sheet.report(path, { message: `${metric} needs a hop`, hint: write })
    return
  }
  const known = hops === 'on-n' ? /^on-([2-9]|[1-9]\d)$/.test(hop) : hops.includes(hop)
  if (!known)
    sheet.report([...path, 'hop'], { message: `${metric} has no hop "${hop}"`, hint: write })
}

function checkTwins(sheet: Sheet, entries: readonly Entry[]): void {
  const seen = new Set<string>()
  for (const { path, plans } of entries)
    for (const { value: _, text: __, confidence: ___, ...about } of plans) {
      const key = JSON.stringify(about)
      if (seen.has(key))
        sheet.report(path, {
          message: 'the same thing is limited twice',
          hint: 'Keep the tighter limit.',
        })
      seen.add(key)
    }
}

const quantityOf: Record<Exclude<MetricUnit, 'count' | 'factor'>, QuantityKind> = {
  us: 'duration',
  ratio: 'share',
  'per-second': 'rate',
  bytes: 'bytes',
}

/** The bound of a limit in the unit of its metric; undefined if it is reported. */
function readBound(
  sheet: Sheet,
  path: Path,
  metric: MetricName,
  raw: string | number,
): number | undefined {
  const { unit } = metrics[metric]
  if (unit === 'count') {
    if (typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 0) return raw
    if (typeof raw === 'number' && raw > Number.MAX_SAFE_INTEGER) {
      const message = `${metric} can never reach ${raw}: this limit cannot be broken`
      sheet.report(path, {
        message,
        hint: 'Write how many are allowed, such as 0, or take it out.',
      })
      return undefined
    }
    const message = `${metric} is a count: expected a whole number, found ${nounOf(raw)}`
    sheet.report(path, { message, hint: 'Write it without a unit, such as 0.' })
    return undefined
  }
  if (unit === 'factor') {
    if (typeof raw === 'number' && raw >= 0 && Number.isFinite(raw)) return raw
    const message = `${metric} is a factor: expected a number, found ${nounOf(raw)}`
    sheet.report(path, { message, hint: 'Write it without a unit, such as 10.' })
    return undefined
  }
  const reading = readQuantity(quantityOf[unit], raw)
  if ('value' in reading) return reading.value
  const { noun } = examplesOf(quantityOf[unit])
  const message = `${metric} is a ${noun}: ${reading.wrong}`
  sheet.report(path, { message, hint: reading.hint })
  return undefined
}

/** How sure the verdict has to be: null where a limit is on no sample, undefined if it is written wrong. */
function confidenceOf(sheet: Sheet, path: Path, limit: LimitWritten): number | null | undefined {
  const { metric, confidence: raw } = limit
  const whole = metrics[metric].evidence === 'whole'
  if (raw === undefined) return whole ? null : defaults.confidence
  const at = [...path, 'confidence']
  if (whole) {
    const message = `"confidence" does not go with ${metric}: it is no sample, it is judged as it is`
    sheet.report(at, { message, hint: 'Take it out.', at: 'key' })
    return undefined
  }
  const reading = readQuantity('share', raw)
  if ('value' in reading && confidences.includes(reading.value)) return reading.value
  const levels = list(confidences.map((one) => shareText(one)))
  const message =
    'value' in reading
      ? `there is no confidence of ${shareText(reading.value)}`
      : `confidence is a share: ${reading.wrong}`
  sheet.report(at, { message, hint: `There are ${levels}.` })
  return undefined
}
