import { expect, test } from 'vitest'
import type { Checked } from '../../../../harness/analysis/checkers/finding.ts'
import { monotonicReads } from '../../../../harness/analysis/checkers/monotonic-reads.ts'
import { readYourWrites } from '../../../../harness/analysis/checkers/read-your-writes.ts'
import type { Facts } from '../../../../harness/analysis/facts/facts.ts'
import { promised } from '../../../../harness/model/guarantees.ts'
import { hazardsBut } from '../../../../harness/model/hazard.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import {
  always,
  aRecord,
  everythingPromised,
  type RecordScript,
  spoken,
} from '../../../support/record.ts'

const own = (record: RecordScript) => spoken(readYourWrites(record.facts(), everythingPromised))
const monotonic = (record: RecordScript) =>
  spoken(monotonicReads(record.facts(), everythingPromised))
const aWrite = () =>
  aRecord().upsert({ op: 1, id: 9, at: SECOND, client: 'c' }).hops(1, 9, 'us', { applied: SECOND })

test('a client that fetches its own write, or a later one, reads its writes', () => {
  const record = aWrite()
    .fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c', found: 1 })
    .upsert({ op: 3, id: 9, row: 8, at: 3 * SECOND, region: 'eu' })
    .search({ op: 4, at: 4 * SECOND, client: 'c', answer: [[9, 3]] })
  expect(own(record)).toMatchObject({ verdict: 'pass', evidence: 2 })
})

test('a fetch that does not find the own write fails', () => {
  const record = aWrite().fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c', gateway: 'eu' })
  expect(own(record)).toMatchObject({
    verdict: 'fail',
    about: 'promise',
    events: [
      {
        sentence:
          'fetch 2 of c, sent to eu at ‹2.000 s›, showed nothing, although the client knew its own ' +
          'upsert 1 of id 9 (c at us, acknowledged at ‹1.001 s›).',
        lines: [2, 4, 5, 6],
      },
    ],
  })
})

test('a promise that rests on users staying where they are does not bind a run whose machine could not keep up', () => {
  const record = aWrite().fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c', gateway: 'eu' })
  const facts = record.facts()
  const late = { ...facts, pace: { ...facts.pace, keptUp: false } }
  const stays = promised('fetches' as const, hazardsBut('busy-machine'))
  const said = (of: Facts) =>
    readYourWrites(of, { ...everythingPromised, readYourWrites: stays }) as Checked
  expect(said(facts)).toMatchObject({ verdict: 'fail', promised: true })
  expect(said(late)).toMatchObject({
    ...{ verdict: 'fail', promised: false },
    unpromised: 'It is not promised when the machine of the run could not keep up.',
  })
  // One that outlives it is broken all the same.
  expect(readYourWrites(late, everythingPromised)).toMatchObject({
    verdict: 'fail',
    promised: true,
  })
})

test('a search that shows an older version than the own write fails', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 2, row: 9, at: SECOND, client: 'c' })
    .search({ op: 2, at: 2 * SECOND, client: 'c', answer: [[2, 0]] })
  expect(own(record)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('the own delete counts: what it deleted must not be shown', () => {
  const record = aRecord().delete({ op: 1, id: 2, at: SECOND, client: 'c' })
  expect(own(record.fetch({ op: 2, id: 2, at: 2 * SECOND, client: 'c', found: 0 })).verdict).toBe(
    'fail',
  )
})

test.each([
  ['sent before the acknowledgement', { at: 1_000_500, client: 'c' }],
  ['of another client', { at: 2 * SECOND, client: 'd' }],
])('a read %s may miss it', (_, when) => {
  expect(own(aWrite().fetch({ op: 2, id: 9, ...when }))).toMatchObject({
    verdict: 'unknown',
    evidence: 0,
  })
})

test('a delete by somebody else explains an empty fetch, even an unanswered one', () => {
  const record = aWrite()
    .delete({ op: 2, id: 9, at: 2 * SECOND, outcome: 'unknown', region: 'eu' })
    .fetch({ op: 3, id: 9, at: 3 * SECOND, client: 'c' })
  expect(own(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('a delete that was sent only after the fetch explains nothing', () => {
  const record = aWrite()
    .fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c' })
    .delete({ op: 3, id: 9, at: 3 * SECOND })
  expect(own(record)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('a client that sees versions in order reads monotonically', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND })
    .search({ op: 3, at: 3 * SECOND, client: 'd', answer: [[9, 1]] })
    .search({ op: 4, at: 4 * SECOND, client: 'd', answer: [[9, 2]] })
  expect(monotonic(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('an older version after a newer one fails, by search or by fetch', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND })
    .search({ op: 3, at: 3 * SECOND, client: 'd', answer: [[9, 2]] })
    .search({ op: 4, at: 4 * SECOND, client: 'd', answer: [[9, 1]] })
    .fetch({ op: 5, id: 9, at: 5 * SECOND, client: 'd' })
  expect(monotonic(record)).toMatchObject({ verdict: 'fail', violations: 2, promised: true })
})

test('an older version that the writer of the newer one did not know of may win: that is a conflict', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, region: 'eu' })
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND, client: 'c' })
    .fetch({ op: 3, id: 9, at: 3 * SECOND, client: 'c', found: 1 })
  expect(own(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('what a client has seen replaced must not come back, whoever wrote it', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, done: 3 * SECOND, region: 'eu' })
    .upsert({ op: 2, id: 9, row: 8, at: SECOND, done: 3 * SECOND })
  for (const [op, write] of [
    [3, 1],
    [4, 2],
    [5, 1],
  ] as const)
    record.fetch({ op, id: 9, at: op * 2 * SECOND, client: 'd', found: write })
  expect(monotonic(record)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('a read of a kind that is not promised is reported and does not fail the run', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 2, row: 9, at: SECOND, client: 'c' })
    .search({ op: 2, at: 2 * SECOND, client: 'c', answer: [[2, 0]] })
  const fetches = { ...everythingPromised, readYourWrites: always('fetches') }
  expect(spoken(readYourWrites(record.facts(), fetches))).toMatchObject({
    verdict: 'fail',
    promised: false,
  })
})

test('a read that overlaps the one that saw more is not held against it', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND })
    .search({ op: 3, at: 3 * SECOND, done: 4 * SECOND, client: 'd', answer: [[9, 2]] })
    .search({ op: 4, at: 3_500_000, client: 'd', answer: [[9, 1]] })
  expect(monotonic(record)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

test('it does not matter whose store answered, and the sentence says which it was', () => {
  const record = aWrite().fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c', from: ['eu'] })
  expect(own(record).events[0]?.sentence).toMatch(
    /^fetch 2 of c, sent to us and answered from eu at ‹2\.000 s›, showed nothing/,
  )
})

test('an answer that calls itself stale is counted apart and fails nobody', () => {
  const record = aWrite()
    .fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c', stale: true })
    .fetch({ op: 3, id: 9, at: 3 * SECOND, client: 'c', found: 1 })
  expect(own(record)).toMatchObject({ verdict: 'pass', evidence: 1, violations: 0 })
  expect(own(record).because).toMatch(/ 1 read with a stale flag showed less\.$/)
})

test('what a stale answer showed is nothing that later ones are held to', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND })
    .fetch({ op: 3, id: 9, at: 3 * SECOND, client: 'd', found: 2 })
    .fetch({ op: 4, id: 9, at: 4 * SECOND, client: 'd', found: 1, stale: true })
    .fetch({ op: 5, id: 9, at: 5 * SECOND, client: 'd', found: 2 })
  expect(monotonic(record)).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('after a step back that a search showed, the fetch that is right again fails nobody', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND })
    .fetch({ op: 3, id: 9, at: 3 * SECOND, client: 'd', found: 2 })
    .search({ op: 4, at: 4 * SECOND, client: 'd', answer: [[9, 1]] })
    .fetch({ op: 5, id: 9, at: 5 * SECOND, client: 'd', found: 2 })
  expect(monotonic(record)).toMatchObject({ verdict: 'fail', violations: 1 })
})
