import { describe, expect, test } from 'vitest'
import type { LinkPlan } from '../../../harness/model/plan.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { loadPlan } from '../../../harness/scenario/load.ts'
import { formatProblem } from '../../../harness/scenario/yaml/problem.ts'
import { aScenario, known, planOf, saidOf } from './known.ts'

const delays = (links: readonly LinkPlan[]) =>
  Object.fromEntries(links.map(({ from, to, latencyUs }) => [`${from}>${to}`, latencyUs]))

describe('a scenario becomes a plan', () => {
  test('with a value for everything it does not say', () => {
    const plan = planOf(aScenario({ load: 'load: [{ in: us, search: 60/s }]' }))
    expect(plan.seed).toBe(42)
    expect(plan.data).toEqual({ set: 'glosses', base: 5_000 })
    expect(plan.index).toEqual({ kind: 'flat' })
    expect(plan.mirror).toEqual({
      delivery: 'at-least-once',
      flushUs: 60 * SECOND,
      policy: 'default',
    })
    expect(plan.probes).toEqual({ everyUs: SECOND })
    expect(plan.profile.name).toBe('milvus-2.3.5-2core')
    expect(plan.faults).toEqual([])
    expect(plan.expect).toBeNull()
    expect(plan.load).toEqual([
      {
        region: 'us',
        clients: 10,
        arrivals: { kind: 'poisson' },
        searchPerSec: 60,
        upsertPerSec: 0,
        deletePerSec: 0,
        fetchPerSec: 0,
        fetchOwn: 0,
        keys: {
          ...{ fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 100 },
          contendedLaw: { law: 'uniform' },
        },
        queries: { law: 'uniform' },
        k: 10,
        deadlineUs: 2 * SECOND,
        retry: { max: 0, backoffUs: 100 * MS, timeoutUs: 0 },
        inFlight: { max: 4_096, onFull: 'queue' },
      },
    ])
  })

  test('with the question of its first comment and the seed of the command line', () => {
    const plan = planOf(`# Does it\n# work?\n\n# Not this.\n${aScenario()}`, { seed: 7 })
    expect(plan.question).toBe('Does it work?')
    expect(plan.seed).toBe(7)
  })

  test('with the load of a list of regions in each of them', () => {
    const plan = planOf(
      aScenario({
        load: `load:
  - in: [us, eu]
    search: 300/min
    upsert: 5/s
    arrivals: { burst: { factor: 3, on: 2s, off: 8s } }
    queries: { zipf: 1.0 }
    fetch: 3/s
    keys: { fresh: 20%, contended: 80%, contendedCount: 7, contendedLaw: { zipf: 1.5 } }
    retry: { max: 2, backoff: 50ms, timeout: 300ms }
    inFlight: { max: 10, onFull: shed }`,
      }),
    )
    expect(plan.load.map(({ region }) => region)).toEqual(['us', 'eu'])
    expect(plan.load[1]).toMatchObject({
      searchPerSec: 5,
      arrivals: { kind: 'burst', factor: 3, onUs: 2 * SECOND, offUs: 8 * SECOND },
      queries: { law: 'zipf', exponent: 1 },
      fetchPerSec: 3,
      keys: {
        ...{ fresh: 0.2, existing: 0, contended: 0.8, contendedCount: 7 },
        contendedLaw: { law: 'zipf', exponent: 1.5 },
      },
      retry: { max: 2, backoffUs: 50 * MS, timeoutUs: 300 * MS },
      inFlight: { max: 10, onFull: 'shed' },
    })
  })

  test('with the knobs of its system, durations written without their unit in the name', () => {
    const system =
      'system: { kind: active-active-cdc, fanOut: on, affinity: off, tombstones: 5s, index: { hnsw: { ef: 32 } } }'
    const plan = planOf(aScenario({ system }))
    expect(plan.system.knobs).toMatchObject({
      fanOut: 'on',
      affinityUs: 0,
      tombstonesUs: 5 * SECOND,
    })
    expect(plan.index).toEqual({
      kind: 'hnsw',
      m: 16,
      efConstruction: 200,
      ef: 32,
      sealAt: 2_000,
      compactAt: 0.2,
    })
  })

  test('with rows of the profile replaced, and said so', () => {
    const profile = "profile: { override: { 'store.search.base': 0.05ms, 'store.workers': 64 } }"
    const { store, rows } = planOf(aScenario({ profile })).profile
    expect([store.search.baseUs, store.workers]).toEqual([50, 64])
    expect(rows.filter(({ source }) => source.startsWith('override'))).toHaveLength(2)
  })

  test('of one region, which needs no links and compares nothing', () => {
    const plan = planOf(
      aScenario({ regions: 'regions: [us]', links: '', load: 'load: [{ in: us, search: 9/s }]' }),
    )
    expect(plan.links).toEqual([])
    expect(plan.probes).toEqual({ everyUs: 0 })
  })
})

describe('links', () => {
  const three = { regions: 'regions: [us, eu, ap]', load: 'load: [{ in: us, search: 9/s }]' }

  test('cover every ordered pair once, rtt halved, in the order of the regions', () => {
    const links = `links:
  eu <-> us: { rtt: 77ms, jitter: 2ms, loss: 0.1%, bandwidth: 1Gbit/s }
  us -> ap: { latency: 93ms, jitter: 9ms, law: pareto }
  ap -> us: { latency: 95ms }
  ap <-> eu: { latency: 61ms }`
    const plan = planOf(aScenario({ ...three, links }))
    expect(Object.entries(delays(plan.links))).toEqual([
      ['us>eu', 38_500],
      ['us>ap', 93_000],
      ['eu>us', 38_500],
      ['eu>ap', 61_000],
      ['ap>us', 95_000],
      ['ap>eu', 61_000],
    ])
    expect(plan.links[2]).toMatchObject({ jitterUs: 2_000, lossShare: 0.001, bitsPerSec: 1e9 })
    expect(plan.links[1]).toMatchObject({ jitterUs: 9_000, law: 'pareto' })
  })

  test('come from measured round trips where a preset is named, each direction its own', () => {
    const links = `links:
  us <-> eu: washington-dc -> london
  us <-> ap: { preset: washington-dc -> tokyo, bandwidth: 1Gbit/s }
  eu -> ap: { preset: london -> tokyo }
  ap -> eu: { preset: tokyo -> london }`
    const plan = planOf(aScenario({ ...three, links }))
    expect(delays(plan.links)).toMatchObject({ 'us>eu': 38_000, 'eu>us': 37_500 })
    expect(plan.links.find(({ to }) => to === 'ap')?.bitsPerSec).toBe(1e9)
  })

  test('that no key names come from the preset of the whole table', () => {
    const plan = planOf(
      aScenario({
        regions: 'regions: [london, tokyo]',
        links: 'links: { preset: ibm-cloud-2024-09, london -> tokyo: { latency: 1ms } }',
        load: 'load: [{ in: london, search: 9/s }]',
      }),
    )
    const table = delays(plan.links)
    expect(table['london>tokyo']).toBe(1_000)
    expect(table['tokyo>london']).toBeGreaterThan(100_000)
  })
})

describe('faults', () => {
  const withFaults = (...faults: string[]) =>
    aScenario({ faults: `faults:\n${faults.map((fault) => `  - ${fault}`).join('\n')}` })

  test('count from the end of warm-up, and are called by their kind', () => {
    const { faults } = planOf(
      withFaults(
        '{ partition: us <-> eu, at: 5s, for: 10s }',
        '{ partition: us, at: 20s, for: 10s }',
        '{ partition: eu <-> us, at: 40s, for: 10s, name: partition-2 }',
      ),
    )
    expect(
      faults.map(({ name, atUs, untilUs }) => [name, atUs / SECOND, untilUs / SECOND]),
    ).toEqual([
      ['partition', 15, 25],
      ['partition-3', 30, 40],
      ['partition-2', 50, 60],
    ])
    const both = [
      { from: 'us', to: 'eu' },
      { from: 'eu', to: 'us' },
    ]
    expect(faults.map((fault) => 'links' in fault && fault.links)).toEqual([
      both,
      both,
      [both[1], both[0]],
    ])
  })

  test('may end with the last arrival, not a microsecond later', () => {
    expect(saidOf(withFaults('{ hold: us, at: 90s, for: 10s }'))).toEqual([])
    expect(saidOf(withFaults('{ hold: us, at: 90s, for: 10000001us }'))).toHaveLength(1)
  })

  test.each([
    ['{ one-way-cut: us -> eu, at: 1s, for: 1s }', { links: [{ from: 'us', to: 'eu' }] }],
    ['{ flap: us <-> eu, up: 2s, down: 1s, at: 1s, for: 9s }', { upUs: 2e6, downUs: 1e6 }],
    ['{ latency: us <-> eu, add: 300ms, at: 1s, for: 1s }', { addUs: 300_000 }],
    ['{ jitter: us <-> eu, add: 30ms, at: 1s, for: 1s }', { addUs: 30_000, law: 'uniform' }],
    ['{ loss: us -> eu, share: 2%, at: 1s, for: 1s }', { share: 0.02 }],
    ['{ bandwidth: us -> eu, cap: 1Mbit/s, at: 1s, for: 1s }', { bitsPerSec: 1e6 }],
    ['{ connection-bandwidth: us -> eu, cap: 1Mbit/s, at: 1s, for: 1s }', { bitsPerSec: 1e6 }],
    ['{ connection-reset: us <-> eu, at: 1s, for: 1s }', { kind: 'connection-reset' }],
    ['{ agent-pause: us, at: 1s, for: 1s }', { region: 'us' }],
    ['{ agent-crash: us, at: 1s, for: 1s }', { kind: 'agent-crash' }],
    ['{ log-freeze: us, at: 1s, for: 1s }', { kind: 'log-freeze' }],
    ['{ mirror-pause: -> us, at: 1s, for: 1s }', { links: [{ from: 'eu', to: 'us' }] }],
    ['{ mirror-kill: us -> eu, at: 1s, for: 1s }', { links: [{ from: 'us', to: 'eu' }] }],
    ['{ mirror-pause: us -> eu, at: 1s, for: 1s }', { kind: 'mirror-pause' }],
    ['{ region-pause: us, at: 1s, for: 1s }', { region: 'us' }],
    ['{ region-crash: us, at: 1s, for: 1s }', { kind: 'region-crash' }],
    ['{ store-freeze: us, at: 1s, for: 1s }', { kind: 'store-freeze' }],
    ['{ store-crash: us, at: 1s, for: 1s }', { kind: 'store-crash' }],
    ['{ log-crash: us, at: 1s, for: 1s }', { kind: 'log-crash' }],
    ['{ brown-out: us, factor: 10, at: 1s, for: 1s }', { factor: 10, share: 1 }],
    ['{ clock-skew: us, offset: -30s, at: 1s, for: 1s }', { offsetUs: -30e6, driftPpm: 0 }],
    ['{ clock-skew: us, drift: 200ppm, at: 1s, for: 1s }', { offsetUs: 0, driftPpm: 200 }],
  ])('%s', (written, planned) => {
    expect(planOf(withFaults(written)).faults[0]).toMatchObject(planned)
  })
})

test.each([
  ['{ slow-close: us <-> eu, delay: 2s, at: 1s, for: 1s }', { delayUs: 2e6 }],
  ['{ log-clock-skew: us, offset: -5s, at: 1s, for: 1s }', { offsetUs: -5e6 }],
])('%s, on real servers', (written, planned) => {
  const plan = planOf(aScenario({ faults: `faults: [${written}]` }), { world: 'containers' })
  expect(plan.faults[0]).toMatchObject(planned)
  expect(plan.servers.kafkaClock).toBe(plan.faults[0]?.kind === 'log-clock-skew')
})

test('real servers are set by the scenario, and have a default for everything', () => {
  expect(planOf(aScenario()).servers).toEqual({
    tickUs: 50 * MS,
    sessionTtlUs: 30 * SECOND,
    producer: 'at-least-once',
    concurrentSends: false,
    kafkaClock: false,
  })
  const servers =
    'servers: { tick: 20ms, sessionTtl: 900s, producer: idempotent, concurrentSends: true, kafkaClock: true }'
  expect(planOf(aScenario({ servers }), { world: 'containers' }).servers).toEqual({
    tickUs: 20 * MS,
    sessionTtlUs: 900 * SECOND,
    producer: 'idempotent',
    concurrentSends: true,
    kafkaClock: true,
  })
})

describe('windows', () => {
  const windows = { mirror: 65_536, log: 102_400, store: 65_536, agent: 3_145_728 }

  test('are those of the profile, and no link has one of its own', () => {
    const plan = planOf(aScenario())
    expect(plan.profile.windows).toEqual(windows)
    expect(plan.links.map(({ windowBytes }) => windowBytes)).toEqual([undefined, undefined])
  })

  test('of a link hold for every connection over it', () => {
    const links =
      'links: { us -> eu: { latency: 40ms, window: 1MiB }, eu -> us: { latency: 40ms } }'
    const { links: planned, profile } = planOf(aScenario({ links }))
    expect(planned.map(({ windowBytes }) => windowBytes)).toEqual([1_048_576, undefined])
    expect(profile.windows).toEqual(windows)
  })

  test('of mirrors, or of any service, are those written, and their row says so', () => {
    const mirror = 'mirror: { window: 256KiB }'
    const profile = 'profile: { override: { window.log: 1MB } }'
    const plan = planOf(aScenario({ mirror, profile }))
    expect(plan.profile.windows).toEqual({ ...windows, mirror: 262_144, log: 1_000_000 })
    const rows = plan.profile.rows.filter(({ key }) => key.startsWith('window.'))
    expect(rows.map(({ value }) => value)).toEqual(['256KiB', '1MB', '64KiB', '3MiB'])
    expect(rows[0]?.source).toBe('mirror: { window } in the scenario')
  })
})

test('every row of the shipped profile names its source', () => {
  const { rows, store } = planOf(aScenario()).profile
  expect(rows).toHaveLength(32)
  expect(rows.filter(({ source }) => source.length <= 5)).toEqual([])
  expect([store.tickUs, store.restartUs, store.loadedUs]).toEqual([
    50 * MS,
    7 * SECOND,
    36 * SECOND,
  ])
})

test('a damaged profile or preset is reported in its own file', () => {
  const broken = { file: 'p.yaml', text: 'store.workers: { value: 2 }\nstore.tik: 5ms\n' }
  const profiles = { 'milvus-2.3.5-2core': broken }
  const linkPresets = {
    table: { file: 'l.yaml', text: 'source: x\nnote: y\nrtt: { a: { b: 5 } }\n' },
  }
  const text = aScenario({ links: 'links: { us <-> eu: a -> b }' })
  const result = loadPlan(text, 'test.yaml', { ...known, profiles, linkPresets }, {})
  const said = 'problems' in result ? result.problems.map(formatProblem) : []
  expect(said).toContain('p.yaml:1:16: "source" is missing in store.workers')
  expect(said.some((line) => line.startsWith('p.yaml:2:1: unknown profile row "store.tik"'))).toBe(
    true,
  )
  expect(said).toContain('l.yaml:3:16: 5 has no unit. Write 5s or 5ms.')
})

test('a red says by which limit, and the plan holds it to that', () => {
  const plan = planOf(
    aScenario({
      limits: 'limits: [{ metric: lost-writes, max: 0 }]',
      expect: 'expect: { verdict: fail, breaks: [lost-writes] }',
    }),
  )
  expect(plan.expect).toEqual({
    ...{ verdict: 'fail', mustFire: [], mustNotFire: [] },
    mustBreak: ['lost-writes'],
  })
})
