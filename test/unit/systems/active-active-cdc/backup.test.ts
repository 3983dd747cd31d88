import { expect, test } from 'vitest'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { RecordEvent, ScanEvent } from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { activeActiveCdc } from '../../../../harness/systems/active-active-cdc/system.ts'
import { aLoad, aPlan, aProfile } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

async function afterLoss(
  knobs: Record<string, unknown>,
  { regions = ['us', 'eu'], faults = [] }: { regions?: string[]; faults?: FaultPlan[] } = {},
): Promise<readonly RecordEvent[]> {
  const lost: FaultPlan = {
    ...{ kind: 'region-loss', name: 'lost', region: 'eu' },
    ...{ atUs: 18 * SECOND, untilUs: 22 * SECOND },
  }
  const plan = aPlan({
    regions,
    links: regions.flatMap((from) =>
      regions.flatMap((to) => (from === to ? [] : [{ ...aPlan().links[0], from, to } as never])),
    ),
    data: { set: 'glosses-10k', base: 300 },
    system: { kind: 'active-active-cdc', knobs: activeActiveCdc.knobs.parse(knobs) as never },
    profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
    load: regions.map((region) => aLoad({ region, upsertPerSec: 20, searchPerSec: 5 })),
    timeline: { warmupUs: 2 * SECOND, runUs: 30 * SECOND, settleUs: 15 * SECOND },
    faults: [lost, ...faults],
  })
  return (await simulate(plan)).events
}

const finals = (events: readonly RecordEvent[]) =>
  events.filter((event): event is ScanEvent => event.type === 'scan' && event.final)

test('a region that lost everything comes back from its snapshot and what other logs hold of its writes since', async () => {
  const events = await afterLoss({ snapshotEveryUs: 10 * SECOND })
  const repairs = events.flatMap((event) =>
    event.type === 'repair' ? [{ region: event.region, how: event.how, points: event.points }] : [],
  )
  expect(repairs.map(({ region, how }) => [region, how])).toEqual([
    ['eu', 'snapshot'],
    ['eu', 'delta'],
  ])
  expect(repairs[0]?.points).toBeGreaterThan(300)
  // 20 a second since a snapshot up to 10 s old.
  expect(repairs[1]?.points).toBeGreaterThan(50)
  const [one, other] = finals(events)
  expect(one?.digest).toBe(other?.digest)
  expect(one?.points).toBeGreaterThan(700)
})

test('without snapshots the base is gone for good', async () => {
  const [us, eu] = finals(await afterLoss({}))
  expect((us?.points ?? 0) - (eu?.points ?? 0)).toBeGreaterThan(100)
})

test('while a region restores its data it answers nobody, and says why', async () => {
  const events = await afterLoss({
    snapshotEveryUs: 10 * SECOND,
    affinityUs: 0,
    healthUs: 60 * SECOND,
  })
  const refused = events.flatMap((event) =>
    event.type === 'op.end' && event.error === 'eu is restoring its data' ? [event.outcome] : [],
  )
  expect(refused.length).toBeGreaterThan(10)
  expect(new Set(refused)).toEqual(new Set(['fail']))
})

test('a load balancer sends nobody to a region that restores its data', async () => {
  const events = await afterLoss({ snapshotEveryUs: 10 * SECOND, affinityUs: 0 })
  const failed = events.filter(
    (event) =>
      event.type === 'op.end' &&
      event.gateway === 'eu' &&
      event.outcome !== 'ok' &&
      event.t > 22 * SECOND,
  )
  expect(failed).toEqual([])
  const served = events.filter(
    (event) => event.type === 'op.end' && event.gateway === 'eu' && event.t > 22 * SECOND,
  )
  expect(served.length).toBeGreaterThan(50)
})

/** `ap` is cut off from `eu` while that burns down, so that only `us` has copied what `eu` logged last. */
const cutOff = (untilUs: number): FaultPlan => ({
  ...{ kind: 'partition', name: 'cut', atUs: 16 * SECOND, untilUs },
  links: [
    { from: 'eu', to: 'ap' },
    { from: 'ap', to: 'eu' },
  ],
})

test.each([
  ['what only one other region had copied of a lost region comes to the third one too', 20],
  ['a region that was out of reach when another came back is made equal later', 36],
])('%s', async (_, untilS) => {
  const events = await afterLoss(
    { snapshotEveryUs: 10 * SECOND, ack: 'log' },
    { regions: ['us', 'eu', 'ap'], faults: [cutOff(untilS * SECOND)] },
  )
  const digests = finals(events).map(({ digest }) => digest)
  expect(digests).toHaveLength(3)
  expect(new Set(digests).size).toBe(1)
})
