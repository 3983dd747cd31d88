import { expect, test } from 'vitest'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { Operation } from '../../../../harness/model/operation.ts'
import type { Plan } from '../../../../harness/model/plan.ts'
import type { AgentEvent, HopEvent, OpEnd, RecordEvent } from '../../../../harness/model/record.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { hopsOf, simulate } from '../../../support/simulate.ts'

/** One upsert a second in `us`, from second 1 on. */
const sparse = (count: number): Operation[] =>
  Array.from({ length: count }, (_, i) => ({
    op: i + 1,
    region: 'us',
    client: 'us/0',
    intendedUs: (i + 1) * SECOND,
    kind: 'upsert' as const,
    id: 5000 + i,
    row: 1000 + i,
  }))

const timeOf = (events: readonly RecordEvent[], write: number, hop: string, region: string) =>
  hopsOf(events, write).find((event) => event.hop === hop && event.region === region)?.t as number

const links = [
  { from: 'us', to: 'eu' },
  { from: 'eu', to: 'us' },
]
const cut: FaultPlan = {
  kind: 'partition',
  name: 'cut',
  links,
  atUs: 5 * SECOND,
  untilUs: 45 * SECOND,
}

test('a sparse write crosses a constant 40 ms link in exactly the modelled time: mirrors pull', async () => {
  const { events } = await simulate(aPlan(), { operations: sparse(10) })
  for (let write = 1; write <= 10; write++) {
    const mirror = timeOf(events, write, 'mirrored', 'eu') - timeOf(events, write, 'logged', 'us')
    // The waiting fetch is answered at once: 40 ms of link, 5 ms of processing, 1 ms of append.
    expect(mirror).toBe(46 * MS)
  }
})

test('a burst pays for the pull: what just misses a fetch waits for the next one', async () => {
  const burst = sparse(3).map((op, i) => ({ ...op, intendedUs: SECOND + i * 10 * MS }))
  const { events } = await simulate(aPlan(), { operations: burst })
  const mirrorMs = [1, 2, 3].map(
    (write) =>
      (timeOf(events, write, 'mirrored', 'eu') - timeOf(events, write, 'logged', 'us')) / MS,
  )
  // The first rides the waiting fetch. The next fetch is at the source 80 ms after the first record left.
  expect(mirrorMs).toEqual([46, 80 - 10 + 46, 80 - 20 + 46])
})

test('a write early in a 40 s cut is visible elsewhere no sooner than the rest of the cut', async () => {
  const plan = aPlan({
    timeline: { warmupUs: 0, runUs: 50 * SECOND, settleUs: 10 * SECOND },
    faults: [cut],
  })
  const { events } = await simulate(plan, { operations: sparse(8) })
  const ack = events.find((event): event is OpEnd => event.type === 'op.end' && event.op === 6)
  const lag = timeOf(events, 6, 'visible', 'eu') - (ack?.t as number)
  const rest = cut.untilUs - (ack?.t as number)
  expect(lag).toBeGreaterThanOrEqual(rest)
  expect(lag).toBeLessThan(rest + 2 * SECOND)
})

test('a store frozen for 3 s answers nothing meanwhile and everything after', async () => {
  const freeze: FaultPlan = {
    kind: 'store-freeze',
    name: 'freeze',
    region: 'us',
    atUs: 4 * SECOND,
    untilUs: 7 * SECOND,
  }
  const { events } = await simulate(
    aPlan({ load: [aLoad({ deadlineUs: 10 * SECOND })], faults: [freeze] }),
  )
  const ends = events.filter((event): event is OpEnd => event.type === 'op.end')
  expect(ends.filter(({ t }) => t > freeze.atUs && t < freeze.untilUs)).toEqual([])
  expect(ends.every(({ outcome }) => outcome === 'ok')).toBe(true)
})

test('a dead incarnation never acts again: no write from beyond the grave', async () => {
  const crash: FaultPlan = {
    kind: 'region-crash',
    name: 'crash',
    region: 'us',
    atUs: 6 * SECOND,
    untilUs: 9 * SECOND,
  }
  const { events } = await simulate(
    aPlan({ load: [aLoad({ upsertPerSec: 200, searchPerSec: 1 })], faults: [crash] }),
  )
  const first = events.filter(
    (event): event is HopEvent =>
      event.type === 'hop' && event.region === 'us' && event.incarnation === 1,
  )
  const second = events.find(
    (event) => event.type === 'agent' && event.what === 'start' && event.incarnation === 2,
  )
  expect(first.length).toBeGreaterThan(100)
  expect(Math.max(...first.map(({ t }) => t))).toBeLessThanOrEqual(crash.atUs)
  expect(second?.t).toBe(crash.untilUs + 2 * SECOND)
})

/** Copies of each write in `eu` under faults, at 100 writes a second in `us`. */
async function mirroredUnder(
  faults: FaultPlan[],
  delivery: Plan['mirror']['delivery'],
  runUs = 20 * SECOND,
) {
  const { events } = await simulate(
    aPlan({
      load: [aLoad({ upsertPerSec: 100, searchPerSec: 1 })],
      timeline: { warmupUs: 0, runUs, settleUs: 10 * SECOND },
      mirror: { delivery, flushUs: SECOND },
      faults,
    }),
  )
  const copies = new Map<number, number>()
  for (const event of events)
    if (event.type === 'hop' && event.hop === 'mirrored' && event.region === 'eu')
      copies.set(event.write, (copies.get(event.write) ?? 0) + 1)
  const own = events.filter((e) => e.type === 'hop' && e.hop === 'logged' && e.region === 'us')
  return { events, copies, logged: own.length }
}

test('a mirror killed between flushes repeats itself after its start and skips nothing', async () => {
  const kill: FaultPlan = {
    kind: 'mirror-kill',
    name: 'kill',
    links: [{ from: 'us', to: 'eu' }],
    atUs: Math.round(5.7 * SECOND),
    untilUs: 8 * SECOND,
  }
  const { logged, copies } = await mirroredUnder([kill], 'at-least-once')
  expect(logged).toBeGreaterThan(1500)
  expect(copies.size).toBe(logged)
  const twice = [...copies.values()].filter((count) => count > 1).length
  // 0.7 s since the last flush at 100 writes a second, less what was still on its way.
  expect(twice).toBeGreaterThan(40)
  expect(twice).toBeLessThan(80)
})

test('an exactly-once mirror repeats nothing and skips nothing, whatever dies or hangs', async () => {
  const kill = (name: string, atUs: number): FaultPlan => ({
    kind: 'mirror-kill',
    name,
    links: [{ from: 'us', to: 'eu' }],
    atUs,
    untilUs: atUs + 2 * SECOND,
  })
  const region = 'eu'
  const faults: FaultPlan[] = [
    kill('kill', Math.round(3.7 * SECOND)),
    // Killed with a transaction on its way to a log that hangs: it is committed after its successor has begun.
    { kind: 'log-freeze', name: 'freeze', region, atUs: 12 * SECOND, untilUs: 24 * SECOND },
    kill('kill-2', 13 * SECOND),
    // Longer than a call may take: the same transaction is sent twice, and both arrive.
    { kind: 'log-freeze', name: 'freeze-2', region, atUs: 30 * SECOND, untilUs: 63 * SECOND },
    { kind: 'log-crash', name: 'crash', region, atUs: 66 * SECOND, untilUs: 67 * SECOND },
  ]
  const { logged, copies } = await mirroredUnder(faults, 'exactly-once', 70 * SECOND)
  expect(logged).toBeGreaterThan(6000)
  expect(copies.size).toBe(logged)
  expect([...copies.values()].filter((count) => count > 1)).toEqual([])
})

test('what an exactly-once mirror carries is there only once its transaction is committed', async () => {
  const plan = aPlan({ mirror: { delivery: 'exactly-once', flushUs: SECOND } })
  const { events } = await simulate(plan, { operations: sparse(10) })
  for (let write = 1; write <= 10; write++) {
    const mirror = timeOf(events, write, 'mirrored', 'eu') - timeOf(events, write, 'logged', 'us')
    // 46 ms as at least once, and 40 ms for the commit.
    expect(mirror).toBe(86 * MS)
  }
})

test('a frozen log takes nothing meanwhile and everything after', async () => {
  const freeze: FaultPlan = {
    kind: 'log-freeze',
    name: 'freeze',
    region: 'us',
    atUs: 4 * SECOND,
    untilUs: 7 * SECOND,
  }
  const { events } = await simulate(aPlan({ faults: [freeze] }), { operations: sparse(10) })
  const logged = events.flatMap((e) =>
    e.type === 'hop' && e.hop === 'logged' && e.region === 'us' ? [e.t] : [],
  )
  expect(logged).toHaveLength(10)
  expect(logged.filter((t) => t > freeze.atUs && t < freeze.untilUs)).toEqual([])
})

test('an agent that dies alone leaves its store and log, and comes back as another incarnation', async () => {
  const crash: FaultPlan = {
    kind: 'agent-crash',
    name: 'crash',
    region: 'us',
    atUs: 6 * SECOND,
    untilUs: 9 * SECOND,
  }
  const { events } = await simulate(aPlan({ faults: [crash] }))
  const lives = events.filter((e) => e.type === 'agent' && e.region === 'us')
  expect(lives.map((e) => [(e as AgentEvent).what, e.t])).toEqual([
    ['start', 0],
    ['crash', 6 * SECOND],
    ['start', 11 * SECOND],
  ])
  expect(events.filter(({ type }) => type === 'store')).toEqual([])
})

test.each([
  ['the second ends last', 8, 12, [5, 14]],
  ['the first ends last', 12, 8, [5, 14]],
  ['the second begins while it is started again', 5.5, 9, [5, 11]],
])(
  'an agent that two faults kill lives again when both are over, once: %s',
  async (_, ends, other, lives) => {
    const crash = (name: string, atUs: number, untilUs: number): FaultPlan => ({
      ...{
        kind: 'agent-crash',
        name,
        region: 'us',
        atUs: atUs * SECOND,
        untilUs: untilUs * SECOND,
      },
    })
    const faults = [crash('one', 5, ends), crash('two', 7, other)]
    const { events } = await simulate(aPlan({ faults }))
    const seen = events.flatMap((e) =>
      e.type === 'agent' && e.region === 'us' && e.t > 0 ? [[e.what, e.t / SECOND]] : [],
    )
    expect(seen.filter(([what]) => what === 'start')).toEqual([['start', lives[1]]])
    expect(seen[0]).toEqual(['crash', lives[0]])
  },
)

test('an agent paused alone answers nothing meanwhile, and what waited after', async () => {
  const pause: FaultPlan = {
    kind: 'agent-pause',
    name: 'pause',
    region: 'us',
    atUs: 4 * SECOND,
    untilUs: 7 * SECOND,
  }
  const { events } = await simulate(
    aPlan({ load: [aLoad({ deadlineUs: 10 * SECOND })], faults: [pause] }),
  )
  const ends = events.filter((event): event is OpEnd => event.type === 'op.end')
  expect(ends.filter(({ t }) => t > pause.atUs && t < pause.untilUs)).toEqual([])
  expect(ends.every(({ outcome }) => outcome === 'ok')).toBe(true)
})

test('while connections are reset no copy crosses the link, and after it none is missing', async () => {
  const reset: FaultPlan = {
    kind: 'connection-reset',
    name: 'reset',
    links,
    atUs: 5 * SECOND,
    untilUs: 12 * SECOND,
  }
  const { events, copies, logged } = await mirroredUnder([reset], 'at-least-once')
  const arrived = events.flatMap((e) => (e.type === 'hop' && e.hop === 'mirrored' ? [e.t] : []))
  // What had crossed before is still being written.
  expect(arrived.filter((t) => t > 5.1 * SECOND && t < 12 * SECOND)).toEqual([])
  expect(copies.size).toBe(logged)
})
