import { z } from 'zod'
import { ofNames } from '../known.ts'
import { durationText } from '../shown/figures.ts'
import { about, optional } from '../yaml/about.ts'
import { quantity } from '../yaml/quantity.ts'
import { regionName } from '../yaml/reference.ts'
import { defaults } from './defaults.ts'
import { diurnalSchema } from './diurnal.ts'
import { replaySchema } from './rate-file.ts'
import { stagesSchema, targetSchema } from './stages.ts'

const duration = quantity('duration')
const positive = quantity('duration', { above: 0 })
const share = quantity('share')
/** Operations per second, or as many as are answered. */
const paced = z.union([z.enum(['max']), quantity('rate')])

/** One shape: `resolveArrivals` sees to that, and to what belongs to which. */
const arrivals = z.union(
  [
    z.enum(['poisson', 'constant']),
    z.strictObject({
      burst: optional(
        z.strictObject({
          factor: about(z.number().gt(1), 'how many times the rate a burst has'),
          on: about(positive, 'how long a burst lasts'),
          off: about(positive, 'how long the plain rate lasts between two bursts'),
        }),
        'again and again: factor times the rate for a while, then the rate',
      ),
      ramp: optional(
        z.strictObject({ from: about(z.number().min(0), 'the multiple of the rate at the start') }),
        'from a multiple of the rate at the start of warm-up to the rate at the end',
      ),
      stages: optional(stagesSchema, 'straight lines from target to target, as k6 has them'),
      from: optional(targetSchema, 'before the first stage, in warm-up too', 0),
      diurnal: optional(
        diurnalSchema,
        'up and down once a day, between a lowest rate and the rates',
      ),
      replay: optional(
        replaySchema,
        'in the shape of a file of measured rates, whose highest becomes the rates of the load',
      ),
    }),
  ],
  {
    error:
      'expected poisson, constant, { burst: { factor, on, off } }, { ramp: { from } }, { stages: [{ target, for }] }, { diurnal: { period } } or { replay: { file } }',
  },
)

const zipf = about(
  z.number().gt(0).max(8).multipleOf(0.25),
  'the exponent of a Zipf law, in steps of 0.25',
)
const choice = z.union([z.enum(['uniform']), z.strictObject({ zipf })], {
  error: 'expected uniform or { zipf: 1.0 }, in steps of 0.25 up to 8',
})

/** One load: clients of one or several regions, and what they ask for. */
export const loadSchema = ofNames((names) => {
  const region = regionName(names.regions)
  const { load } = defaults
  return z.strictObject({
    in: about(
      z.union([region, z.array(region).min(1)], { error: 'expected a region or a list of them' }),
      'the region of the clients, or a list of regions that each have such clients',
    ),
    class: optional(
      z.string().regex(/^[a-z0-9][a-z0-9-]*$/, {
        error: 'expected a name of small letters, digits and dashes',
      }),
      'a name for these clients, where a region has several loads',
    ),
    clients: optional(z.int().min(1).max(100_000), 'how many clients a region has', load.clients),
    search: optional(paced, 'searches a second, or max: each client asks when it is answered', 0),
    think: optional(duration, 'with search: max, how long a client waits before it asks again', 0),
    upsert: optional(paced, 'upserts a second', 0),
    delete: optional(paced, 'deletes a second', 0),
    fetch: optional(paced, 'reads of one point by id, a second', 0),
    fetchOwn: optional(
      share,
      'the share of upserts after which their client fetches the point',
      '0%',
    ),
    arrivals: optional(arrivals, 'how operations come', load.arrivals.kind),
    keys: optional(keysSchema, 'which ids upserts write'),
    queries: optional(choice, 'which queries are asked most', load.queries.law),
    k: optional(z.int().min(1).max(100), 'how many neighbours a search asks for', load.k),
    deadline: optional(
      positive,
      'how long an operation may take in all',
      durationText(load.deadlineUs),
    ),
    retry: optional(retrySchema, 'whether a client asks again after an error'),
    inFlight: optional(inFlightSchema, 'what happens where answers are slower than arrivals'),
  })
})

const keysSchema = z.strictObject({
  fresh: optional(share, 'the share of upserts with a new id', '50% without keys, else 0%'),
  existing: optional(share, 'of an id that is there', '50% without keys, else 0%'),
  contended: optional(share, 'of one of a few ids that all regions write', '0%'),
  contendedCount: optional(
    z.int().min(1),
    'how many contended ids there are',
    defaults.load.keys.contendedCount,
  ),
  contendedLaw: optional(choice, 'how hot the first of the contended keys are', 'uniform'),
})

const retrySchema = z.strictObject({
  max: about(z.int().min(0).max(100), 'how often an operation is tried again'),
  backoff: optional(
    duration,
    'how long it waits before each try',
    durationText(defaults.load.retry.backoffUs),
  ),
  timeout: optional(positive, 'an attempt is given up after so long; by default at the deadline'),
})

const inFlightSchema = z.strictObject({
  max: optional(z.int().min(1), 'operations of a load under way', defaults.load.inFlight.max),
  onFull: optional(
    z.enum(['queue', 'shed']),
    'whether more of them wait or are refused',
    defaults.load.inFlight.onFull,
  ),
})
export type LoadWritten = z.output<ReturnType<typeof loadSchema>>
