import { expect, test } from 'vitest'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { Plan } from '../../../../harness/model/plan.ts'
import type { EpochEvent, RecordEvent, ScanEvent } from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import type { System } from '../../../../harness/ports/system.ts'
import { primaryReplica } from '../../../../harness/systems/primary-replica/system.ts'
import { aLoad, aPlan, aProfile } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

const regions = ['us', 'eu', 'ap']

const parsed = (knobs: Record<string, unknown>) =>
  primaryReplica.knobs.parse({
    primary: 'us',
    leaseUs: 4 * SECOND,
    partitions: 1,
    probe: 1,
    ...knobs,
  })

function run(knobs: Record<string, unknown>, faults: FaultPlan[], over: Partial<Plan> = {}) {
  const plan = aPlan({
    regions,
    data: { set: 'glosses-10k', base: 300 },
    system: { kind: 'primary-replica', knobs: { ...parsed(knobs) } },
    profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
    load: regions.map((region) => aLoad({ region, upsertPerSec: 15, searchPerSec: 2 })),
    timeline: { warmupUs: 2 * SECOND, runUs: 38 * SECOND, settleUs: 10 * SECOND },
    faults,
    ...over,
  })
  return simulate(plan, { system: primaryReplica as System<never> })
}

const epochs = (events: readonly RecordEvent[], what: EpochEvent['what']) =>
  events.filter((event): event is EpochEvent => event.type === 'epoch' && event.what === what)

const finals = (events: readonly RecordEvent[]) =>
  events.filter((event): event is ScanEvent => event.type === 'scan' && event.final)

const versionsIn = ({ ids = [], writes = [] }: ScanEvent) =>
  new Map(ids.map((id, i) => [id, writes[i] as number]))

const us = { region: 'us', atUs: 10 * SECOND, untilUs: 20 * SECOND }
const cut = {
  kind: 'partition' as const,
  name: 'cut',
  links: ['eu', 'ap'].flatMap((other) => [
    { from: 'us', to: other },
    { from: other, to: 'us' },
  ]),
  ...{ atUs: us.atUs, untilUs: us.untilUs },
}

test.each<[string, FaultPlan]>([
  ['dies', { kind: 'region-crash', name: 'crash', ...us }],
  ['stands still', { kind: 'region-pause', name: 'pause', ...us }],
  ['is cut off with its own users', cut],
])(
  'when the primary %s another takes over, and what was lost of the old one is reported',
  async (_how, fault) => {
    const { events } = await run({}, [fault])
    const [first, second, ...more] = epochs(events, 'acquired')
    expect([first?.region, first?.epoch, second?.epoch]).toEqual(['us', 1, 2])
    expect(second?.region).not.toBe('us')
    expect(more).toEqual([])
    const accepted = epochs(events, 'accepted')
    const late = accepted.filter(({ epoch, t }) => epoch === 1 && t > (second as EpochEvent).t)
    expect(late).toEqual([])

    const scans = finals(events)
    expect(new Set(scans.map(({ digest }) => digest)).size).toBe(1)
    const held = versionsIn(scans[0] as ScanEvent)
    const rejected = new Set(epochs(events, 'rejected').map(({ write }) => write))
    expect(rejected.size).toBeGreaterThan(0)
    const dropped = events.flatMap((event) =>
      event.type === 'hop' && event.dropped ? [event.write] : [],
    )
    expect(dropped.length).toBeGreaterThan(0)
    for (const write of dropped) expect(rejected).toContain(write)
    // A version that is held nowhere was written over by a later one, or is among those that were reported.
    for (const { write = 0, id = 0 } of accepted)
      if ((held.get(id) ?? 0) < write) expect(rejected).toContain(write)
  },
)

test('a primary that comes back before anybody took over leads again under an epoch of its own, and loses nothing', async () => {
  const fault: FaultPlan = {
    ...{ kind: 'agent-crash', name: 'crash', region: 'us' },
    ...{ atUs: 10 * SECOND, untilUs: 10.5 * SECOND },
  }
  const { events } = await run({ leaseUs: 20 * SECOND }, [fault])
  expect(epochs(events, 'acquired').map(({ region, epoch }) => [region, epoch])).toEqual([
    ['us', 1],
    ['us', 2],
  ])
  expect(epochs(events, 'rejected')).toEqual([])
  expect(new Set(finals(events).map(({ digest }) => digest)).size).toBe(1)
})

test('writes of users of a replica go to the primary, and are confirmed from there', async () => {
  const { events } = await run({}, [])
  const ends = events.flatMap((event) => (event.type === 'op.end' && !event.ids ? [event] : []))
  const inEurope = ends.filter(({ gateway, outcome }) => gateway === 'eu' && outcome === 'ok')
  expect(inEurope.length).toBeGreaterThan(300)
  expect(new Set(inEurope.flatMap(({ from }) => from))).toEqual(new Set(['us']))
})

test('while a mirror stands still, what is not confirmed reaches the replica by message', async () => {
  const pause: FaultPlan = {
    ...{ kind: 'mirror-pause', name: 'pause', links: [{ from: 'us', to: 'eu' }] },
    ...{ atUs: 10 * SECOND, untilUs: 30 * SECOND },
  }
  const slowest = async (knobs: Record<string, unknown>) => {
    const { events } = await run({ replicas: 2, ...knobs }, [pause])
    const acks = new Map(epochs(events, 'accepted').map(({ write, t }) => [write, t]))
    const lags = events.flatMap((event) => {
      if (event.type !== 'hop' || event.hop !== 'applied' || event.region !== 'eu') return []
      return [event.t - (acks.get(event.write) ?? event.t)]
    })
    return Math.max(...lags) / SECOND
  }
  expect(await slowest({ repairAfterUs: SECOND })).toBeLessThan(2)
  expect(await slowest({ repairAfterUs: 0 })).toBeGreaterThan(15)
})

test('with reads at the primary a replica answers with what the primary holds', async () => {
  const load = regions.map((region) =>
    aLoad({ region, upsertPerSec: 10, searchPerSec: 2, fetchOwn: 1 }),
  )
  const { events } = await run({ reads: 'primary', failover: 'off' }, [], { load })
  const reads = events.flatMap((event) => (event.type === 'op.end' && event.ids ? [event] : []))
  expect(reads.length).toBeGreaterThan(900)
  expect(reads.filter(({ outcome }) => outcome !== 'ok').length).toBeLessThan(20)
  for (const { from, outcome } of reads) if (outcome === 'ok') expect(from).toEqual(['us'])
})

test('a re-balance spreads what one shard held, and every region still holds the same points', async () => {
  const shards = { partitions: 8, probe: 2, sample: 12, rebalanceUs: 15 * SECOND }
  const { events } = await run({ ...shards }, [])
  const shares = events.flatMap((event) =>
    event.type === 'figure' && event.figure === 'fullest-shard-share' ? [event.value] : [],
  )
  expect(shares).toHaveLength(6)
  expect(Math.min(...shares.slice(0, 3))).toBeGreaterThan(0.4)
  expect(Math.max(...shares.slice(3))).toBeLessThan(0.35)
  const inShards = events.flatMap((event) =>
    event.type === 'hop' && event.hop === 'applied' ? [event.shard ?? -1] : [],
  )
  expect(inShards).not.toContain(-1)
  expect(inShards.some((shard) => shard < 8) && inShards.some((shard) => shard >= 8)).toBe(true)
  expect(new Set(finals(events).map(({ digest }) => digest)).size).toBe(1)
})

test('knobs that the regions show to be wrong are named', () => {
  const wrong = (knobs: Record<string, unknown>, among = regions) =>
    primaryReplica.problems?.(parsed(knobs), among).map(({ key }) => key)
  expect(wrong({})).toEqual([])
  expect(wrong({ primary: 'mars' })).toEqual(['primary'])
  expect(wrong({ witness: 'us' })).toEqual(['witness'])
  expect(wrong({ witness: 'us', failover: 'off' })).toEqual([])
  expect(wrong({ witness: 'mars' })).toEqual(['witness'])
  expect(wrong({ replicas: 3 })).toEqual(['replicas'])
  expect(wrong({ probe: 4, partitions: 3 })).toEqual(['probe'])
  expect(wrong({ failover: 'auto' }, ['us'])).toEqual(['failover', 'replicas'])
})
