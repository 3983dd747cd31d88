import { expect, test } from 'vitest'
import { mirrorCycle } from '../../../../harness/analysis/checkers/mirror-cycle.ts'
import { mirrorGap } from '../../../../harness/analysis/checkers/mirror-gap.ts'
import { partitionOrder } from '../../../../harness/analysis/checkers/partition-order.ts'
import { replicationStopped } from '../../../../harness/analysis/checkers/replication-stopped.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { MirrorEvent } from '../../../../harness/model/record.ts'
import { MS, SECOND, type Us } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const facts = (record: RecordScript) => record.facts()
const cycle = (record: RecordScript) => spoken(mirrorCycle(facts(record), everythingPromised))
const gap = (record: RecordScript) => spoken(mirrorGap(facts(record), everythingPromised))
const order = (record: RecordScript) => spoken(partitionOrder(facts(record), everythingPromised))
const stopped = (record: RecordScript) =>
  spoken(replicationStopped(facts(record), everythingPromised))

/** A write of its own id in the log of `region` at an offset of partition 0. */
const logged = (record: RecordScript, write: number, t: Us, offset: number, region = 'us') =>
  record.say({ type: 'hop', t, hop: 'logged', region, write, id: 10 + write, partition: 0, offset })
const copied = (
  record: RecordScript,
  write: number,
  t: Us,
  offset: number,
  [from, region] = ['us', 'eu'],
) =>
  record.say({
    ...{ type: 'hop', t, hop: 'mirrored', region: region as string, from, write },
    ...{ id: 10 + write, partition: 0, offset },
  })
const mirror = (record: RecordScript, what: MirrorEvent['what'], t: Us, offsets?: number[]) =>
  record.say({ type: 'mirror', t, from: 'us', to: 'eu', what, ...(offsets && { offsets }) })

/** Writes 1 … count, acknowledged and logged in us at 1 s, 2 s …, as offsets 0, 1 … */
function written(count: number, over: Parameters<typeof aRecord>[0] = {}): RecordScript {
  const record = mirror(aRecord(over), 'start', 0)
  for (let write = 1; write <= count; write++) {
    record.upsert({ op: write, id: 10 + write, at: write * SECOND })
    logged(record, write, write * SECOND + 2 * MS, write - 1)
  }
  return record
}

test('where there are no mirrors nothing is said of them', () => {
  const record = aRecord().upsert({ op: 1, id: 9, at: SECOND })
  for (const checker of [mirrorCycle, mirrorGap, partitionOrder, replicationStopped])
    expect(checker(record.facts(), everythingPromised)).toBeNull()
})

test('mirrors that copied nothing are no evidence', () => {
  const idle = () => mirror(aRecord(), 'start', 0)
  for (const check of [cycle, gap, order, stopped])
    expect(check(idle())).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

test('copies that end where they arrive are no cycle', () => {
  const record = copied(copied(written(2), 1, 1_100 * MS, 0), 2, 2_100 * MS, 1)
  expect(cycle(record)).toMatchObject({ verdict: 'pass', evidence: 2 })
})

test('a copy that comes back into the log its write was put into is a cycle', () => {
  const record = copied(written(1), 1, 1_100 * MS, 0)
  logged(record, 1, 1_200 * MS, 0, 'eu')
  copied(record, 1, 1_300 * MS, 0, ['eu', 'us'])
  expect(cycle(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence:
          'Write 1 of id 11, which us logged itself at ‹1.002 s›, came back into its log from eu at ‹1.300 s›.',
        lines: [5, 8],
      },
    ],
  })
})

test('a write that its client sent to both regions is at home in both', () => {
  const record = mirror(aRecord(), 'start', 0)
    .upsert({ op: 1, id: 11, at: SECOND, done: 2 * SECOND, gateway: 'us' })
    .retry(1, 1_150 * MS, 'eu')
  logged(record, 1, SECOND + 2 * MS, 0)
  copied(record, 1, 1_100 * MS, 0)
  logged(record, 1, 1_200 * MS, 0, 'eu')
  copied(record, 1, 1_300 * MS, 0, ['eu', 'us'])
  expect(cycle(record).verdict).toBe('pass')
})

test('a record copied twice is a fault of the mirror only if no restart explains it', () => {
  const twice = () => copied(copied(written(1), 1, 1_100 * MS, 0), 1, 1_500 * MS, 1)
  expect(cycle(twice())).toMatchObject({ verdict: 'fail', violations: 1 })
  expect(cycle(mirror(twice(), 'start', 1_300 * MS)).verdict).toBe('pass')
})

test('a mirror that leaves nothing out, or what arrived another way, has no gap', () => {
  const record = copied(copied(written(3), 1, 1_100 * MS, 0), 3, 3_100 * MS, 1)
  record.hops(2, 12, 'eu', { applied: 5 * SECOND })
  expect(gap(record)).toMatchObject({ verdict: 'pass', evidence: 3 })
})

test('a record that a mirror went past and that never arrived is a gap', () => {
  const record = copied(copied(written(3), 1, 1_100 * MS, 0), 3, 3_100 * MS, 1)
  expect(gap(record)).toMatchObject({
    verdict: 'fail',
    promised: true,
    violations: 1,
    events: [
      {
        sentence:
          'Write 2 of id 12, logged at ‹2.002 s› as offset 1 of partition 0, was skipped by mirror us>eu and never reached eu.',
      },
    ],
  })
})

test('what retention took before the mirror came is a gap, also if nothing came after it', () => {
  const record = mirror(written(2), 'skipped', 9 * SECOND, [0, 0, 2])
  expect(gap(record)).toMatchObject({
    verdict: 'fail',
    violations: 2,
    because: expect.stringContaining('2 of them had been taken by retention'),
  })
})

test('a record that nothing later has passed may still be on its way', () => {
  const record = copied(written(3), 1, 1_100 * MS, 0)
  expect(gap(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('a mirror that follows its source has not stopped', () => {
  const record = written(8)
  for (let write = 1; write <= 8; write++) copied(record, write, write * SECOND + 100 * MS, write)
  expect(stopped(record)).toMatchObject({ verdict: 'pass', evidence: 13 })
})

test('nothing for more than 10 s while records wait is a stop, unless a fault explains it', () => {
  const still = (over = {}) => copied(written(8, over), 1, 1_100 * MS, 0)
  expect(stopped(still())).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence:
          'Write 2, in the log of us since ‹2.002 s›, waited, and nothing came to eu from ‹2.002 s› to ‹15.000 s›: ' +
          '12.998 s without a fault that explains it.',
      },
    ],
  })
  const cut: FaultPlan = {
    kind: 'partition',
    name: 'cut',
    links: [{ from: 'eu', to: 'us' }],
    atUs: 2 * SECOND,
    untilUs: 6 * SECOND,
  }
  const during = { injected: 2 * SECOND, healed: 6 * SECOND }
  expect(stopped(still({ faults: [cut] }).fault('cut', during)).verdict).toBe('pass')
  // Elsewhere, or not in the way of a mirror.
  const { name, atUs, untilUs } = cut
  const frozen: FaultPlan = { kind: 'store-freeze', name, region: 'eu', atUs, untilUs }
  expect(stopped(still({ faults: [frozen] }).fault('cut', during)).verdict).toBe('fail')
})

test('a mirror that stalls in silence is no excuse for itself', () => {
  const stall = {
    kind: 'mirror-stall',
    name: 'stall',
    links: [{ from: 'us', to: 'eu' }],
    atUs: 2 * SECOND,
    untilUs: 14 * SECOND,
  } as unknown as FaultPlan
  const record = copied(written(8, { faults: [stall] }), 1, 1_100 * MS, 0)
  record.fault('stall', { injected: 2 * SECOND, healed: 14 * SECOND })
  expect(stopped(record).verdict).toBe('fail')
})

test('a hole is no stop: what later copies went past does not wait', () => {
  const record = written(3)
  copied(record, 1, 1_100 * MS, 0)
  copied(record, 3, 3_100 * MS, 1)
  expect(stopped(record).verdict).toBe('pass')
})

test('copies in the order of their source pass', () => {
  const record = copied(copied(written(2), 1, 1_100 * MS, 0), 2, 2_100 * MS, 1)
  expect(order(record)).toMatchObject({ verdict: 'pass', evidence: 2 })
})

test('two copies that changed places fail', () => {
  const record = copied(copied(written(2), 2, 2_100 * MS, 0), 1, 2_200 * MS, 1)
  expect(order(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence:
          'Write 1, offset 0 of partition 0 in us, came to eu at ‹2.200 s›, after write 2, which is at offset 1.',
      },
    ],
  })
})

test('a mirror that began again may repeat itself, one that did not may not', () => {
  const again = () => {
    const record = copied(copied(written(2), 1, 1_100 * MS, 0), 2, 2_100 * MS, 1)
    return copied(copied(record, 1, 3_100 * MS, 2), 2, 3_200 * MS, 3)
  }
  expect(order(again())).toMatchObject({ verdict: 'fail', violations: 2 })
  expect(order(mirror(again(), 'start', 3 * SECOND)).verdict).toBe('pass')
})

test('on a machine that could not keep up a mirror waits in vain and repeats itself, unless it copies exactly once', () => {
  const again = (delivery: 'at-least-once' | 'exactly-once') => {
    const record = written(2, { mirror: { delivery, flushUs: SECOND } })
    copied(copied(record, 1, 1_100 * MS, 0), 2, 2_100 * MS, 1)
    const seen = copied(record, 1, 3_100 * MS, 2).facts()
    return { ...seen, pace: { ...seen.pace, keptUp: false } }
  }
  for (const checker of [mirrorCycle, partitionOrder]) {
    const said = (delivery: Parameters<typeof again>[0]) =>
      checker(again(delivery), everythingPromised)
    expect(said('at-least-once')?.verdict).toBe('pass')
    expect(said('exactly-once')).toMatchObject({ verdict: 'fail', violations: 1 })
  }
  // What came in the wrong order at once did not come again: no timeout explains it.
  const swapped = copied(copied(written(2), 2, 2_100 * MS, 0), 1, 2_200 * MS, 1).facts()
  const late = { ...swapped, pace: { ...swapped.pace, keptUp: false } }
  expect(partitionOrder(late, everythingPromised)?.verdict).toBe('fail')
})

test('a group that commits a smaller offset fails, unless its region started again', () => {
  const commit = (record: RecordScript, t: Us, offset: number) =>
    record.say({
      type: 'commit',
      t,
      region: 'eu',
      group: 'applier',
      topic: 'us.e',
      offsets: [offset],
    })
  const back = () => commit(commit(aRecord(), 2 * SECOND, 5), 4 * SECOND, 3)
  expect(order(back())).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence:
          'Group applier in eu committed offset 5 of us.e, partition 0, at ‹2.000 s›, and 3 at ‹4.000 s›.',
      },
    ],
  })
  expect(order(back().agent('eu', 'start', 3 * SECOND, 2)).verdict).toBe('pass')
  expect(order(back().agent('us', 'start', 3 * SECOND, 2)).verdict).toBe('fail')
})

test('a log that lost its disk counts from the start again: what was lost with it is no gap, swap or stop', () => {
  const record = copied(written(3), 1, 1_100 * MS, 0)
  record.say({ type: 'log', t: 4 * SECOND, region: 'us', what: 'lost', topic: 'e', firsts: [0] })
  record.upsert({ op: 9, id: 19, at: 5 * SECOND })
  logged(record, 9, 5 * SECOND, 0)
  copied(record, 9, 5_100 * MS, 1)
  expect(gap(record)).toMatchObject({ verdict: 'pass', evidence: 2 })
  expect(order(record)).toMatchObject({ verdict: 'pass', evidence: 2 })
  expect(stopped(record).verdict).toBe('pass')
})

test('what a region logs again after the loss of its disk is copied from there, not from what was lost', () => {
  const record = written(2)
  copied(record, 1, 1_100 * MS, 0)
  record.say({ type: 'log', t: 4 * SECOND, region: 'us', what: 'lost', topic: 'e', firsts: [0] })
  logged(logged(record, 1, 5 * SECOND, 0), 2, 5 * SECOND, 1)
  copied(copied(record, 1, 5_100 * MS, 2), 2, 5_100 * MS, 3)
  expect(stopped(record)).toMatchObject({ verdict: 'pass', violations: 0 })
})
