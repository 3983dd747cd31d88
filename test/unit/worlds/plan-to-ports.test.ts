import { expect, test } from 'vitest'
import type { Plan } from '../../../harness/model/plan.ts'
import { BASE_STAMP } from '../../../harness/model/point.ts'
import { systems } from '../../../harness/pipeline/catalogue.ts'
import { CallError } from '../../../harness/ports/errors.ts'
import type { Call, SearchRequest, VectorStore } from '../../../harness/ports/store.ts'
import type { System, Terrain } from '../../../harness/ports/system.ts'
import { activeActiveCdc } from '../../../harness/systems/active-active-cdc/system.ts'
import { SegmentedIndex } from '../../../harness/worlds/sim/index-hnsw.ts'
import { simulate } from '../../support/simulate.ts'
import { aScenario, known, planOf } from '../scenario/known.ts'

const links =
  'links: { us <-> eu: { latency: 41ms, jitter: 3ms, loss: 0.2%, bandwidth: 90Mbit/s } }'
const faults = `faults:
  - { latency: us -> eu, add: 17ms, at: 1s, for: 2s }
  - { brown-out: eu, factor: 3, share: 40%, at: 4s, for: 2s }
  - { mirror-pause: us -> eu, at: 7s, for: 2s }`

const everySystem = { ...known, systems }
const plan = planOf(
  aScenario({
    links,
    faults,
    data: 'data: { base: 600 }',
    load: `load:
  - { in: us, search: 30/s, upsert: 10/s, delete: 1/s, fetch: 2/s, fetchOwn: 20%, k: 7, deadline: 900ms, clients: 3,
      retry: { max: 2, backoff: 70ms, timeout: 400ms }, inFlight: { max: 50, onFull: shed } }
  - { in: eu, search: 20/s, k: 13, deadline: 1100ms }`,
    timeline: 'timeline: { warmup: 2s, run: 12s, settle: 3s }',
    mirror: 'mirror: { flush: 3s }',
    log: 'log: { partitions: 3, retention: 1h }',
    system: 'system: { kind: active-active-cdc, batch: 9, affinity: 4s }',
  }),
  {},
  everySystem,
)

/** The plan as it is, and every path of it whose value somebody took. */
function watched(whole: Plan): { plan: Plan; taken: Set<string> } {
  const taken = new Set<string>()
  const known = new WeakMap<object, object>()
  const watch = (value: unknown, path: string): unknown => {
    if (typeof value !== 'object' || value === null) {
      taken.add(path)
      return value
    }
    const before = known.get(value)
    if (before) return before
    const proxy = new Proxy(value, {
      get: (target, key) => {
        const held = Reflect.get(target, key)
        if (typeof key === 'symbol' || !Object.hasOwn(target, key) || key === 'length') return held
        return watch(held, path === '' ? key : `${path}.${key}`)
      },
    })
    known.set(value, proxy)
    return proxy
  }
  return { plan: watch(whole, '') as Plan, taken }
}

function leavesOf(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [path]
  return Object.entries(value).flatMap(([key, one]) =>
    leavesOf(one, path === '' ? key : `${path}.${key}`),
  )
}

/** What a simulation does not ask for, and who does. */
const notForTheSimulator: [RegExp, string][] = [
  [
    /^(format|name|question|file|world|expect)$/,
    'names the run; for people, folders and the verdict',
  ],
  [/^(limits|overlay)\b/, 'judged after the run'],
  [/^servers\./, 'of real servers: the simulator goes by its profile'],
  [/^profile\.(name|rows|twin)\b/, 'for the report: the figures of the rows stand beside them'],
  [/^data\.set$/, 'opened by main, which hands over its vectors'],
  [/^faults\[\]\.name$/, 'names phases'],
  [/^system\.kind$/, 'chosen by main, which hands over the system'],
  [
    /^profile\.store\.sealPerThousandUs$/,
    'only graphs are sealed, and hnswlib is optional: graph.test.ts',
  ],
]

/** The same with what only breakdowns, contention and other systems need. */
const roughLoad = `load:
  - { in: [us, eu, ap], search: 30/s, upsert: 10/s, clients: 3, keys: { fresh: 40%, existing: 30%, contended: 30%, contendedCount: 5 },
      retry: { max: 1, timeout: 60ms }, inFlight: { max: 2, onFull: queue }, deadline: 300ms }`
const rough = (system: string): Plan =>
  planOf(
    aScenario({
      system: `system: ${system}`,
      regions: 'regions: [us, eu, ap]',
      links:
        'links: { us <-> eu: { latency: 40ms }, us <-> ap: { latency: 50ms }, eu <-> ap: { latency: 60ms } }',
      load: roughLoad,
      faults: `faults:
  - { store-crash: eu, at: 1s, for: 2s }
  - { log-crash: us, at: 4s, for: 1s }
  - { mirror-kill: us -> eu, at: 6s, for: 1s }
  - { agent-crash: ap, at: 8s, for: 1s }
  - { partition: us <-> eu, at: 10s, for: 1s }`,
      data: 'data: { base: 300 }',
      mirror: 'mirror: { delivery: exactly-once, flush: 1s }',
      timeline: 'timeline: { warmup: 1s, run: 14s, settle: 8s }',
    }),
    {},
    everySystem,
  )

/** Places of lists are one: what one load needs, another may not. */
const placeOf = (path: string): string => path.replace(/\.\d+/g, '[]')

test('every value of a plan is asked for by a simulation, or it is known who else needs it', async () => {
  const places = new Set<string>()
  const asked = new Set<string>()
  const runs: [Plan, string][] = [
    [plan, 'active-active-cdc'],
    [rough('{ kind: active-active-cdc, ack: log, fanOut: on }'), 'active-active-cdc'],
    [rough('{ kind: gossip-quorum }'), 'gossip-quorum'],
    [rough('{ kind: primary-replica, primary: us }'), 'primary-replica'],
    [rough('{ kind: wal-sharded, ack: quorum }'), 'wal-sharded'],
  ]
  for (const [whole, kind] of runs) {
    const { plan: seen, taken } = watched(whole)
    await simulate(seen, { system: systems[kind] as never })
    for (const leaf of leavesOf(whole)) places.add(placeOf(leaf))
    for (const leaf of taken) asked.add(placeOf(leaf))
  }
  const unread = [...places].filter((place) => !asked.has(place))
  const unknown = unread.filter((place) => !notForTheSimulator.some(([form]) => form.test(place)))
  expect(unknown).toEqual([])
  expect(places.size - unread.length).toBeGreaterThan(100)
})

type Seen = { region: string; request: SearchRequest; op: number; deadlineUs: number }

/** A system that is the one given, and tells what it was started with and what it asked of its store. */
function recorded(system: System<never>) {
  const settings: unknown[] = []
  const searches: Seen[] = []
  const storeOf = ({ store, region }: Terrain): VectorStore =>
    new Proxy(store, {
      get: (target, key) => {
        const held: unknown = Reflect.get(target, key)
        if (key !== 'search') return typeof held === 'function' ? held.bind(target) : held
        return (request: SearchRequest, call: Call) => {
          searches.push({ region, request, ...call })
          return target.search(request, call)
        }
      },
    })
  const start: System<never>['start'] = (terrain, rng, knobs) => {
    settings.push(knobs)
    const store = storeOf(terrain)
    const there = new Proxy(terrain, {
      get: (target, key) => (key === 'store' ? store : Reflect.get(target, key)),
    })
    return system.start(there, rng, knobs)
  }
  return { system: { ...system, start }, settings, searches }
}

const loadOf = ({ region }: { region: string }) =>
  plan.load.find((one) => one.region === region) as Plan['load'][number]

test('what reaches a store is what the plan says, value by value', async () => {
  const { system, settings, searches } = recorded(activeActiveCdc as System<never>)
  const { events, workload } = await simulate(plan, { system })
  expect(settings).toHaveLength(plan.regions.length)
  for (const one of settings) expect(one).toEqual(plan.system.knobs)
  expect(searches.length).toBeGreaterThan(300)
  const wanted = new Map(
    workload.operations.map((operation) => [
      operation.op,
      { ...operation, load: loadOf(operation) },
    ]),
  )
  const ofLoad = searches.filter(({ op }) => wanted.has(op))
  expect(ofLoad.length).toBeGreaterThan(300)
  for (const { op, request, deadlineUs } of ofLoad) {
    const operation = wanted.get(op)
    expect(operation).toMatchObject({ kind: 'search', query: request.query })
    expect(request.k).toBe(operation?.load.k)
    // What is left of it when the call reaches the store.
    expect(deadlineUs).toBeLessThanOrEqual(operation?.load.deadlineUs ?? 0)
  }
  const injected = events.flatMap((event) => (event.type === 'fault' ? [event.name] : []))
  expect([...new Set(injected)]).toEqual(plan.faults.map(({ name }) => name))
})

test('a graph refuses more neighbours than it keeps candidates, as Milvus does', () => {
  const graph = { points: [{ id: 1, row: 1 }], search: () => [] }
  const index = new SegmentedIndex({
    neighbours: { distance: () => 0 } as never,
    queryCodes: () => new Int8Array(2),
    build: () => graph,
    ...{ ef: 5, sealAt: 10, compactAt: 1, news: () => {}, nextNumber: () => 1 },
  })
  expect(index.search(1, 6)).toEqual([])
  index.load([{ id: 1, row: 1, write: 1, stamp: BASE_STAMP, deleted: false }])
  expect(index.search(1, 5)).toEqual([])
  expect(() => index.search(1, 6)).toThrow(CallError)
})
