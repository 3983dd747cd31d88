import { z } from 'zod'
import type { Names } from '../known.ts'
import { quantity } from '../yaml/quantity.ts'
import { regionName } from '../yaml/reference.ts'
import { stagesSchema, targetSchema } from './stages.ts'

const duration = quantity('duration')
const positive = quantity('duration', { above: 0 })
const share = quantity('share')
/** Operations per second, or as many as are answered. */
const paced = z.union([z.enum(['max']), quantity('rate')])

/** One of the three shapes: `resolveArrivals` sees to that, and to what belongs to which. */
const arrivals = z.union(
  [
    z.enum(['poisson', 'constant']),
    z.strictObject({
      burst: z
        .strictObject({ factor: z.number().gt(1), on: positive, off: positive })
        .optional()
        .describe('again and again: factor times the rate for a while, then the rate'),
      ramp: z
        .strictObject({ from: z.number().min(0) })
        .optional()
        .describe('from a multiple of the rate at the start of warm-up to the rate at the end'),
      stages: stagesSchema
        .optional()
        .describe('straight lines from target to target, as k6 has them'),
      from: targetSchema.optional().describe('before the first stage, in warm-up too; 0 if absent'),
    }),
  ],
  {
    error:
      'expected poisson, constant, { burst: { factor, on, off } }, { ramp: { from } } or { stages: [{ target, for }] }',
  },
)

const choice = z.union(
  [z.enum(['uniform']), z.strictObject({ zipf: z.number().gt(0).max(8).multipleOf(0.25) })],
  {
    error: 'expected uniform or { zipf: 1.0 }, in steps of 0.25 up to 8',
  },
)

export function loadSchema(names: Names) {
  const region = regionName(names.regions)
  return z.strictObject({
    in: z.union([region, z.array(region).min(1)], { error: 'expected a region or a list of them' }),
    class: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]*$/, {
        error: 'expected a name of small letters, digits and dashes',
      })
      .optional()
      .describe('a name for these clients, where a region has several loads'),
    clients: z.int().min(1).max(100_000).optional(),
    search: paced.optional().describe('a rate, or max: each client asks again when it is answered'),
    think: duration
      .optional()
      .describe('with search: max, how long a client waits before it asks again'),
    upsert: paced.optional(),
    delete: paced.optional(),
    fetch: paced.optional().describe('reads of one point by id'),
    fetchOwn: share.optional(),
    arrivals: arrivals.optional(),
    keys: z
      .strictObject({
        fresh: share.optional(),
        existing: share.optional(),
        contended: share.optional(),
        contendedCount: z.int().min(1).optional(),
        contendedLaw: choice.optional().describe('how hot the first of the contended keys are'),
      })
      .optional(),
    queries: choice.optional(),
    k: z.int().min(1).max(100).optional(),
    deadline: positive.optional(),
    retry: z
      .strictObject({
        max: z.int().min(0).max(100),
        backoff: duration.optional(),
        timeout: positive.optional().describe('an attempt is given up after so long'),
      })
      .optional(),
    inFlight: z
      .strictObject({
        max: z.int().min(1).optional(),
        onFull: z.enum(['queue', 'shed']).optional(),
      })
      .optional(),
  })
}
export type LoadWritten = z.output<ReturnType<typeof loadSchema>>
