import { expect, test } from 'vitest'
import { amplification } from '../../../../harness/analysis/checkers/amplification.ts'
import { doubleApply } from '../../../../harness/analysis/checkers/double-apply.ts'
import { fencedPrimary } from '../../../../harness/analysis/checkers/fenced-primary.ts'
import { residency } from '../../../../harness/analysis/checkers/residency.ts'
import { tombstoneSafety } from '../../../../harness/analysis/checkers/tombstone-safety.ts'
import { type Guarantees, promised } from '../../../../harness/model/guarantees.ts'
import { allHazards } from '../../../../harness/model/hazard.ts'
import { keptByAll, type Layout } from '../../../../harness/model/layout.ts'
import type { EpochEvent } from '../../../../harness/model/record.ts'
import { MS, SECOND, type Us } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const twice = (record: RecordScript, over: Partial<Guarantees> = {}) =>
  spoken(doubleApply(record.facts(), { ...everythingPromised, ...over }))
const safety = (record: RecordScript) => spoken(tombstoneSafety(record.facts(), everythingPromised))
const fence = (record: RecordScript) => spoken(fencedPrimary(record.facts(), everythingPromised))

const aWrite = () => aRecord().upsert({ op: 1, id: 9, at: SECOND })

test('a version applied once in each region passes', () => {
  expect(twice(aWrite().everywhere(1, 9, 2 * SECOND))).toMatchObject({
    verdict: 'pass',
    evidence: 2,
  })
})

test('a version applied twice in a region fails where single application is promised', () => {
  const record = () =>
    aWrite()
      .hops(1, 9, 'eu', { applied: 2 * SECOND })
      .hops(1, 9, 'eu', { applied: 3 * SECOND }, 2)
  expect(twice(record())).toMatchObject({
    verdict: 'fail',
    promised: true,
    violations: 1,
    because:
      'Of 1 version applied 1 were applied again in the same region, 1 of them after a restart; 0 replaced a newer version by it.',
    events: [
      {
        sentence:
          'Write 1 of id 9 was applied in eu at ‹2.000 s› and again at ‹3.000 s›, after a restart.',
        lines: [4, 5],
      },
    ],
  })
  expect(twice(record(), { singleApply: null })).toMatchObject({ promised: false })
})

test('a version that came back over a newer one is told apart', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, at: 2 * SECOND })
    .hops(1, 9, 'eu', { applied: 2 * SECOND })
    .hops(2, 9, 'eu', { applied: 3 * SECOND })
    .hops(1, 9, 'eu', { applied: 4 * SECOND })
  expect(twice(record).events).toMatchObject([
    { sentence: expect.stringContaining('where a newer version had been') },
  ])
})

test('base points that are applied each once are not one version', () => {
  const record = aRecord()
    .hops(0, 1, 'eu', { applied: SECOND })
    .hops(0, 2, 'eu', { applied: SECOND })
  expect(twice(record)).toMatchObject({ verdict: 'pass', evidence: 2 })
})

test('where nothing was applied nothing is known', () => {
  expect(twice(aWrite())).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

/** Id 2 is deleted at 2 s; us forgets that at 5 s. */
const forgotten = () =>
  aRecord()
    .upsert({ op: 1, id: 2, at: SECOND, region: 'eu' })
    .hops(1, 2, 'eu', { applied: SECOND })
    .delete({ op: 2, id: 2, at: 2 * SECOND })
    .hops(2, 2, 'us', { applied: 2 * SECOND })
    .say({ type: 'tombstones', t: 5 * SECOND, region: 'us', ids: [2], writes: [2] })

test('a tombstone forgotten after everybody had it passes', () => {
  const record = forgotten().hops(2, 2, 'eu', { applied: 3 * SECOND })
  expect(safety(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('a tombstone forgotten while another region holds an older version fails', () => {
  expect(safety(forgotten().hops(2, 2, 'eu', { applied: 6 * SECOND }))).toMatchObject({
    verdict: 'fail',
    events: [{ sentence: expect.stringMatching(/at ‹5\.000 s›; eu still held upsert 1 of id 2/) }],
  })
})

test('a tombstone forgotten before an older version arrives fails', () => {
  const record = forgotten()
    .hops(2, 2, 'eu', { applied: 3 * SECOND })
    .hops(1, 2, 'us', { applied: 7 * SECOND })
  expect(safety(record)).toMatchObject({
    verdict: 'fail',
    events: [{ sentence: expect.stringContaining('was applied there at ‹7.000 s›') }],
  })
})

test('a version that was sent before the delete was acknowledged may win, and is no reason', () => {
  const record = forgotten()
    .upsert({ op: 3, id: 2, at: 2 * SECOND, region: 'eu' })
    .hops(3, 2, 'eu', { applied: 3 * SECOND })
  expect(safety(record).verdict).toBe('pass')
})

test('tombstones of no known delete are no evidence, and without any nothing is said', () => {
  const odd = aRecord().say({ type: 'tombstones', t: SECOND, region: 'us', ids: [2], writes: [77] })
  expect(safety(odd)).toMatchObject({ verdict: 'unknown', evidence: 0 })
  expect(tombstoneSafety(aRecord().facts(), everythingPromised)).toBeNull()
})

const epoch = (
  record: RecordScript,
  region: string,
  what: EpochEvent['what'],
  number: number,
  t: Us,
  write?: number,
) => record.say({ type: 'epoch', t, region, what, epoch: number, write })

/** us is primary from 0 s on, eu from 5 s on. */
function takenOver(): RecordScript {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND })
    .upsert({ op: 2, id: 9, at: 6 * SECOND, gateway: 'eu' })
  epoch(record, 'us', 'acquired', 1, 0)
  epoch(record, 'us', 'accepted', 1, 2 * SECOND, 1)
  epoch(record, 'eu', 'acquired', 2, 5 * SECOND)
  return epoch(record, 'eu', 'accepted', 2, 6 * SECOND, 2)
}

test('what is accepted under the epoch of the time passes', () => {
  expect(fence(takenOver())).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('what a former primary accepts after the takeover fails', () => {
  const record = takenOver().upsert({ op: 3, id: 8, at: 7 * SECOND })
  expect(fence(epoch(record, 'us', 'accepted', 1, 7 * SECOND, 3))).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence:
          'us accepted write 3 under epoch 1 at ‹7.000 s›, although eu was primary under epoch 2 since ‹5.000 s›.',
      },
    ],
  })
})

test('one epoch of two regions fails', () => {
  expect(fence(epoch(takenOver(), 'us', 'acquired', 2, 6 * SECOND)).events).toMatchObject([
    { sentence: 'Epoch 2 belongs to eu since ‹5.000 s› and to us since ‹6.000 s›.' },
  ])
})

test('a refused write that its client was told of passes, and one that was acknowledged fails', () => {
  const told = takenOver().upsert({ op: 3, id: 8, at: 7 * SECOND, outcome: 'fail' })
  expect(fence(epoch(told, 'eu', 'rejected', 1, 7 * SECOND, 3))).toMatchObject({
    verdict: 'pass',
    because: expect.stringContaining('1 write refused'),
  })
  const silent = takenOver().upsert({ op: 3, id: 8, at: 7 * SECOND })
  expect(fence(epoch(silent, 'eu', 'rejected', 1, 7 * SECOND, 3))).toMatchObject({
    verdict: 'fail',
    events: [
      { sentence: 'Write 3 was refused by eu at ‹7.000 s› and acknowledged to us/0 all the same.' },
    ],
  })
})

test('a write that the primary of its time accepted may be refused when it comes late', () => {
  const record = epoch(takenOver(), 'eu', 'rejected', 1, 7 * SECOND, 1)
  expect(fence(record)).toMatchObject({
    verdict: 'pass',
    because: expect.stringContaining('1 write refused, 1 of them accepted by the primary'),
  })
})

test('without a takeover no fence was tried, and without a lease nothing is said', () => {
  const alone = epoch(aRecord(), 'us', 'acquired', 1, 0)
  expect(fence(epoch(alone, 'us', 'acquired', 2, SECOND))).toMatchObject({ verdict: 'unknown' })
  expect(fencedPrimary(aRecord().facts(), everythingPromised)).toBeNull()
})

/** Ids above 5 must stay in us. */
const pinned: Layout = {
  ...keptByAll(['us', 'eu']),
  pinned: (id) => (id > 5 ? ['us'] : null),
}
const resident = (record: RecordScript) =>
  spoken(residency(record.facts(pinned), everythingPromised))
const carried = (record: RecordScript, from: string, to: string, ids: number[]) =>
  record.say({ type: 'carried', t: 3 * SECOND, from, to, ids })

test('pinned vectors that go where they may be pass', () => {
  const record = carried(carried(aWrite(), 'eu', 'us', [9]), 'us', 'eu', [2])
  expect(resident(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('a pinned vector that leaves fails, in a message as in a mirror', () => {
  const copy = { type: 'hop', hop: 'mirrored', region: 'eu', from: 'us', write: 1, id: 9 } as const
  const record = carried(aWrite(), 'us', 'eu', [9]).say({ ...copy, t: 4 * SECOND })
  expect(resident(record)).toMatchObject({
    verdict: 'fail',
    violations: 2,
    events: [
      { sentence: 'The vector of id 9, pinned to us, went from us to eu at ‹3.000 s›.' },
      { sentence: 'The vector of id 9, pinned to us, went from us to eu at ‹4.000 s›.' },
    ],
  })
})

test('a tombstone may go anywhere: there is no vector in it', () => {
  const copy = { type: 'hop', hop: 'mirrored', region: 'eu', from: 'us', write: 2, id: 9 } as const
  const record = aWrite()
    .delete({ op: 2, id: 9, at: 2 * SECOND })
    .say({ ...copy, t: 4 * SECOND })
  expect(resident(record)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

test('where nothing is pinned nothing is said', () => {
  expect(residency(aWrite().facts(), everythingPromised)).toBeNull()
  expect(residency(aRecord().facts(pinned), everythingPromised)).toBeNull()
})

/** One write of a vector with 7 dimensions: 100 bytes. */
const weighed = (record: RecordScript, bound: number | null) =>
  amplification(
    { ...record.facts(), dim: 7 },
    { ...everythingPromised, amplification: promised(bound, allHazards) },
  )
const sent = (bytes: number) => aWrite().bytes('us', 'eu', 3 * SECOND, bytes)

test('bytes on links within the promised factor pass, beyond it they fail', () => {
  expect(weighed(sent(250), 2.5)).toMatchObject({ verdict: 'pass', evidence: 1 })
  expect(weighed(sent(251), 2.5)).toMatchObject({
    verdict: 'fail',
    because:
      'Links carried 2.51 bytes for each byte of 1 acknowledged write, at most 2.5 promised.',
  })
})

test('where links were not counted nothing is known, and without a promise nothing is said', () => {
  expect(weighed(aWrite(), 2)).toMatchObject({ verdict: 'unknown', evidence: 0 })
  expect(weighed(sent(100 * MS), null)).toBeNull()
})

test('a store whose disk is gone has to be given what it had', () => {
  const gone = { kind: 'region-loss', name: 'gone', region: 'eu' } as const
  const faults = [{ ...gone, atUs: 3 * SECOND, untilUs: 4 * SECOND }]
  const record = aRecord({ faults })
    .upsert({ op: 1, id: 9, at: SECOND })
    .hops(1, 9, 'eu', { applied: 2 * SECOND })
    .fault('gone', { injected: 3 * SECOND, healed: 4 * SECOND })
    .hops(1, 9, 'eu', { applied: 4 * SECOND })
  expect(twice(record)).toMatchObject({ verdict: 'pass', evidence: 2 })
  expect(twice(record.hops(1, 9, 'eu', { applied: 5 * SECOND })).violations).toBe(1)
})
