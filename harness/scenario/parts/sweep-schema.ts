import { z } from 'zod'
import { type MetricName, metrics } from '../../model/metric.ts'
import type { Names } from '../known.ts'
import { linkTarget, nameOf, regionName } from '../yaml/reference.ts'

/** More would be no table any more. */
export const MOST_POINTS = 64

const verdicts = ['pass', 'fail', 'unknown', 'invalid'] as const

/** What a sweep shows of each point: a metric without a bound, or how often a checker fired. */
export function shownSchema(names: Names) {
  const metric = z.strictObject({
    metric: nameOf('metric', 'metrics', Object.keys(metrics)).transform(
      (name) => name as MetricName,
    ),
    p: z.number().optional(),
    mean: z.literal(true).optional(),
    region: regionName(names.regions).optional(),
    link: linkTarget(names.regions, ['one']).optional(),
    phase: z.string().optional(),
    operation: z.enum(['search', 'fetch', 'upsert', 'delete', 'write']).optional(),
    hop: z.string().optional(),
  })
  const finding = z.strictObject({ finding: nameOf('checker', 'checkers', names.checkers) })
  return z.union([metric.meta({ title: 'metric' }), finding.meta({ title: 'finding' })], {
    error: 'expected { metric: lag, p: 99 } or { finding: lost-writes }',
  })
}

/** `sweep:` runs one scenario at several points and shows them side by side. */
export function sweepSchema(names: Names) {
  const checker = nameOf('checker', 'checkers', names.checkers)
  return z.strictObject({
    vary: z.record(z.string(), z.array(z.unknown()).min(1).max(MOST_POINTS)),
    show: z.array(shownSchema(names)).min(1),
    expect: z
      .array(
        z.strictObject({
          at: z.record(z.string(), z.unknown()),
          verdict: z.enum(verdicts),
          fire: z.array(checker).optional(),
          quiet: z.array(checker).optional(),
          breaks: z
            .array(nameOf('metric', 'metrics', Object.keys(metrics)))
            .min(1)
            .optional(),
        }),
      )
      .optional(),
  })
}
