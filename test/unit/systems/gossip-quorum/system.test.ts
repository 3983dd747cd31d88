import { expect, test } from 'vitest'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { changeBytes } from '../../../../harness/model/point.ts'
import type {
  HopEvent,
  OpEnd,
  OpStart,
  RecordEvent,
  ScanEvent,
} from '../../../../harness/model/record.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { gossipQuorum } from '../../../../harness/systems/gossip-quorum/system.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { hopsOf, pool, simulate } from '../../../support/simulate.ts'

const REGIONS = ['us', 'eu', 'ap']
const keys = { fresh: 0.2, existing: 0, contended: 0.8, contendedCount: 20 }

type Over = { knobs?: object; faults?: FaultPlan[]; regions?: string[]; runUs?: number }

async function run({ knobs = {}, faults = [], regions = REGIONS, runUs = 15 * SECOND }: Over = {}) {
  const load = regions.map((region) =>
    aLoad({ region, searchPerSec: 1, upsertPerSec: 8, deletePerSec: 0.5, fetchOwn: 0.8, keys }),
  )
  const plan = aPlan({
    regions,
    data: { set: 'glosses-10k', base: 200 },
    system: { kind: 'gossip-quorum', knobs: { copies: regions.length, ...knobs } },
    load,
    timeline: { warmupUs: SECOND, runUs, settleUs: 15 * SECOND },
    faults,
  })
  const { events } = await simulate(plan, { system: gossipQuorum as never })
  return events
}

const cutOff = (region: string, atUs: number, untilUs: number): FaultPlan => ({
  kind: 'partition',
  name: 'cut',
  links: REGIONS.filter((other) => other !== region).flatMap((other) => [
    { from: region, to: other },
    { from: other, to: region },
  ]),
  atUs,
  untilUs,
})

type Done = OpStart & { end: OpEnd }

function operations(events: readonly RecordEvent[]): Done[] {
  const ends = new Map(
    events.flatMap((event) => (event.type === 'op.end' ? [[event.op, event] as const] : [])),
  )
  return events.flatMap((event) =>
    event.type === 'op.start' && ends.has(event.op)
      ? [{ ...event, end: ends.get(event.op) as OpEnd }]
      : [],
  )
}

const isWrite = ({ kind }: OpStart) => kind === 'upsert' || kind === 'delete'

/** Fetches that show a version which was certainly superseded when they were sent. */
function staleFetches(events: readonly RecordEvent[]): number {
  const done = operations(events).filter(({ end }) => end.outcome === 'ok')
  const written = new Map(done.filter(isWrite).map((op) => [op.op, op]))
  return done.filter((read) => {
    const shown = written.get(read.end.writes?.[0] ?? -1)
    if (read.kind !== 'fetch' || !shown) return false
    return [...written.values()].some(
      (later) => later.id === read.id && later.t > shown.end.t && later.end.t < read.t,
    )
  }).length
}

const finals = (events: readonly RecordEvent[]) =>
  events.filter((event): event is ScanEvent => event.type === 'scan' && event.final)

const areEqual = (events: readonly RecordEvent[]) =>
  finals(events).every(({ digest }) => digest === finals(events)[0]?.digest)

/** Two regions cannot see each other, and both see the third one. */
const unseen: FaultPlan = {
  kind: 'partition',
  name: 'unseen',
  links: [
    { from: 'us', to: 'eu' },
    { from: 'eu', to: 'us' },
  ],
  atUs: 4 * SECOND,
  untilUs: 10 * SECOND,
}

test('strong fetches never show what was superseded before they were sent; eventual ones do', async () => {
  const [strong, eventual] = [
    await run({ knobs: { level: 'strong' }, faults: [unseen] }),
    await run({ knobs: { level: 'eventual' }, faults: [unseen] }),
  ]
  expect(
    operations(strong).filter(({ kind, end }) => kind === 'fetch' && end.outcome === 'ok').length,
  ).toBeGreaterThan(150)
  expect(staleFetches(strong)).toBe(0)
  expect(staleFetches(eventual)).toBeGreaterThan(0)
})

test.each(['strong', 'sequential', 'causal', 'eventual', 'hybrid'])(
  'at level %s all regions are equal after a cut that one of them spent alone',
  async (level) => {
    const events = await run({ knobs: { level }, faults: [cutOff('ap', 5 * SECOND, 10 * SECOND)] })
    expect(finals(events)).toHaveLength(3)
    expect(areEqual(events)).toBe(true)
  },
)

test('an acknowledged write at level hybrid is held by as many regions as it waited for', async () => {
  const events = await run({ knobs: { level: 'hybrid' } })
  const writes = operations(events).filter((op) => isWrite(op) && op.end.outcome === 'ok')
  expect(writes.length).toBeGreaterThan(200)
  for (const { op, end } of writes) {
    expect(end.from).toHaveLength(2)
    const having = hopsOf(events, op).filter(({ hop, t }) => hop !== 'visible' && t <= end.t)
    expect(new Set(having.map(({ region }) => region)).size).toBeGreaterThanOrEqual(2)
  }
})

test('what a region refuses while it is alone is applied nowhere, and it says that it is read-only', async () => {
  const events = await run({ faults: [cutOff('ap', 5 * SECOND, 12 * SECOND)] })
  const refused = operations(events).filter(
    (op) => isWrite(op) && op.end.outcome === 'fail' && op.end.error?.startsWith('read-only'),
  )
  expect(refused.length).toBeGreaterThan(20)
  expect(refused.flatMap(({ op }) => hopsOf(events, op))).toEqual([])
  const modes = events.flatMap((event) =>
    event.type === 'mode' ? [`${event.region} ${event.what}`] : [],
  )
  expect(modes).toEqual(['ap read-only', 'ap read-write'])
})

test('with a buffer it takes writes alone until the buffer is full, and they reach the others', async () => {
  const knobs = { onMinority: 'buffer', buffer: 10 }
  const events = await run({ knobs, faults: [cutOff('ap', 5 * SECOND, 12 * SECOND)] })
  const inAp = operations(events).filter((op) => isWrite(op) && op.gateway === 'ap')
  const alone = inAp.filter(({ end }) => end.outcome === 'ok' && end.from?.length === 1)
  expect(alone.length).toBeGreaterThanOrEqual(10)
  expect(inAp.some(({ end }) => end.error?.includes('buffer is full'))).toBe(true)
  expect(areEqual(events)).toBe(true)
})

test('at level sequential one region alone is the first to apply the writes of a point', async () => {
  const events = await run({ knobs: { level: 'sequential' } })
  const firsts = new Map<number, HopEvent>()
  for (const event of events)
    if (event.type === 'hop' && event.hop === 'applied' && !firsts.has(event.write))
      firsts.set(event.write, event)
  const homes = new Map<number, Set<string>>()
  for (const { id, region } of firsts.values())
    homes.set(id, (homes.get(id) ?? new Set()).add(region))
  expect(homes.size).toBeGreaterThan(30)
  for (const regions of homes.values()) expect(regions.size).toBe(1)
  expect(new Set([...homes.values()].flatMap((regions) => [...regions])).size).toBe(3)
})

const crash: FaultPlan = {
  kind: 'agent-crash',
  name: 'crash',
  region: 'us',
  atUs: 6 * SECOND,
  untilUs: 8 * SECOND,
}

test('what an agent had not pushed when it died is brought by anti-entropy, and by nothing else', async () => {
  const knobs = { level: 'eventual', gossipUs: 2 * SECOND }
  const repaired = await run({ knobs, faults: [crash] })
  expect(areEqual(repaired)).toBe(true)
  expect(repaired.some((event) => event.type === 'repair' && event.how === 'anti-entropy')).toBe(
    true,
  )
  expect(areEqual(await run({ knobs: { ...knobs, antiEntropyUs: 0 }, faults: [crash] }))).toBe(
    false,
  )
})

test('pushes of a few random keys leave regions different for good, unless they are compared', async () => {
  const knobs = { level: 'eventual', gossipUs: 2 * SECOND, gossipKeys: 3 }
  expect(areEqual(await run({ knobs: { ...knobs, antiEntropyUs: 0 } }))).toBe(false)
  expect(areEqual(await run({ knobs }))).toBe(true)
})

function bytesPerWrite(events: readonly RecordEvent[]): number {
  const bytes = events.reduce(
    (sum, event) => sum + (event.type === 'link.bytes' ? event.bytes : 0),
    0,
  )
  return bytes / operations(events).filter((op) => isWrite(op) && op.end.outcome === 'ok').length
}

test('rumours to one random peer cost more bytes than telling every peer once', async () => {
  const knobs = { level: 'eventual', gossipUs: 200 * MS, antiEntropyUs: 0 }
  const change = changeBytes({ deleted: false }, pool.dim)
  const direct = bytesPerWrite(await run({ knobs }))
  expect(direct).toBeGreaterThan(1.8 * change)
  // Three regions, each tells a rumour in three rounds: nine times the change, less what is superseded meanwhile.
  expect(bytesPerWrite(await run({ knobs: { ...knobs, gossipPeers: 1 } }))).toBeGreaterThan(
    6 * change,
  )
})

test('a region that may lack what others took says so in its answers, once it is over the bound', async () => {
  const knobs = { level: 'eventual', staleAfterUs: 2 * SECOND }
  const events = await run({ knobs, faults: [cutOff('ap', 5 * SECOND, 12 * SECOND)] })
  const flagged = operations(events).filter(({ end }) => end.stale)
  expect(flagged.length).toBeGreaterThan(20)
  for (const { t } of flagged) {
    const atStart = t < 2 * SECOND
    expect(atStart || (t > 6.5 * SECOND && t < 13.5 * SECOND)).toBe(true)
  }
})

test('two runs of one plan are the same to the last event', async () => {
  const over = { knobs: { gossipPeers: 1, cacheTtlUs: SECOND }, faults: [crash], runUs: 8 * SECOND }
  expect(JSON.stringify(await run(over))).toBe(JSON.stringify(await run(over)))
})

test('knobs that cannot work are named with what to write instead', () => {
  const problems = (over: object, regions = REGIONS) =>
    gossipQuorum
      .problems?.(gossipQuorum.knobs.parse(over), regions)
      .map(({ key, message }) => `${key}: ${message}`)
  expect(problems({})).toEqual([])
  expect(problems({ level: 'strong', read: 1 })).toEqual([
    'read: write: 2 and read: 1 of 3 copies need not meet, level strong needs read: 2 or more',
  ])
  expect(problems({ write: 4 })).toEqual(['write: write: 4 of 3 copies can never be reached'])
  expect(problems({}, ['us', 'eu'])).toEqual(['kind: gossip-quorum needs three regions or more'])
  expect(problems({}, ['a', 'b', 'c', 'd'])).toEqual([
    'copies: every region keeps a copy: write copies: 4',
  ])
  expect(
    problems({ level: 'sequential', conflict: 'last-writer-wins', onMinority: 'buffer' }),
  ).toHaveLength(2)
})

test('each level promises what it keeps, and a wall clock promises no order at all', () => {
  const promised = (over: object) => {
    const guarantees = gossipQuorum.guarantees(gossipQuorum.knobs.parse(over))
    return Object.fromEntries(
      Object.entries(guarantees).map(([name, guarantee]) => [name, guarantee?.is ?? null]),
    )
  }
  expect(promised({ level: 'strong' })).toMatchObject({
    linearizable: true,
    sequential: true,
    causal: true,
    quorum: { write: 2, read: 2, of: 3 },
  })
  expect(promised({ level: 'sequential' })).toMatchObject({
    linearizable: null,
    sequential: true,
    causal: true,
  })
  expect(promised({ level: 'causal' })).toMatchObject({
    sequential: null,
    causal: true,
    durability: null,
    quorum: null,
  })
  expect(promised({ level: 'eventual' })).toMatchObject({
    causal: null,
    monotonicReads: null,
    causalWrites: true,
  })
  expect(promised({ level: 'causal', conflict: 'last-writer-wins' })).toMatchObject({
    causal: null,
    causalWrites: null,
  })
  expect(promised({ antiEntropyUs: 0 }).convergence).toBeNull()
})
