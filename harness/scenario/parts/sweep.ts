import { z } from 'zod'
import type { LimitPlan } from '../../model/limit.ts'
import { type MetricUnit, metrics } from '../../model/metric.ts'
import type { Expectation } from '../../model/plan.ts'
import type { ShownPlan } from '../../model/sweep.ts'
import { percentileName } from '../../text/value.ts'
import { type Names, ofNames } from '../known.ts'
import { about, optional } from '../yaml/about.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { nounOf, read } from '../yaml/reading.ts'
import { linkTarget, nameOf, regionName } from '../yaml/reference.ts'
import { didYouMean } from '../yaml/spelling.ts'
import { checkExpectation, expectationOf } from './expectation.ts'
import { metricName, plansOf } from './limits.ts'
import { type Choice, valueText } from './varied.ts'

/** More would be no table any more. */
const MOST_POINTS = 64

const verdicts = ['pass', 'fail', 'unknown', 'invalid'] as const

/** What a sweep shows of each point: a metric without a bound, or how often a checker fired. */
const shownSchema = ofNames((names) => {
  const metric = z.strictObject({
    metric: about(metricName, 'what is measured'),
    p: optional(z.number().meta({ minimum: 0, maximum: 100 }), 'a percentile such as 99 or 99.9'),
    mean: optional(z.literal(true), 'the mean'),
    region: optional(regionName(names.regions), 'in this region; each has a column if left out'),
    link: optional(linkTarget(names.regions, ['one']), 'on this link; each if left out'),
    phase: optional(
      z.string().meta({ examples: ['baseline', 'fault', 'recovery'] }),
      'in this phase of the run; in every phase together if left out',
    ),
    operation: optional(
      z.enum(['search', 'fetch', 'upsert', 'delete', 'write']),
      'of these operations only',
    ),
    hop: optional(z.string(), 'of this hop of a change only'),
  })
  const finding = z.strictObject({
    finding: about(
      nameOf('checker', 'checkers', names.checkers),
      'the checker whose violations are counted',
    ),
  })
  return z.union([metric.meta({ title: 'metric' }), finding.meta({ title: 'finding' })], {
    error: 'expected { metric: lag, p: 99 } or { finding: lost-writes }',
  })
})

/** `sweep:` runs one scenario at several points and shows them side by side. */
export function sweepSchema(names: Names) {
  const checkers = z.array(nameOf('checker', 'checkers', names.checkers))
  const broken = z.array(nameOf('metric', 'metrics', Object.keys(metrics))).min(1)
  const expected = z.strictObject({
    at: about(z.record(z.string(), z.unknown()), 'the values of the points this is said of'),
    verdict: about(z.enum(verdicts), 'what these points are meant to come to'),
    fire: optional(checkers, 'checkers that have to find something there'),
    quiet: optional(checkers, 'checkers that must find nothing there'),
    breaks: optional(broken, 'metrics whose limits have to break there'),
  })
  return z.strictObject({
    vary: about(
      z.record(z.string(), z.array(z.unknown()).min(1).max(MOST_POINTS)),
      'paths such as load.0.search with the values each takes; every combination is a point',
    ),
    show: about(z.array(shownSchema(names)).min(1), 'the columns of the table'),
    expect: optional(z.array(expected), 'what single points are meant to come to'),
  })
}

/** Sections a sweep may vary: what the run is, not what is asked of it. */
const variable = 'regions links data system mirror log servers profile load probes timeline faults'

type SweepWritten = z.output<ReturnType<typeof sweepSchema>>
type ShowWritten = SweepWritten['show'][number]

/** A sweep as written: the points, what is shown of each, and what each is expected to do. */
export type Sweep = {
  points: { at: Record<string, string>; choices: Choice[] }[]
  show: ShownPlan[]
  expectAt: (at: Record<string, string>) => Expectation | undefined
}

/** Whether a scenario is to be run at several points. */
export const sweeps = (sheet: Sheet): boolean => sheet.at(['sweep']) !== undefined

/** The section `sweep:`; null if it is absent or wrong. */
export function resolveSweep(
  sheet: Sheet,
  names: Names,
  limits: readonly LimitPlan[] | null,
): Sweep | null {
  if (!sweeps(sheet)) return null
  const before = sheet.problems.length
  const written = read(sheet, ['sweep'], sweepSchema(names))
  if (!written) return null
  const points = pointsOf(sheet, written.vary)
  const show = written.show.flatMap((one, i) => shownOf(sheet, ['sweep', 'show', i], one))
  checkExpectations(sheet, written, limits)
  if (sheet.problems.length === before) checkReached(sheet, written.expect ?? [], points)
  if (sheet.problems.length > before) return null
  return { points, show, expectAt: (at) => expectedAt(written.expect ?? [], at) }
}

/** Every combination, the first path slowest. */
function pointsOf(sheet: Sheet, vary: SweepWritten['vary']): Sweep['points'] {
  let points: Sweep['points'] = [{ at: {}, choices: [] }]
  for (const [text, values] of Object.entries(vary)) {
    const path = pathOf(sheet, text)
    if (!path) continue
    points = points.flatMap(({ at, choices }) =>
      values.map((value, i) => ({
        at: { ...at, [text]: valueText(value) },
        choices: [...choices, { path, value, at: ['sweep', 'vary', text, i] }],
      })),
    )
  }
  if (points.length > MOST_POINTS)
    sheet.report(['sweep', 'vary'], {
      message: `these are ${points.length} points, and a sweep has at most ${MOST_POINTS}`,
      hint: 'Take some values out, or make two scenarios of it.',
    })
  return points
}

function pathOf(sheet: Sheet, text: string): Path | undefined {
  const path = text.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key))
  const at: Path = ['sweep', 'vary', text]
  const [section] = path
  if (!variable.split(' ').includes(String(section))) {
    sheet.report(at, {
      message: `"${String(section)}" cannot be varied`,
      hint: didYouMean(String(section), variable.split(' '), 'sections'),
      at: 'key',
    })
    return undefined
  }
  const parent = path.slice(0, -1)
  // A section that the scenario leaves out can be varied in its defaults.
  const held = parent.length === 0 ? {} : (sheet.at(parent) ?? (parent.length === 1 ? {} : null))
  if (typeof held === 'object' && held !== null) return path
  sheet.report(at, {
    message: `there is no ${parent.join('.')} in this scenario, so nothing to vary in it`,
    hint: 'Write it as in system.conflict, load.0.search or faults.0.offset (lists count from 0).',
    at: 'key',
  })
  return undefined
}

/** What bounds stand in for: a limit that everything satisfies. */
const anyBound: Record<MetricUnit, string | number> = {
  us: '1s',
  ratio: '1',
  count: 0,
  'per-second': '1/s',
  bytes: '1MB',
  factor: 1,
}

/** One entry of `show:`; empty if it is wrong. */
export function resolveShown(sheet: Sheet, path: Path, names: Names): ShownPlan[] {
  const written = read(sheet, path, shownSchema(names))
  return written ? shownOf(sheet, path, written) : []
}

function shownOf(sheet: Sheet, path: Path, written: ShowWritten): ShownPlan[] {
  if ('finding' in written) {
    const { finding: checker } = written
    return [{ kind: 'finding', checker, title: `${checker} violations` }]
  }
  const { mean, ...rest } = written
  const { of, by } = metrics[written.metric]
  const bound = anyBound[metrics[written.metric].unit]
  const joined = by !== 'value' && rest.region === undefined && rest.link === undefined
  const pool = joined && (of === 'region' || of === 'link') ? { pool: true } : {}
  const stat = by === 'mean' || mean ? { mean: bound } : { max: bound }
  const plans = plansOf(sheet, path, { ...rest, ...pool, ...stat }) ?? []
  return plans.map((plan): ShownPlan => {
    const title = titleOf(plan)
    const open = { value: Number.MAX_VALUE, bound: 'at-most', confidence: null } as const
    const limit = { ...plan, ...open, text: title }
    return { kind: 'metric', limit, title }
  })
}

function titleOf({ metric, stat, region, link, phase, operation }: LimitPlan): string {
  const which =
    stat.kind === 'quantile' ? ` ${percentileName(stat.q)}` : stat.kind === 'mean' ? ' mean' : ''
  const where = [operation, region ?? link, phase].filter((part) => part !== null)
  return `${metric}${which}${where.length > 0 ? ` (${where.join(', ')})` : ''}`
}

function checkExpectations(
  sheet: Sheet,
  { vary, expect = [] }: SweepWritten,
  limits: readonly LimitPlan[] | null,
): void {
  for (const [i, { at, ...written }] of expect.entries()) {
    checkExpectation(sheet, ['sweep', 'expect', i], written, limits)
    for (const [text, value] of Object.entries(at)) {
      const path = ['sweep', 'expect', i, 'at', text]
      const values = vary[text]
      if (!values)
        sheet.report(path, {
          message: `"${text}" is not varied`,
          hint: didYouMean(text, Object.keys(vary), 'paths'),
          at: 'key',
        })
      else if (!values.some((one) => valueText(one) === valueText(value)))
        sheet.report(path, { message: `${nounOf(value)} is none of the values of ${text}` })
    }
  }
}

type Expected = NonNullable<SweepWritten['expect']>
type At = Record<string, string>

/** Of several expectations that hold for a point the first counts: one that is first nowhere would say nothing. */
function checkReached(sheet: Sheet, expectations: Expected, points: Sweep['points']): void {
  const reached = new Set(points.map(({ at }) => fittingAt(expectations, at)))
  for (const [i, one] of expectations.entries())
    if (!reached.has(one))
      sheet.report(['sweep', 'expect', i], {
        message: 'this entry applies to no point: entries before it apply to all that it names',
        hint: 'Write what holds for single points first, or take it out.',
      })
}

/** The first expectation whose values the point has. */
const fittingAt = (expectations: Expected, at: At): Expected[number] | undefined =>
  expectations.find((one) =>
    Object.entries(one.at).every(([text, value]) => at[text] === valueText(value)),
  )

function expectedAt(expectations: Expected, at: At): Expectation | undefined {
  const fits = fittingAt(expectations, at)
  return fits && expectationOf(fits)
}
