import { expect, test } from 'vitest'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { LoadPlan, Plan } from '../../../../harness/model/plan.ts'
import type {
  FigureEvent,
  OpEnd,
  OpStart,
  RecordEvent,
  ScanEvent,
} from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import type { System } from '../../../../harness/ports/system.ts'
import { walSharded } from '../../../../harness/systems/wal-sharded/system.ts'
import { aLoad, aPlan, aProfile } from '../../../support/plan.ts'
import { hopsOf, simulate } from '../../../support/simulate.ts'

type Case = {
  knobs?: Record<string, unknown>
  load?: LoadPlan[]
  faults?: FaultPlan[]
  runUs?: number
}

async function runWith({ knobs = {}, load, faults = [], runUs = 15 * SECOND }: Case) {
  const parsed = walSharded.knobs.parse({ conflict: 'hybrid-logical-clock', ...knobs })
  const plan: Plan = aPlan({
    system: { kind: 'wal-sharded', knobs: { ...parsed } },
    profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
    load: load ?? [aLoad({ upsertPerSec: 20, searchPerSec: 10, fetchOwn: 0.2 })],
    timeline: { warmupUs: 0, runUs, settleUs: 10 * SECOND },
    faults,
  })
  const { events } = await simulate(plan, { system: walSharded as System as System<never> })
  return events
}

const ended = (events: readonly RecordEvent[], kinds: readonly string[]) => {
  const started = new Map<number, OpStart>()
  for (const event of events) if (event.type === 'op.start') started.set(event.op, event)
  return events.filter(
    (event): event is OpEnd =>
      event.type === 'op.end' && kinds.includes(started.get(event.op)?.kind ?? ''),
  )
}

const finalDigests = (events: readonly RecordEvent[]) =>
  new Set(
    events
      .filter((event): event is ScanEvent => event.type === 'scan' && event.final)
      .map(({ digest }) => digest),
  )

const figuresOf = (events: readonly RecordEvent[], name: string) =>
  events.filter(
    (event): event is FigureEvent => event.type === 'figure' && event.figure.startsWith(name),
  )

const stalled = {
  ...{ kind: 'mirror-pause' as const, name: 'stalled', links: [{ from: 'us', to: 'eu' }] },
  ...{ atUs: 4 * SECOND, untilUs: 12 * SECOND },
}
const busy = [
  aLoad({ region: 'us', upsertPerSec: 20, searchPerSec: 5 }),
  aLoad({ region: 'eu', upsertPerSec: 5, searchPerSec: 20 }),
]

test('with a quorum a write is acknowledged only when the log of a second region has it', async () => {
  const events = await runWith({ knobs: { ack: 'quorum' } })
  const writes = ended(events, ['upsert']).filter(({ outcome }) => outcome === 'ok')
  expect(writes.length).toBeGreaterThan(200)
  for (const { op, t, from } of writes) {
    expect(from).toEqual(['us', 'eu'])
    const copied = hopsOf(events, op).find(({ hop }) => hop === 'mirrored')
    expect(copied?.t).toBeLessThan(t)
  }
})

test('with a quorum nothing is acknowledged while the other region cannot be reached', async () => {
  const links = [
    { from: 'us', to: 'eu' },
    { from: 'eu', to: 'us' },
  ]
  const cut = { kind: 'partition' as const, name: 'cut', links, atUs: 4e6, untilUs: 9e6 }
  const events = await runWith({ knobs: { ack: 'quorum' }, faults: [cut] })
  const during = ended(events, ['upsert']).filter(({ t }) => t > 4.2e6 && t < 9e6)
  expect(during.length).toBeGreaterThan(20)
  expect(during.filter(({ outcome }) => outcome === 'ok')).toEqual([])
})

test('an agent that crashed takes up where its appliers were, and applies nothing twice', async () => {
  const crash = { kind: 'agent-crash' as const, name: 'crash', region: 'eu' }
  const events = await runWith({
    knobs: { conflict: 'lamport' },
    load: busy,
    faults: [{ ...crash, atUs: 6 * SECOND, untilUs: 8 * SECOND }],
  })
  expect(finalDigests(events).size).toBe(1)
  for (const { op } of ended(events, ['upsert']).filter(({ outcome }) => outcome === 'ok')) {
    const applied = hopsOf(events, op).filter(
      ({ hop, region }) => hop === 'applied' && region === 'eu',
    )
    expect(applied.length).toBeLessThanOrEqual(1)
  }
})

test('reads beyond the bound are flagged, and none is where there is no bound', async () => {
  const knobs = { catchUp: 'off', staleBoundUs: 2 * SECOND }
  const stale = ended(await runWith({ knobs, load: busy, faults: [stalled] }), ['search']).filter(
    (end) => end.stale,
  )
  expect(stale.length).toBeGreaterThan(50)
  const early = stale.filter(({ t }) => t > SECOND && t < 5.5 * SECOND)
  expect(early).toEqual([])
  const unbounded = { ...knobs, staleBoundUs: 0 }
  const events = await runWith({ knobs: unbounded, load: busy, faults: [stalled] })
  expect(ended(events, ['search']).filter((end) => end.stale)).toEqual([])
})

test('with re-query reads beyond the bound ask the other region, and what was missing is applied', async () => {
  const knobs = { catchUp: 'off', staleBoundUs: 2 * SECOND, requery: 'on' }
  const events = await runWith({ knobs, load: busy, faults: [stalled] })
  const asked = ended(events, ['search']).filter(({ from }) => from?.length === 2)
  expect(asked.length).toBeGreaterThan(50)
  expect(asked.every(({ from }) => from?.join() === 'eu,us')).toBe(true)
  const repairs = events.filter((event) => event.type === 'repair' && event.how === 'read-repair')
  expect(repairs.length).toBeGreaterThan(0)
  expect(finalDigests(events).size).toBe(1)
})

test('while a mirror stands still a region reads what it lacks from the log of the other', async () => {
  const knobs = { catchUp: 'delta', catchUpAfterUs: 2 * SECOND }
  const events = await runWith({ knobs, load: busy, faults: [stalled] })
  const early = ended(events, ['upsert']).filter(
    ({ op, t }) =>
      t > 4 * SECOND && t < 7 * SECOND && hopsOf(events, op).some(({ hop }) => hop === 'logged'),
  )
  const inEu = early.filter(({ op }) =>
    hopsOf(events, op).some(
      ({ hop, region, t }) => hop === 'applied' && region === 'eu' && t < 12 * SECOND,
    ),
  )
  expect(inEu.length).toBe(early.length)
  expect(finalDigests(events).size).toBe(1)
})

test('a hot shard is split while it runs, from the same offsets on in all regions', async () => {
  const events = await runWith({ knobs: { shards: 1, batch: 2, splitAt: 0.8 }, load: busy })
  const offsets = figuresOf(events, 'split-offset')
  const said = (region: string) =>
    offsets.filter((one) => one.region === region).map(({ figure, value }) => `${figure} ${value}`)
  // Two logs of three partitions.
  expect(said('us').length).toBe(6)
  expect(said('eu')).toEqual(said('us'))
  expect(figuresOf(events, 'split-late')).toEqual([])
  expect(finalDigests(events).size).toBe(1)
})

test('a region that lost its disks serves nobody until it has the data of another', async () => {
  const loss = { kind: 'region-loss' as const, name: 'loss', region: 'eu' }
  const events = await runWith({
    knobs: { ack: 'quorum', affinityUs: 0, healthUs: 500_000 },
    load: busy,
    faults: [{ ...loss, atUs: 5 * SECOND, untilUs: 8 * SECOND }],
    runUs: 25 * SECOND,
  })
  expect(finalDigests(events).size).toBe(1)
  const empty = ended(events, ['search']).filter(
    ({ outcome, ids }) => outcome === 'ok' && ids?.length !== 10,
  )
  expect(empty).toEqual([])
  const back = events.filter(
    (event) => event.type === 'op.start' && event.gateway === 'eu' && event.t > 15 * SECOND,
  )
  expect(back.length).toBeGreaterThan(50)
})
