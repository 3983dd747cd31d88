import { expect, test } from 'vitest'
import { boundedStaleness } from '../../../../harness/analysis/checkers/bounded-staleness.ts'
import { partialFlagged } from '../../../../harness/analysis/checkers/partial-flagged.ts'
import { quorumIntersection } from '../../../../harness/analysis/checkers/quorum-intersection.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { type Guarantees, promised } from '../../../../harness/model/guarantees.ts'
import { hazardsBut } from '../../../../harness/model/hazard.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import {
  always,
  aRecord,
  everythingPromised,
  type RecordScript,
  spoken,
} from '../../../support/record.ts'

const staleness = (record: RecordScript, over: Partial<Guarantees> = {}) =>
  spoken(boundedStaleness(record.facts(), { ...everythingPromised, staleVersions: null, ...over }))
const partial = (record: RecordScript, over: Partial<Guarantees> = {}) =>
  spoken(partialFlagged(record.facts(), { ...everythingPromised, ...over }))
const quorum = (record: RecordScript, write = 2, read = 2, of = 3) =>
  spoken(
    quorumIntersection(record.facts(), {
      ...everythingPromised,
      quorum: always({ write, read, of }),
    }),
  )

/** Id 2 is replaced at 2 s and again at 3 s. */
const replacedTwice = () =>
  aRecord()
    .upsert({ op: 1, id: 2, at: 2 * SECOND - 1000 })
    .upsert({ op: 2, id: 2, at: 3 * SECOND - 1000 })

test('an answer within the bound passes', () => {
  const record = replacedTwice().fetch({ op: 3, at: 2 * SECOND + SECOND / 2, id: 2, found: 0 })
  expect(staleness(record)).toMatchObject({
    verdict: 'pass',
    evidence: 1,
    because:
      'No unflagged answer of 1 read showed anything superseded for more than 1.000 s (p99 0.500 s, longest 0.500 s; 0 more were flagged).',
  })
})

test('a bound that does not outlive a fault of the run is measured, and not promised', () => {
  const skew: FaultPlan = {
    ...{ kind: 'clock-skew', region: 'us', offsetUs: SECOND, driftPpm: 0 },
    ...{ name: 'clock-skew', atUs: SECOND, untilUs: 2 * SECOND },
  }
  const record = aRecord({ faults: [skew] })
    .upsert({ op: 1, id: 2, at: 2 * SECOND })
    .search({ op: 2, at: 5 * SECOND, query: 2, answer: [[2, 0]] })
  const stalenessUs = promised(SECOND, hazardsBut('wrong-clock'))
  expect(staleness(record, { stalenessUs })).toMatchObject({
    verdict: 'fail',
    promised: false,
    unpromised: 'It is not promised when a wall clock is wrong (fault clock-skew).',
  })
})

test('an answer beyond the bound fails, unless it says that it is stale', () => {
  const late = { op: 3, at: 5 * SECOND, query: 2, answer: [[2, 0]] as [number, number][] }
  expect(staleness(replacedTwice().search(late))).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence:
          'search 3, sent to us at ‹5.000 s›, showed the base version of id 2 without a stale flag: superseded for 3.000 s, 2 newer versions.',
      },
    ],
  })
  const flagged = replacedTwice().search({ ...late, stale: true })
  expect(staleness(flagged)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

test('versions are counted too where a number of them is promised', () => {
  const record = () => replacedTwice().fetch({ op: 3, at: 3 * SECOND + 10, id: 2, found: 0 })
  const bound = (staleVersions: number) => ({
    stalenessUs: null,
    staleVersions: always(staleVersions),
  })
  expect(staleness(record(), bound(1))).toMatchObject({ verdict: 'fail', violations: 1 })
  expect(staleness(record(), bound(2)).verdict).toBe('pass')
})

test('a fetch that finds nothing is as stale as the absence it shows', () => {
  const born = () => aRecord().upsert({ op: 1, id: 9, at: 2 * SECOND - 1000 })
  expect(staleness(born().fetch({ op: 2, at: 5 * SECOND, id: 9 }))).toMatchObject({
    verdict: 'fail',
    violations: 1,
  })
  expect(staleness(born().fetch({ op: 2, at: 2 * SECOND + 10, id: 9 })).verdict).toBe('pass')
  const gone = born()
    .delete({ op: 3, id: 9, at: 3 * SECOND })
    .fetch({ op: 2, at: 9 * SECOND, id: 9 })
  expect(staleness(gone).verdict).toBe('pass')
})

test('without a promise nothing is said of staleness', () => {
  const none = { ...everythingPromised, stalenessUs: null, staleVersions: null }
  expect(boundedStaleness(replacedTwice().facts(), none)).toBeNull()
})

const shards = (answered: number[]) => ({ asked: [1, 2, 3], answered })

test('an answer that lacks a shard and says so passes', () => {
  const record = aRecord().search({ op: 1, at: SECOND, shards: shards([1, 3]), partial: true })
  expect(partial(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('one that does not say so fails, and is reported where nothing is promised', () => {
  const record = () => aRecord().search({ op: 1, at: SECOND, shards: shards([1]) })
  expect(partial(record())).toMatchObject({
    verdict: 'fail',
    promised: true,
    events: [
      {
        sentence:
          'search 1 at us asked 3 shards and lacks the answer of 2, 3, but does not say that it is partial.',
        lines: [2, 3],
      },
    ],
  })
  expect(partial(record(), { flagsPartial: null }).promised).toBe(false)
})

test('where every shard answered there is no evidence, and without shards nothing is said', () => {
  const whole = aRecord().search({ op: 1, at: SECOND, shards: shards([3, 2, 1]) })
  expect(partial(whole)).toMatchObject({ verdict: 'unknown', evidence: 0 })
  const plain = aRecord().search({ op: 1, at: SECOND })
  expect(partialFlagged(plain.facts(), everythingPromised)).toBeNull()
})

const three = () => aRecord({ regions: ['us', 'eu', 'ap'] })

test('quorums that meet pass', () => {
  const record = three()
    .upsert({ op: 1, id: 9, at: SECOND, from: ['us', 'eu'] })
    .fetch({ op: 2, at: 2 * SECOND, id: 9, found: 1, from: ['ap', 'eu'] })
  expect(quorum(record)).toMatchObject({ verdict: 'pass', evidence: 2, promised: true })
})

test('a write or a fetch that names too few regions fails; without names it is the gateway alone', () => {
  const record = three()
    .upsert({ op: 1, id: 9, at: SECOND })
    .fetch({ op: 2, at: 2 * SECOND, id: 8, from: ['ap', 'ap'] })
  expect(quorum(record)).toMatchObject({
    verdict: 'fail',
    violations: 2,
    events: [
      { sentence: 'upsert 1 of id 9 at us names 1 region; its quorum is 2.' },
      { sentence: 'fetch 2 of id 8 at us names 1 region; its quorum is 2.' },
    ],
  })
})

test('a fetch that shares no region with the write before it fails', () => {
  const record = three()
    .upsert({ op: 1, id: 9, at: SECOND, from: ['us', 'eu'] })
    .fetch({ op: 2, at: 2 * SECOND, id: 9, from: ['ap'] })
  expect(quorum(record, 2, 1, 2)).toMatchObject({
    verdict: 'fail',
    promised: true,
    events: [
      {
        sentence:
          'fetch 2 of id 9 at ‹2.000 s› asked ap; upsert 1, acknowledged at ‹1.001 s›, was in us, eu.',
      },
    ],
  })
})

test('where a quorum need not meet, a miss is reported only', () => {
  const record = three()
    .upsert({ op: 1, id: 9, at: SECOND, from: ['us', 'eu'] })
    .fetch({ op: 2, at: 2 * SECOND, id: 9, from: ['ap'] })
  expect(quorum(record, 2, 1, 3)).toMatchObject({ verdict: 'fail', promised: false })
})

test('a fetch sent before the acknowledgement, or one that is stale by its own word, need not meet it', () => {
  const record = three()
    .upsert({ op: 1, id: 9, at: SECOND, done: 3 * SECOND, from: ['us', 'eu'] })
    .fetch({ op: 2, at: 2 * SECOND, id: 9, from: ['ap'] })
    .fetch({ op: 3, at: 5 * SECOND, id: 9, from: ['ap'], stale: true })
  expect(quorum(record, 2, 1, 2).verdict).toBe('pass')
})

test('without a quorum nothing is said, and without operations nothing is known', () => {
  expect(quorumIntersection(three().facts(), { ...everythingPromised, quorum: null })).toBeNull()
  expect(quorum(three().search({ op: 1, at: SECOND }))).toMatchObject({ verdict: 'unknown' })
})
