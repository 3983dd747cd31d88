import { z } from 'zod'
import { worldNames } from '../model/plan.ts'
import { type Names, ofNames } from './known.ts'
import { alertsSchema } from './parts/alert-schema.ts'
import { defaults } from './parts/defaults.ts'
import { faultSchemas, nameForm, namePattern } from './parts/fault-kinds.ts'
import { limitSchema, metricName } from './parts/limits.ts'
import { linksSchema } from './parts/links.ts'
import { loadSchema } from './parts/load-schema.ts'
import { overrideSchema } from './parts/profile.ts'
import { serversSchema } from './parts/servers.ts'
import { serviceLevelsSchema } from './parts/service-levels.ts'
import { storeSchema } from './parts/store.ts'
import { sweepSchema } from './parts/sweep.ts'
import { rateSchema } from './parts/worlds.ts'
import { durationText, shareText } from './shown/figures.ts'
import { about, optional } from './yaml/about.ts'
import { quantity } from './yaml/quantity.ts'
import { nameOf } from './yaml/reference.ts'
import { aVariable, variablesSchema } from './yaml/variables.ts'

const duration = quantity('duration')
const positive = quantity('duration', { above: 0 })
const window = quantity('bytes', { above: 0 })

const hnsw = z.strictObject({
  m: optional(z.int().min(2).max(128), 'links of each node of the graph', defaults.hnsw.m),
  efConstruction: optional(
    z.int().min(1).max(10_000),
    'candidates held while a node is put in',
    defaults.hnsw.efConstruction,
  ),
  ef: optional(
    z.int().min(1).max(10_000),
    'candidates held by a search: more find more and take longer',
    defaults.hnsw.ef,
  ),
  sealAt: optional(z.int().min(1), 'points at which a segment is closed', defaults.hnsw.sealAt),
  compactAt: optional(
    quantity('share', { above: 0 }),
    'the share of deleted points at which a segment is built anew',
    shareText(defaults.hnsw.compactAt),
  ),
})
const index = z.union(
  [z.enum(['flat', 'hnsw']), z.strictObject({ hnsw: about(hnsw, 'a graph: fast, and not exact') })],
  { error: 'expected flat, hnsw or { hnsw: { m: 16, ef: 64 } }' },
)

const plainName = z
  .string({ error: 'expected a name such as my-scenario' })
  .regex(namePattern, { error: nameForm })

const checkerNames = (names: Names) => z.array(nameOf('checker', 'checkers', names.checkers))

/** Sections that may be other for one world. */
function changeableSchemas(names: Names) {
  const { data, timeline } = defaults
  const probes = z.union(
    [z.enum(['off']), z.strictObject({ every: about(positive, 'how often') })],
    {
      error: 'expected off or { every: 1s }',
    },
  )
  return {
    data: optional(
      z.strictObject({
        set: optional(nameOf('data set', 'data sets', names.dataSets), 'its name', data.set),
        base: optional(
          z.int().min(0),
          'points every region has from the start; the others are for upserts',
          data.base,
        ),
      }),
      'the vectors, their queries, and how many are there from the start',
    ),
    load: about(z.array(loadSchema(names)).min(1), 'who asks for what, where and how often'),
    probes: optional(probes, 'fetches that compare what all regions answer; default { every: 1s }'),
    timeline: optional(
      z.strictObject({
        warmup: optional(duration, 'before anything is judged', durationText(timeline.warmupUs)),
        run: optional(
          positive,
          'how long operations arrive after it',
          durationText(timeline.runUs),
        ),
        settle: optional(
          duration,
          'after arrivals, until regions have to be equal',
          durationText(timeline.settleUs),
        ),
      }),
      'warm-up, run and settling: times of faults count from the end of warm-up',
    ),
    faults: optional(
      z.array(z.union(Object.values(faultSchemas(names)))),
      'what goes wrong, where, and when',
    ),
    limits: optional(z.array(limitSchema(names)), 'what the run is held to, beside the checkers'),
    alerts: optional(
      alertsSchema,
      'alerting rules as Prometheus has them, or a file of them: when would they have woken somebody',
    ),
    store: optional(storeSchema, 'what vectors are kept in, in all regions or by region', 'milvus'),
    servers: optional(serversSchema, 'settings of real servers; the simulator uses its profile'),
    expect: optional(
      z.strictObject({
        verdict: about(
          z.enum(['pass', 'fail', 'unknown', 'invalid']),
          'what the run is meant to come to',
        ),
        fire: optional(checkerNames(names), 'checkers that have to find something'),
        quiet: optional(checkerNames(names), 'checkers that must find nothing'),
        breaks: optional(z.array(metricName).min(1), 'metrics whose limits have to break'),
      }),
      'what this scenario is meant to show; held to it by tests and campaigns',
    ),
  }
}

/** Strict schemas of the sections of a scenario; what may be left out has its default in defaults.ts. */
export const sectionSchemas = ofNames((names) => {
  const changeable = changeableSchemas(names)
  const { data, load, servers, ...others } = changeable
  const overlay = z.strictObject({
    rate: optional(rateSchema, 'the share of all rates of the scenario', '100%'),
    ...changeable,
    load: optional(load, 'in the place of the load of the scenario'),
  })
  const laidOver = (world: string) => `what is other in ${world}; sections replace those above`
  return {
    name: about(plainName, 'names the run directory'),
    extends: optional(
      z.string().min(1),
      'another scenario, by its path or by name: this one says only what differs',
    ),
    vars: optional(
      variablesSchema,
      `variables by name: a value that says ${aVariable} is theirs; --set name=value gives another`,
    ),
    seed: optional(z.int().min(0), 'of everything that is drawn', defaults.seed),
    quick: optional(z.boolean(), 'whether `run --quick` and `npm test` run it', false),
    'runs-in': optional(
      z.array(z.enum(worldNames)).min(1),
      'worlds it may be run in; default all of them',
    ),
    regions: about(
      z
        .array(plainName, { error: 'expected a list such as [us-east, eu-west]' })
        .min(1, { error: '' })
        .max(32),
      'the regions by name, 32 at most',
    ),
    links: optional(linksSchema(names), 'the delay of every link between two regions'),
    data,
    system: about(systemHead(names), 'the system under test, and its knobs'),
    systems: optional(
      z.union([z.array(nameOf('system', 'systems', names.systems)), z.record(z.string(), z.any())]),
      'other systems it can be run on: a list, or a map of their knobs and what differs there',
    ),
    mirror: optional(mirrorSchema, 'how changes are copied between the logs of regions'),
    log: optional(logSchema, 'the event log of every region'),
    servers,
    profile: optional(profileSchema(names), 'how long servers take', defaults.profile),
    load,
    ...others,
    sweep: optional(sweepSchema(names), 'runs it at several points, side by side'),
    worlds: optional(
      z.strictObject({
        sim: optional(overlay, laidOver('the simulator')),
        containers: optional(overlay, laidOver('containers')),
      }),
      'what is other in one of the worlds',
    ),
    profiles: optional(
      serviceLevelsSchema(names),
      'limits by name that somebody signs: faultline sla; no run fails for them',
    ),
  }
})

const systemHead = (names: Names) =>
  z
    .object(
      {
        kind: about(nameOf('system', 'systems', names.systems), 'which system'),
        index: optional(index, 'how a store searches', 'flat'),
      },
      { error: `expected { kind: ${names.systems[0]} }` },
    )
    .catchall(z.unknown())

const mirrorSchema = z.strictObject({
  delivery: optional(
    z.enum(['at-least-once', 'exactly-once']),
    'whether a mirror that starts again may copy a record twice',
    defaults.mirror.delivery,
  ),
  flush: optional(positive, 'how often offsets are kept', durationText(defaults.mirror.flushUs)),
  policy: optional(
    z.enum(['default', 'identity']),
    'how copies are called: after their region, or (identity) as the original',
    defaults.mirror.policy,
  ),
  window: optional(window, 'receive.buffer.bytes of its consumers; that of the profile'),
})

const logSchema = z.strictObject({
  partitions: optional(z.int().min(1).max(1_000), 'of each topic', defaults.log.partitions),
  retention: optional(
    positive,
    'how long records are kept',
    durationText(defaults.log.retentionUs),
  ),
})

function profileSchema(names: Names) {
  const name = nameOf('profile', 'profiles', names.profiles)
  return z.union(
    [
      name,
      z.strictObject({
        name: optional(name, 'the profile that rows are replaced in', defaults.profile),
        override: about(overrideSchema, 'rows in the place of those of the profile'),
      }),
    ],
    { error: 'expected the name of a profile or { name, override: { store.search.base: 1ms } }' },
  )
}

export type SectionSchemas = ReturnType<typeof sectionSchemas>
export type SectionName = keyof SectionSchemas

/** A scenario as a person writes it, section by section: quantities as text with their unit, `'41ms'`, `'20/s'`, `'5%'`. */
export type ScenarioWritten = { [S in SectionName]?: z.input<SectionSchemas[S]> } & {
  name: string
} & ({ regions: string[] } | { extends: string })
