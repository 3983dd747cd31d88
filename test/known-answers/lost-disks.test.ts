import { expect, test } from 'vitest'
import type { FaultPlan } from '../../harness/model/fault.ts'
import type { Plan } from '../../harness/model/plan.ts'
import type { EpochEvent, RecordEvent, RepairEvent } from '../../harness/model/record.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import type { System } from '../../harness/ports/system.ts'
import { primaryReplica } from '../../harness/systems/primary-replica/system.ts'
import { scatterGather } from '../../harness/systems/scatter-gather/system.ts'
import { type Judged, judged } from '../support/judged.ts'
import { aLoad, aPlan, aProfile } from '../support/plan.ts'

/** Faults that take disks, clocks or one server away, and what the two systems with a primary make of them. */

const regions = ['us', 'eu', 'ap']
const systems = { 'primary-replica': primaryReplica, 'scatter-gather': scatterGather }
const BASE = 300

function ran(kind: keyof typeof systems, knobs: object, faults: FaultPlan[]): Promise<Judged> {
  const system = systems[kind] as System as System<never>
  const plan: Plan = aPlan({
    regions,
    data: { set: 'glosses-10k', base: BASE },
    system: { kind, knobs: system.knobs.parse(knobs) as Record<string, unknown> },
    profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
    load: regions.map((region) =>
      aLoad({
        ...{ region, searchPerSec: 2, upsertPerSec: 10, deletePerSec: 0.5, fetchOwn: 0.2 },
        keys: { fresh: 0.3, existing: 0.4, contended: 0.3, contendedCount: 20 },
        queries: { law: 'zipf', exponent: 3 },
      }),
    ),
    timeline: { warmupUs: 2 * SECOND, runUs: 34 * SECOND, settleUs: 16 * SECOND },
    faults,
  })
  return judged(plan, { system })
}

const during = [12 * SECOND, 15 * SECOND] as const
const at = ([atUs, untilUs]: readonly [number, number]) => ({ atUs, untilUs })
const lost = (region: string): FaultPlan => ({
  ...{ kind: 'region-loss', region, name: `lost-${region}` },
  ...at(during),
})
const crash = (region: string): FaultPlan => ({
  ...{ kind: 'region-crash', region, name: 'crash' },
  ...at([4 * SECOND, 9 * SECOND]),
})
const found = ({ analysis }: Judged, name: string) =>
  analysis.findings.find(({ checker }) => checker === name)
const repairsIn = (events: readonly RecordEvent[], region: string) =>
  events.filter((event): event is RepairEvent => event.type === 'repair' && event.region === region)
const acquired = (events: readonly RecordEvent[]) =>
  events.filter((event): event is EpochEvent => event.type === 'epoch' && event.what === 'acquired')

const lease = { primary: 'us', witness: 'ap', leaseUs: 3 * SECOND, partitions: 1, probe: 1 }
const appointed = { primary: 'us', failover: 'off', partitions: 1, probe: 1 }

test('a replica that lost its disks gets every point back from the primary', async () => {
  const run = await ran('primary-replica', lease, [lost('eu')])
  const brought = repairsIn(run.events, 'eu').reduce((sum, { points }) => sum + points, 0)
  expect(brought).toBeGreaterThanOrEqual(BASE)
  expect(found(run, 'regions-equal')).toMatchObject({ verdict: 'pass', promised: true })
  expect(run.judgement.verdict).toBe('pass')
})

test('epochs go up, although the register of the lease lost its disks after a takeover', async () => {
  const run = await ran('primary-replica', lease, [crash('us'), lost('ap')])
  const epochs = acquired(run.events).map(({ epoch }) => epoch)
  expect(epochs.length).toBeGreaterThan(1)
  expect(epochs).toEqual([...new Set(epochs)].sort((a, b) => a - b))
  expect(found(run, 'fenced-primary')).toMatchObject({ verdict: 'pass', promised: true })
  expect(found(run, 'regions-equal')).toMatchObject({ verdict: 'pass', promised: true })
})

test('a primary without fail-over that lost its disks counts on, and takes no new write for an old one', async () => {
  const run = await ran('primary-replica', appointed, [lost('us')])
  expect(acquired(run.events).map(({ epoch }) => epoch)).toEqual([1, 2])
  expect(found(run, 'regions-equal')).toMatchObject({ verdict: 'pass', promised: true })
  const { because, promised, unpromised } = found(run, 'lost-writes') ?? {}
  expect(promised).toBe(false)
  expect(unpromised).toBe(
    'It is not promised when a region loses its disks (fault lost-us (region-loss)).',
  )
  // What it had acknowledged and not sent may be gone: the writes of one mirror poll, not those after the return.
  expect(Number(/(\d+) vanished/.exec(because ?? '')?.[1] ?? 0)).toBeLessThan(10)
})

test('a clock that runs slow may make two primaries; what the former one takes survives nowhere', async () => {
  const skew: FaultPlan = {
    ...{ kind: 'clock-skew', region: 'us', offsetUs: 0, driftPpm: -600_000 },
    ...{ name: 'slow-clock', ...at([3 * SECOND, 30 * SECOND]) },
  }
  const cut: FaultPlan = {
    ...{ kind: 'partition', name: 'cut', ...at([10 * SECOND, 20 * SECOND]) },
    links: ['eu', 'ap'].flatMap((other) => [
      { from: 'us', to: other },
      { from: other, to: 'us' },
    ]),
  }
  const run = await ran('primary-replica', lease, [skew, cut])
  expect(found(run, 'fenced-primary')).toMatchObject({
    verdict: 'fail',
    promised: false,
    unpromised:
      'It is not promised when a clock runs at another speed (fault slow-clock (clock-skew)).',
    because: expect.stringContaining('wrong 0 times'),
  })
  expect(found(run, 'regions-equal')).toMatchObject({ verdict: 'pass', promised: true })
})

test.each([2, 3])(
  'shards of %i copies come back to a region that lost its disks',
  async (copies) => {
    const run = await ran('scatter-gather', { copies, healthUs: SECOND / 2 }, [lost('eu')])
    const from = repairsIn(run.events, 'eu').filter(({ how }) => how === 'snapshot')
    expect(from.map((repair) => repair.from).sort()).toEqual(['ap', 'us'])
    expect(found(run, 'regions-equal')).toMatchObject({ verdict: 'pass', promised: true })
    expect(found(run, 'partial-flagged')?.verdict).not.toBe('fail')
  },
)

test('with one copy a lost disk takes acknowledged writes along, and nobody promised otherwise', async () => {
  const run = await ran('scatter-gather', { copies: 1, healthUs: SECOND / 2 }, [lost('eu')])
  expect(found(run, 'lost-writes')).toMatchObject({
    verdict: 'fail',
    promised: false,
    unpromised: 'It is not promised when a region loses its disks (fault lost-eu (region-loss)).',
  })
  expect(run.analysis.promises.given).not.toContain('no acknowledged write is lost')
  expect(run.judgement.verdict).toBe('pass')
})

test('coordinators that probe stores bring writes to another holder while one store is frozen', async () => {
  const freeze: FaultPlan = {
    ...{ kind: 'store-freeze', region: 'eu', name: 'freeze' },
    ...at([6 * SECOND, 32 * SECOND]),
  }
  const share = async (probe: 'agent' | 'store') => {
    const knobs = { copies: 3, healthUs: 200 * MS, failBackUs: 2 * SECOND, probe }
    const run = await ran('scatter-gather', knobs, [freeze])
    const rows = run.rows('availability', { phase: 'fault:freeze', operation: 'write' })
    return Math.min(...rows.map(({ value = 0 }) => value))
  }
  expect(await share('agent')).toBeLessThan(0.95)
  expect(await share('store')).toBeGreaterThan(0.95)
})
