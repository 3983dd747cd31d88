import { describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { z } from 'zod'
import type { Plan, WorldName } from '../../harness/model/plan.ts'
import { systems } from '../../harness/pipeline/catalogue.ts'
import { loadPlan, loadSweep } from '../../harness/scenario/load.ts'
import { scenarioSchema, writtenKnobs } from '../../harness/scenario/shown/json-schema.ts'
import { formatProblem, type Problem } from '../../harness/scenario/yaml/problem.ts'
import {
  exampleMap,
  type Guide,
  keyName,
  leavesOf,
  type MapSpot,
  mapsOf,
  valuesFor,
} from '../support/schema-walk.ts'
import { known as small } from '../unit/scenario/known.ts'

type Doc = Record<string, unknown>

const [profile] = Object.values(small.profiles)
const [preset] = Object.values(small.linkPresets)
if (!profile || !preset) throw new Error('no profile or preset ships')
const presetOf = (rtt: string) => ({
  ...preset,
  text: preset.text
    .replaceAll('dallas', 'us')
    .replaceAll('toronto', 'eu')
    .replaceAll('washington-dc', 'ap')
    .replaceAll('34ms', rtt),
})
/** All systems, and two of everything else a key can name. */
const known = {
  ...small,
  systems,
  dataSets: {
    glosses: { dim: 384, size: 12_000, queries: 500 },
    two: { dim: 8, size: 9_000, queries: 5 },
  },
  profiles: { 'milvus-2.3.5-2core': profile, two: profile },
  linkPresets: { one: presetOf('34ms'), two: presetOf('35ms') },
  fileBeside: (_: string, name: string) => ({
    file: name,
    text: name.startsWith('seed')
      ? `seed: ${name.slice('seed'.length)}`
      : name.startsWith('rate')
        ? `time,rate\n0,1\n9,${name.slice('rate'.length)}\n`
        : `from,to,rtt\n${TABLE.replaceAll('N', name)}`,
  }),
}
const TABLE = 'us,eu,N\nus,ap,N\neu,ap,N'
const regions = ['us', 'eu', 'ap']

const links = {
  'us <-> eu': { latency: '40ms' },
  'us <-> ap': { latency: '50ms' },
  'eu <-> ap': { latency: '60ms' },
}
const base: Doc = {
  name: 'test',
  regions,
  links,
  data: { base: 1_000 },
  system: { kind: 'active-active-cdc' },
  load: [{ in: ['us', 'eu'], search: '60/s', upsert: '10/s' }],
  timeline: { warmup: '10s', run: '100s', settle: '20s' },
}

const schema = scenarioSchema(known, regions)
const overlay = (kind: string) => {
  const { limits, expect: expected } = schema.shape
  return z.strictObject({ ...writtenKnobs(known, kind), limits, expect: expected })
}

/** What a place needs beside the map that is tried there. */
function scenarioOf(part: Doc): Doc {
  const doc = { ...base, ...part }
  const [load] = (doc['load'] ?? []) as Doc[]
  if (part['load'] && load && load['search'] !== 'max')
    doc['load'] = [{ upsert: '10/s', search: '60/s', ...load, in: load['in'] ?? 'us' }]
  if ((part['servers'] as Doc | undefined)?.['iterativeScan']) doc['store'] = 'pgvector'
  if (part['alerts']) doc['faults'] = [{ partition: 'us <-> eu', at: '10s', for: '30s' }]
  const table = part['links'] as Doc | undefined
  if (table && !['preset', 'file', 'unit'].some((key) => key in table))
    doc['links'] = { ...links, ...table }
  return doc
}

const named = (name: string): string =>
  ({
    links: 'us <-> eu',
    'profile.override': 'store.search.base',
    'sweep.vary': 'load.0.k',
    profiles: 'gold',
    'sweep.expect[].at': 'load.0.k',
  })[name] ?? 'us'

const lag = { metric: 'lag' }
const recall = { metric: 'recall', mean: 0.9 }
const available = { metric: 'availability', min: '90%' }
const [aLimit, otherLimit] = [
  { metric: 'lost-writes', max: 0 },
  { metric: 'lost-writes', max: 1 },
]
const [aRule, otherRule] = [
  { alert: 'us', expr: 'up == 0' },
  { alert: 'us', expr: 'replication_lag_seconds > 2' },
]
const stage = { target: '300%', for: '30s' }
const toShow = [{ metric: 'lost-writes' }]

/** What a map holds to begin with, where its schema does not say all it needs; of a key: what stands beside it. */
const beside: Record<string, Doc> = {
  'links.unit': { file: '5' },
  'links.*': { latency: '40ms' },
  'links.*.latency': {},
  'links.*.rtt': {},
  'links.*.preset': {},
  'links.*.law': { latency: '40ms', jitter: '2ms' },
  'system(scatter-gather).pinnedShards': { kind: 'scatter-gather', pinnedTo: 'us' },
  'systems.scatter-gather.pinnedShards': { pinnedTo: 'us' },
  'servers.concurrentSends': { producer: 'idempotent' },
  'servers.iterativeScan': {},
  'load[]': { in: 'us', search: '60/s', upsert: '10/s' },
  'load[].think': { in: 'us', search: 'max' },
  'load[].retry': { max: 2 },
  'limits[]': aLimit,
  'limits[].p': { ...lag, max: '2s' },
  'limits[].mean': { metric: 'recall' },
  'limits[].max': { metric: 'lost-writes' },
  'limits[].min': { metric: 'availability' },
  'limits[].region': available,
  'limits[].link': { metric: 'link-bytes', max: '10MB' },
  'limits[].phase': recall,
  'limits[].operation': available,
  'limits[].confidence': available,
  'profiles.*': { limits: [aLimit] },
  'profile.override.store.loaded': { 'store.restart': '500us' },
  'limits[].hop': { ...lag, p: 50, max: '2s' },
  'limits[].pool': recall,
  'alerts[]': aRule,
  alerts: { rules: [aRule] },
  'alerts.expect.fire[]': { alert: 'us' },
  sweep: { vary: { 'load.0.k': [5, 6] }, show: toShow },
  'sweep.show[](metric)': { metric: 'lost-writes' },
  'sweep.show[](metric).p': lag,
  'sweep.show[](metric).link': { ...lag, p: 50 },
  'sweep.show[](metric).hop': { ...lag, p: 50 },
  'sweep.show[](metric).region': { metric: 'recall' },
  'sweep.show[](metric).phase': { metric: 'recall' },
  'sweep.show[](metric).operation': { metric: 'availability' },
  'sweep.expect[]': { at: { 'load.0.k': 5 }, verdict: 'pass' },
  'load[].arrivals.from': { stages: [stage] },
  'load[].arrivals.diurnal': { period: '60s' },
  'load[].arrivals.replay': { file: 'rate2' },
  'load[].arrivals.stages[]': stage,
  'load[].arrivals.stages[].for': { target: '300%' },
  'load[].arrivals.stages[].duration': { target: '300%' },
  'load[].keys': { fresh: '50%', existing: '30%', contended: '20%' },
  'faults[](slow-close)': { 'slow-close': 'us <-> eu', delay: '2ms', at: '1s', for: '5s' },
  'faults[](clock-skew)': { 'clock-skew': 'us', offset: '5s', at: '1s', for: '5s' },
  'faults[](clock-strobe)': {
    'clock-strobe': 'us',
    offset: '5s',
    every: '2s',
    at: '1s',
    for: '9s',
  },
}
/** Limits of a profile are written as the scenario's own. */
const besideOf = (place: string) =>
  beside[place] ?? beside[place.replace(/^profiles\.\*\.limits/, 'limits')]
const start: Guide['start'] = (place, shape) =>
  place === '' ? {} : (besideOf(place) ?? exampleMap(shape))
const inSchema = mapsOf(schema, { named, start }, (map) => scenarioOf(map as Doc))
const ofOthers = Object.keys(systems)
  .filter((kind) => kind !== 'active-active-cdc')
  .map(
    (kind): MapSpot => ({
      name: `systems.${kind}`,
      shape: overlay(kind).shape,
      holding: (map) => ({ ...base, systems: { [kind]: map } }),
    }),
  )
/** The limits of a profile have the schema of the scenario's own, which is walked once. */
const ofProfiles: MapSpot = {
  name: 'profiles.*.limits[]',
  shape: inSchema.find(({ name }) => name === 'limits[]')?.shape ?? {},
  holding: (map) => scenarioOf({ profiles: { [named('profiles')]: { limits: [map] } } }),
}
const maps: MapSpot[] = [...inSchema, ofProfiles, ...ofOthers]

type Read = { what: string } | { problems: Problem[] }

/** What a scenario comes to, without the words it was written in: its plan, for the world or system it lays over. */
function read(doc: Doc): Read {
  const text = stringify(doc)
  const laid = Object.keys((doc['worlds'] as Doc | undefined) ?? {})[0] as WorldName | undefined
  const world = laid ?? (doc['servers'] === undefined ? 'sim' : 'containers')
  const other = doc['systems']
  const system = Array.isArray(other) ? other[0] : Object.keys((other as Doc | undefined) ?? {})[0]
  const overrides = { ...(world && { world }), ...(system && { system }) }
  if (doc['sweep'] !== undefined) {
    const loaded = loadSweep(text, 'x', known, overrides)
    if ('problems' in loaded) return loaded
    const { points, show } = loaded.sweep
    return { what: JSON.stringify([points.map(({ at, plan }) => [at, worded(plan)]), show]) }
  }
  let loaded = loadPlan(text, 'x', known, overrides)
  // What only real servers can do.
  if ('problems' in loaded && loaded.problems.every(({ message }) => message.includes('world sim')))
    loaded = loadPlan(text, 'x', known, { ...overrides, world: 'containers' })
  return 'problems' in loaded ? loaded : { what: JSON.stringify(worded(loaded.plan)) }
}

const wordless = (limits: Plan['limits']) => limits.map((limit) => ({ ...limit, text: '' }))

const worded = (plan: Plan): object => ({
  ...plan,
  overlay: [],
  limits: wordless(plan.limits),
  serviceLevels: plan.serviceLevels?.map((level) => ({ ...level, limits: wordless(level.limits) })),
})

const STRANGER = 'nothing-reads-this'

describe('a key that is not there is refused by name, at its place', () => {
  test(`in each of the ${maps.length} maps of a scenario`, () => {
    expect(maps.length).toBeGreaterThan(60)
    const silent = maps.flatMap(({ name, shape, holding }) => {
      const needed = Object.keys(exampleMap(shape))
      const whole = { ...start(name, shape), [STRANGER]: 1 }
      const broken = needed.slice(0, 1).map((key) => {
        const { [key]: _, ...rest } = whole as Doc
        return rest
      })
      return [whole, ...broken].flatMap((map) => {
        const text = stringify(holding(map as Doc))
        const line = text.split('\n').findIndex((one) => one.includes(STRANGER)) + 1
        const column = (text.split('\n')[line - 1] as string).indexOf(STRANGER) + 1
        const loaded = loadPlan(text, 'x', known, {})
        const problems = 'problems' in loaded ? loaded.problems : []
        const found = problems.some(
          (one) =>
            one.message.includes(`"${STRANGER}"`) && one.line === line && one.column === column,
        )
        return found
          ? []
          : [
              `${name || 'the top'}: ${problems.map(formatProblem).join('; ') || 'accepted'}\n${text}`,
            ]
      })
    })
    expect(silent).toEqual([])
  })
})

/** Values of keys whose schema does not say what could stand there. */
const values: Record<string, unknown[]> = {
  regions: [
    ['us', 'eu', 'ap'],
    ['ap', 'eu', 'us'],
  ],
  'links.preset': ['one', 'two'],
  'links.file': ['5ms', '6ms'],
  'load[].arrivals.replay.file': ['rate2', 'rate3'],
  'load[].arrivals.replay.speed': [0.5, 2],
  'links.*.preset': ['us -> eu', 'eu -> ap'],
  weights: ['us 3', 'us 3, eu 1'],
  limits: [[aLimit], [otherLimit]],
  expr: [aRule.expr, otherRule.expr],
  alerts: [[aRule], [otherRule]],
  rules: [[aRule], [otherRule]],
  labels: [{ severity: 'page' }, { severity: 'ticket' }],
  annotations: [{ runbook: 'a' }, { runbook: 'b' }],
  'alerts.expect.fire': [['us'], [{ alert: 'us', within: '30s' }]],
  'alerts.expect.quiet': [['us']],
  'alerts.expect.fire[].fault': ['partition'],
  profiles: [{ gold: { limits: [aLimit] } }, { gold: { limits: [otherLimit] } }],
  load: [[{ in: 'us', search: '5/s' }], [{ in: 'us', search: '6/s' }]],
  confidence: ['90%', '99%'],
  think: ['100ms', '1s'],
  p: [50, 90],
  target: ['200%', '300%'],
  stages: [[stage], [{ ...stage, for: '40s' }]],
  'load[].arrivals.from': ['40%', '50%'],
  'load[].arrivals.stages[].duration': ['30s', '40s'],
  show: [[{ metric: 'lost-writes' }], [{ metric: 'mirror-duplicates' }]],
  'sweep.expect': [[{ at: { 'load.0.k': 5 }, verdict: 'pass' }]],
  'sweep.expect[].at': [{ 'load.0.k': 5 }, { 'load.0.k': 6 }],
  hop: ['logged-mirrored', 'mirrored-applied'],
  systems: [['gossip-quorum'], ['scatter-gather']],
  vary: [{ 'load.0.k': [5, 6] }, { 'load.0.k': [7] }],
}

/** A red has to say by what, and a limit that is to break has to be there. */
const byFire = { verdict: 'fail', fire: ['invented-point'] }
const atFive = { at: { 'load.0.k': 5 } }

/** The value of the variable `one`. */
const varies = `$${'{one}'}`

/** Keys of which one value says what another of the same map leaves: whole maps. */
const wholes: Record<string, Doc[]> = {
  'load[].keys.fresh': [{ fresh: '100%' }, { fresh: '40%', existing: '60%' }],
  'load[].keys.existing': [{ existing: '100%' }, { fresh: '40%', existing: '60%' }],
  'load[].keys.contended': [{ contended: '100%' }, { fresh: '40%', contended: '60%' }],
  alerts: [{ alerts: [aRule] }, { alerts: [otherRule] }],
  extends: [{ extends: 'seed5' }, { extends: 'seed6' }],
  vars: [
    { vars: { one: 5 }, seed: varies },
    { vars: { one: 6 }, seed: varies },
  ],
  'expect.verdict': [{ verdict: 'pass' }, byFire],
  'sweep.expect[].verdict': [
    { ...atFive, verdict: 'pass' },
    { ...atFive, ...byFire },
  ],
  'sweep.show[](metric).mean': [
    { ...lag, p: 50 },
    { ...lag, mean: true },
  ],
}

/** Keys that by design are no part of the plan, and why. */
const noPartOfThePlan: Record<string, string> = {
  quick: 'chooses among scenarios: run --quick',
  'runs-in': 'says which worlds may be asked for; the plan names the one that was',
  kind: 'chooses the map whose other keys are walked',
  'worlds.sim.store':
    'the simulator knows Milvus alone, and refuses another store (scenario/parts/store.test.ts)',
  copies: 'gossip-quorum has a copy in every region: it says their number, and is held against it',
  'expect.breaks': 'needs a limit beside it; in the plan it is mustBreak (scenario/plan.test.ts)',
  'sweep.expect[].breaks': 'the same',
  'alerts.expect.fire[].alert':
    'one rule, one name: another names none (scenario/parts/alerts.test.ts)',
  'limits[].at': 'repeats the k of the load for the reader, and is held against it',
  'profiles.*.limits[].at': 'the same',
}

const leaves = maps.flatMap(({ name, shape }) => leavesOf(shape).map(([key]) => keyName(name, key)))

describe('a key that is there is read: another value is another plan', () => {
  test(`in all of ${maps.length} maps, ${leaves.length} keys`, () => {
    expect(leaves.length).toBeGreaterThan(350)
    const named = [...Object.keys(wholes), ...Object.keys(noPartOfThePlan)]
    // What is said of a key that is gone is gone too.
    expect(
      named.filter((key) => !leaves.some((leaf) => leaf === key || leaf.endsWith(`.${key}`))),
    ).toEqual([])
  })

  test.each(maps.map((spot) => [spot.name || 'the top', spot] as const))('%s', (_, spot) => {
    const { name, shape, holding } = spot
    const unread = leavesOf(shape).flatMap(([key, schema]) => {
      const full = keyName(name, key)
      if ([full, key].some((one) => Object.hasOwn(noPartOfThePlan, one))) return []
      const map: Doc = besideOf(full) ?? start(name, shape)
      const { [key]: _was, ...without } = map
      const tried = wholes[full] ?? [
        without,
        ...(values[full] ?? values[key] ?? valuesFor(schema)).map((value) => ({
          ...map,
          [key]: value,
        })),
      ]
      const plans = new Set<string>()
      const refused: string[] = []
      for (const one of tried) {
        const found = read(holding(one))
        if ('what' in found) plans.add(found.what)
        else refused.push(`${JSON.stringify(one)}: ${found.problems.map(formatProblem).join('; ')}`)
        if (plans.size > 1) return []
      }
      return [
        `${full}: ${plans.size} of ${tried.length} values tried are a plan of their own\n  ${refused.slice(0, 4).join('\n  ')}`,
      ]
    })
    expect(unread).toEqual([])
  })
})
