import { z } from 'zod'
import { faultKindNames } from '../model/fault.ts'
import { type MetricName, metrics } from '../model/metric.ts'
import { worldNames } from '../model/plan.ts'
import type { Names } from './known.ts'
import { faultSchema, nameForm, namePattern } from './parts/fault-kinds.ts'
import { loadSchema } from './parts/load-schema.ts'
import { overrideSchema } from './parts/profile-rows.ts'
import { tableUnits } from './parts/rtt-table.ts'
import { serversSchema } from './parts/servers.ts'
import { sweepSchema } from './parts/sweep-schema.ts'
import { rateSchema } from './parts/worlds.ts'
import { quantity } from './yaml/quantity.ts'
import { linkTarget, nameOf, regionName } from './yaml/reference.ts'

const duration = quantity('duration')
const positive = quantity('duration', { above: 0 })
const share = quantity('share')
const window = quantity('bytes', { above: 0 })
const law = z.enum(['uniform', 'exponential', 'pareto'])

/** One link, or one direction of it: a preset, or delays of its own. */
export const linkSchema = z.union(
  [
    z.string(),
    z.strictObject({
      preset: z.string().optional(),
      latency: duration.optional(),
      rtt: duration.optional(),
      jitter: duration.optional(),
      law: law.optional(),
      loss: share.optional(),
      bandwidth: quantity('bandwidth', { above: 0 }).optional(),
      window: window.optional().describe('of every connection over the link'),
    }),
  ],
  { error: 'expected { latency: 38ms } or a preset such as washington-dc -> frankfurt' },
)
export type LinkWritten = z.output<typeof linkSchema>

const hnsw = z.strictObject({
  m: z.int().min(2).max(128).optional(),
  efConstruction: z.int().min(1).max(10_000).optional(),
  ef: z.int().min(1).max(10_000).optional(),
  sealAt: z.int().min(1).optional(),
  compactAt: quantity('share', { above: 0 }).optional(),
})
const index = z.union([z.enum(['flat', 'hnsw']), z.strictObject({ hnsw })], {
  error: 'expected flat, hnsw or { hnsw: { m: 16, ef: 64 } }',
})

/** What a bound may look like depends on the metric: read in limits.ts. */
const bound = z.union([z.string(), z.number()], { error: 'expected a number with its unit' })

const metricName = nameOf('metric', 'metrics', Object.keys(metrics)).transform(
  (name) => name as MetricName,
)

export function limitSchema(names: Names) {
  return z.strictObject({
    metric: metricName,
    p: z.number().optional(),
    mean: bound.optional(),
    max: bound.optional(),
    min: bound.optional(),
    at: z.int().min(1).optional(),
    region: regionName(names.regions).optional(),
    link: linkTarget(names.regions, ['one', 'both']).optional(),
    phase: z.string().optional(),
    operation: z.enum(['search', 'fetch', 'upsert', 'delete', 'write']).optional(),
    hop: z.string().optional(),
    pool: z.boolean().optional(),
    confidence: bound.optional(),
  })
}
export type LimitWritten = z.output<ReturnType<typeof limitSchema>>

const plainName = z
  .string({ error: 'expected a name such as my-scenario' })
  .regex(namePattern, { error: nameForm })

/** Sections that may be other for one world. */
function changeableSchemas(names: Names) {
  return {
    data: z
      .strictObject({
        set: nameOf('data set', 'data sets', names.dataSets).optional(),
        base: z.int().min(0).optional(),
      })
      .optional(),
    load: z.array(loadSchema(names)).min(1),
    probes: z
      .union([z.enum(['off']), z.strictObject({ every: positive })], {
        error: 'expected off or { every: 1s }',
      })
      .optional(),
    timeline: z
      .strictObject({
        warmup: duration.optional(),
        run: positive.optional(),
        settle: duration.optional(),
      })
      .optional(),
    faults: z
      .array(z.union(faultKindNames.map((kind) => faultSchema(kind, names.regions))))
      .optional(),
    limits: z.array(limitSchema(names)).optional(),
    servers: serversSchema.optional(),
    expect: z
      .strictObject({
        verdict: z.enum(['pass', 'fail', 'unknown', 'invalid']),
        fire: z.array(nameOf('checker', 'checkers', names.checkers)).optional(),
        quiet: z.array(nameOf('checker', 'checkers', names.checkers)).optional(),
        breaks: z.array(metricName).min(1).optional(),
      })
      .optional(),
  }
}

/** The last ones made: making them takes longer than reading a scenario, which wants them for each world and system. */
let made: { of: string; schemas: SectionSchemas } | undefined

/** Strict schemas of the sections of a scenario; what may be left out has its default in defaults.ts. */
export function sectionSchemas(names: Names): SectionSchemas {
  const of = JSON.stringify(names)
  if (made?.of !== of) made = { of, schemas: makeSchemas(names) }
  return made.schemas
}

function makeSchemas(names: Names) {
  const changeable = changeableSchemas(names)
  const { data, load, servers, ...others } = changeable
  const overlay = z.strictObject({
    rate: rateSchema.optional(),
    ...changeable,
    load: load.optional(),
  })
  return {
    name: plainName,
    seed: z.int().min(0).optional(),
    /** One of those that `npm test` runs. */
    quick: z.boolean().optional(),
    'runs-in': z.array(z.enum(worldNames)).min(1).optional(),
    regions: z
      .array(plainName, { error: 'expected a list such as [us-east, eu-west]' })
      .min(1, { error: '' })
      .max(32),
    links: z
      .object({
        preset: nameOf('link preset', 'link presets', names.linkPresets).optional(),
        file: z.string().optional().describe('a CSV file of round trips, beside the scenario'),
        unit: z.enum(tableUnits).optional().describe('of numbers in the file that have none'),
      })
      .catchall(linkSchema)
      .optional(),
    data,
    system: z
      .object(
        { kind: nameOf('system', 'systems', names.systems), index: index.optional() },
        { error: `expected { kind: ${names.systems[0]} }` },
      )
      .catchall(z.unknown()),
    systems: z
      .union([z.array(nameOf('system', 'systems', names.systems)), z.record(z.string(), z.any())])
      .optional(),
    mirror: z
      .strictObject({
        delivery: z.enum(['at-least-once', 'exactly-once']).optional(),
        flush: positive.optional(),
        policy: z.enum(['default', 'identity']).optional().describe('identity: copies keep names'),
        window: window.optional().describe('receive.buffer.bytes of its consumers'),
      })
      .optional(),
    log: z
      .strictObject({
        partitions: z.int().min(1).max(1_000).optional(),
        retention: positive.optional(),
      })
      .optional(),
    servers,
    profile: z
      .union(
        [
          nameOf('profile', 'profiles', names.profiles),
          z.strictObject({
            name: nameOf('profile', 'profiles', names.profiles).optional(),
            override: overrideSchema,
          }),
        ],
        {
          error: 'expected the name of a profile or { name, override: { store.search.base: 1ms } }',
        },
      )
      .optional(),
    load,
    ...others,
    sweep: sweepSchema(names).optional(),
    worlds: z.strictObject({ sim: overlay.optional(), containers: overlay.optional() }).optional(),
  }
}

export type SectionSchemas = ReturnType<typeof makeSchemas>
export type SectionName = keyof SectionSchemas

/** A scenario as a person wrote it: units read, names checked, everything else as it stands. */
export type Scenario = {
  [S in SectionName]: z.output<SectionSchemas[S]>
}
