import { z } from 'zod'
import { type MetricName, metrics } from '../../model/metric.ts'
import type { Names } from '../known.ts'
import { about, optional } from '../yaml/about.ts'
import { linkTarget, nameOf, regionName } from '../yaml/reference.ts'

/** More would be no table any more. */
export const MOST_POINTS = 64

const verdicts = ['pass', 'fail', 'unknown', 'invalid'] as const

/** What a sweep shows of each point: a metric without a bound, or how often a checker fired. */
export function shownSchema(names: Names) {
  const name = nameOf('metric', 'metrics', Object.keys(metrics)).transform(
    (name) => name as MetricName,
  )
  const metric = z.strictObject({
    metric: about(name, 'what is measured'),
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
}

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
