import { expect, test } from 'vitest'
import type { Plan } from '../../../../harness/model/plan.ts'
import type { OpEnd, OpStart, RecordEvent } from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { placeShards } from '../../../../harness/systems/scatter-gather/placed-shards.ts'
import { scatterGather } from '../../../../harness/systems/scatter-gather/system.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { hopsOf, simulate } from '../../../support/simulate.ts'

const regions = ['us', 'eu', 'ap']
const links = regions.flatMap((from) =>
  regions
    .filter((to) => to !== from)
    .map((to) => ({ from, to, latencyUs: 40_000, jitterUs: 0, law: 'uniform' as const })),
)
const knobsOf = (over: object) => scatterGather.knobs.parse({ shards: 6, copies: 2, ...over })

async function ran(knobs: object, over: Partial<Plan> = {}) {
  const settings = knobsOf(knobs)
  const plan = aPlan({
    regions,
    links: links.map((link) => ({ ...link, lossShare: 0, bitsPerSec: 0 })),
    data: { set: 'glosses', base: 300 },
    system: { kind: 'scatter-gather', knobs: settings },
    load: regions.map((region) =>
      aLoad({ region, searchPerSec: 5, upsertPerSec: 5, deletePerSec: 0.5, fetchOwn: 0.5 }),
    ),
    timeline: { warmupUs: 0, runUs: 20 * SECOND, settleUs: 10 * SECOND },
    probes: { everyUs: 0 },
    ...over,
  })
  const { events } = await simulate(plan, { system: scatterGather as never })
  const starts = new Map<number, OpStart>()
  const ended: { start: OpStart; end: OpEnd }[] = []
  for (const event of events) {
    if (event.type === 'op.start') starts.set(event.op, event)
    if (event.type === 'op.end') ended.push({ start: starts.get(event.op) as OpStart, end: event })
  }
  return { events, ended, placed: placeShards(settings, regions) }
}

const cut = {
  kind: 'partition' as const,
  name: 'cut',
  links: [
    { from: 'us', to: 'eu' },
    { from: 'eu', to: 'us' },
    { from: 'ap', to: 'eu' },
    { from: 'eu', to: 'ap' },
  ],
  atUs: 6 * SECOND,
  untilUs: 12 * SECOND,
}
const writes = (kind: string) => kind === 'upsert' || kind === 'delete'

test('a write is acknowledged by the primary of its shard, whoever it entered at, and applied by its holders alone', async () => {
  const { events, ended, placed } = await ran({})
  const written = ended.filter(({ start, end }) => writes(start.kind) && end.outcome === 'ok')
  expect(written.length).toBeGreaterThan(200)
  for (const { start, end } of written) {
    const holders = placed.holders(start.id as number)
    expect(end.from).toEqual([holders[0]])
    const applied = hopsOf(events as RecordEvent[], start.op).filter(({ hop }) => hop === 'applied')
    const where = new Set(applied.map(({ region }) => region))
    expect([...where].every((region) => holders.includes(region))).toBe(true)
  }
})

test('at the end every holder has the same versions of its shards, and nobody else has any', async () => {
  const { events, placed } = await ran({}, { faults: [cut] })
  const finals = events.filter((event) => event.type === 'scan' && event.final)
  const held = new Map<number, string[]>()
  for (const scan of finals)
    if (scan.type === 'scan')
      scan.ids?.forEach((id, i) => {
        held.set(id, [...(held.get(id) ?? []), `${scan.region} ${scan.writes?.[i]}`])
      })
  expect(held.size).toBeGreaterThan(300)
  for (const [id, copies] of held) {
    const at = copies.map((copy) => copy.split(' ')[0])
    expect(at.sort()).toEqual([...placed.holders(id)].sort())
    expect(new Set(copies.map((copy) => copy.split(' ')[1])).size).toBe(1)
  }
})

test('a search whose shards do not all answer says so and names those that did', async () => {
  const { ended } = await ran({ copies: 1, shardTimeoutUs: 300_000 }, { faults: [cut] })
  const during = ended.filter(
    ({ start, end }) =>
      start.kind === 'search' && end.outcome === 'ok' && start.t > cut.atUs && end.t < cut.untilUs,
  )
  expect(during.length).toBeGreaterThan(20)
  for (const { end } of during) {
    expect(end.partial).toBe(true)
    expect(end.shards?.asked.length).toBe(6)
    expect(end.shards?.answered.length).toBeLessThan(6)
  }
  const before = ended.filter(({ start }) => start.kind === 'search' && start.t < SECOND * 5)
  for (const { end } of before) expect(end.partial).toBeUndefined()
})

test('while a region is gone the next holder takes its writes, and keeps them for the fail-back time', async () => {
  const crash = { kind: 'region-crash' as const, name: 'crash', region: 'eu' }
  const { ended, placed } = await ran(
    { copies: 2, healthUs: 300_000, failBackUs: 60 * SECOND },
    { faults: [{ ...crash, atUs: 6 * SECOND, untilUs: 10 * SECOND }] },
  )
  const taken = (fromUs: number) =>
    ended.filter(
      ({ start, end }) =>
        writes(start.kind) &&
        end.outcome === 'ok' &&
        start.t > fromUs &&
        placed.holders(start.id as number)[0] === 'eu',
    )
  const before = ended.filter(({ start }) => start.t < 6 * SECOND)
  expect(before.some(({ end }) => end.from?.includes('eu'))).toBe(true)
  for (const moved of [taken(8 * SECOND), taken(16 * SECOND)]) {
    expect(moved.length).toBeGreaterThan(5)
    // The agent of eu itself is the one that does not doubt it.
    for (const { start, end } of moved.filter(({ end }) => end.gateway !== 'eu'))
      expect(end.from).toEqual([placed.holders(start.id as number)[1]])
  }
})

test('no vector of a pinned shard leaves its regions, and users elsewhere still find and fetch its points', async () => {
  const pinned = { pinnedShards: 3, pinnedTo: 'eu' }
  const { events, ended, placed } = await ran(pinned)
  const carried = events.flatMap((event) => (event.type === 'carried' ? [event] : []))
  expect(carried.filter(({ to }) => to !== 'eu')).toEqual([])
  const isPinned = (id: number) => placed.pinned(id) !== null
  const away = ended.filter(({ start, end }) => start.region !== 'eu' && end.outcome === 'ok')
  const of = (kind: string) => away.filter(({ start }) => start.kind === kind)
  expect(of('search').some(({ end }) => end.ids?.some(isPinned))).toBe(true)
  expect(of('fetch').some(({ end }) => end.ids?.some(isPinned))).toBe(true)
})

test('a cached answer tells its age, which is never above the time it is kept', async () => {
  const load = regions.map((region) =>
    aLoad({ region, searchPerSec: 20, upsertPerSec: 1, queries: { law: 'zipf', exponent: 1.25 } }),
  )
  const { ended } = await ran({ copies: 3, cacheUs: 10 * SECOND }, { load })
  const searches = ended.filter(({ start }) => start.kind === 'search')
  const cached = searches.filter(({ end }) => end.cacheAge !== undefined)
  expect(cached.length).toBeGreaterThan(searches.length * 0.3)
  for (const { end } of cached) expect(end.cacheAge).toBeLessThanOrEqual(10 * SECOND)
})

test('the same plan gives the same events', async () => {
  const knobs = {
    hedgeUs: 30_000,
    readFrom: 'fastest',
    cacheUs: SECOND,
    routing: 'weighted',
    weights: 'us 1, eu 1',
  }
  const [one, other] = [await ran(knobs, { faults: [cut] }), await ran(knobs, { faults: [cut] })]
  expect(one.events).toEqual(other.events)
})
