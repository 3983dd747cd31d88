import { expect, test } from 'vitest'
import { monotonicWrites } from '../../../../harness/analysis/checkers/monotonic-writes.ts'
import { writesFollowReads } from '../../../../harness/analysis/checkers/writes-follow-reads.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const ofWriter = (record: RecordScript) =>
  spoken(monotonicWrites(record.facts(), everythingPromised))
const ofReader = (record: RecordScript) =>
  spoken(writesFollowReads(record.facts(), everythingPromised))

/** One client writes an id twice; `us` has both in order. */
const twice = () =>
  aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, client: 'c' })
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND, client: 'c' })
    .hops(1, 9, 'us', { applied: SECOND })
    .hops(2, 9, 'us', { applied: 2 * SECOND })

test('two writes of a client that every region takes in order are monotonic', () => {
  const record = twice()
    .hops(1, 9, 'eu', { applied: 3 * SECOND })
    .hops(2, 9, 'eu', { applied: 4 * SECOND })
  expect(ofWriter(record)).toMatchObject({ verdict: 'pass', evidence: 2, promised: true })
})

test('a region that found the earlier one older has kept the order', () => {
  const record = twice()
    .hops(2, 9, 'eu', { applied: 3 * SECOND })
    .hops(1, 9, 'eu', { older: 4 * SECOND })
  expect(ofWriter(record).verdict).toBe('pass')
})

test('a region that applies the earlier one after the later one fails', () => {
  const record = twice()
    .hops(2, 9, 'eu', { applied: 3 * SECOND })
    .hops(1, 9, 'eu', { applied: 4 * SECOND })
  expect(ofWriter(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    about: 'promise',
    events: [
      {
        sentence:
          'eu went back to upsert 1 of id 9 (c at us, acknowledged at ‹1.001 s›) at ‹4.000 s›, although upsert 2 of ' +
          'id 9 (c at us, acknowledged at ‹2.001 s›), which c sent after it, was applied there at ‹3.000 s›.',
        lines: [2, 4, 5, 7, 8, 9],
      },
    ],
  })
})

test('a region that takes the later one for the older fails: it stays with the earlier one', () => {
  const record = twice()
    .hops(1, 9, 'eu', { applied: 3 * SECOND })
    .hops(2, 9, 'eu', { older: 4 * SECOND })
  expect(ofWriter(record).events[0]?.sentence).toMatch(
    /^eu stayed with upsert 1 .* although upsert 2 .* was found to be older there at ‹4\.000 s›\.$/,
  )
})

test('what another client wrote in between may win over both', () => {
  const record = twice()
    .upsert({ op: 3, id: 9, row: 7, at: 3 * SECOND, region: 'eu' })
    .hops(3, 9, 'us', { applied: 5 * SECOND })
    .hops(1, 9, 'eu', { applied: 3 * SECOND })
    .hops(3, 9, 'eu', { applied: 4 * SECOND })
    .hops(2, 9, 'eu', { older: 5 * SECOND })
  expect(ofWriter(record)).toMatchObject({ verdict: 'pass', violations: 0 })
})

test.each([
  ['sent before the answer to the other', { at: SECOND + 500 }],
  ['of another client', { at: 2 * SECOND, client: 'd' }],
])('a write %s is not bound by it, so nobody can tell', (_, when) => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, client: 'c' })
    .upsert({ op: 2, id: 9, row: 8, client: 'c', ...when })
    .hops(2, 9, 'eu', { applied: 3 * SECOND })
    .hops(1, 9, 'eu', { applied: 4 * SECOND })
  expect(ofWriter(record)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

test('a deleted point that its deleter had written does not come back', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, client: 'c' })
    .delete({ op: 2, id: 9, at: 2 * SECOND, client: 'c' })
    .hops(2, 9, 'eu', { applied: 3 * SECOND })
    .hops(1, 9, 'eu', { applied: 4 * SECOND })
  expect(ofWriter(record).verdict).toBe('fail')
})

/** One client writes, another reads it and writes in answer. */
const reply = (how: 'fetch' | 'search' = 'fetch') => {
  const record = aRecord().upsert({ op: 1, id: 9, at: SECOND, client: 'asks' })
  const at = { op: 2, at: 2 * SECOND, client: 'answers' }
  if (how === 'fetch') record.fetch({ ...at, id: 9, found: 1 })
  else record.search({ ...at, answer: [[9, 1]] })
  return record.upsert({ op: 3, id: 9, row: 8, at: 3 * SECOND, client: 'answers' })
}

test('an answer that comes after the question everywhere follows what was read', () => {
  const record = reply()
    .hops(1, 9, 'eu', { applied: 3 * SECOND })
    .hops(3, 9, 'eu', { applied: 4 * SECOND })
  expect(ofReader(record)).toMatchObject({ verdict: 'pass', evidence: 1, promised: true })
})

test.each(['fetch', 'search'] as const)(
  'a region that goes back to what the answerer had read by %s fails',
  (how) => {
    const record = reply(how)
      .hops(3, 9, 'eu', { applied: 4 * SECOND })
      .hops(1, 9, 'eu', { applied: 5 * SECOND })
    expect(ofReader(record)).toMatchObject({
      verdict: 'fail',
      violations: 1,
      events: [{ sentence: expect.stringContaining('which answers sent after reading') }],
    })
  },
)

test('a region that goes back to what the question replaced fails too', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, client: 'asks' })
    .upsert({ op: 2, id: 9, row: 7, at: 2 * SECOND, client: 'asks' })
    .fetch({ op: 3, id: 9, at: 3 * SECOND, client: 'answers', found: 2 })
    .upsert({ op: 4, id: 9, row: 8, at: 4 * SECOND, client: 'answers' })
    .hops(4, 9, 'eu', { applied: 5 * SECOND })
    .hops(1, 9, 'eu', { applied: 6 * SECOND })
  expect(ofReader(record).verdict).toBe('fail')
})

test('without a write after a read nobody can tell', () => {
  const unread = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, client: 'asks' })
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND, client: 'answers' })
    .hops(2, 9, 'eu', { applied: 3 * SECOND })
    .hops(1, 9, 'eu', { applied: 4 * SECOND })
  expect(ofReader(unread)).toMatchObject({ verdict: 'unknown', evidence: 0 })
  const unarrived = reply()
  expect(ofReader(unarrived)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

/** `eu` has the earlier of two writes of a client, and what it says of the later one. */
const unanswered = () => twice().hops(1, 9, 'eu', { applied: 3 * SECOND })

test('a write that the store took without an answer has come when it is found to be there', () => {
  const record = unanswered().hops(2, 9, 'eu', { unanswered: 4 * SECOND, duplicate: 6 * SECOND })
  expect(ofWriter(record)).toMatchObject({ verdict: 'pass', violations: 0, evidence: 2 })
})

test('a write that only searches saw come has come, and what is applied over it goes back', () => {
  const seen = unanswered().hops(2, 9, 'eu', { unanswered: 4 * SECOND, visible: 5 * SECOND })
  expect(ofWriter(seen)).toMatchObject({ verdict: 'pass', evidence: 2 })
  const back = twice()
    .hops(2, 9, 'eu', { unanswered: 4 * SECOND, visible: 5 * SECOND })
    .hops(1, 9, 'eu', { applied: 6 * SECOND })
  expect(ofWriter(back)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('an earlier write that only searches saw come goes back if they had seen the later one', () => {
  const later = twice().hops(2, 9, 'eu', { applied: 3 * SECOND })
  const back = later
    .hops(2, 9, 'eu', { visible: 4 * SECOND })
    .hops(1, 9, 'eu', { visible: 5 * SECOND })
  expect(ofWriter(back)).toMatchObject({ verdict: 'fail', violations: 1 })
  const before = twice()
    .hops(2, 9, 'eu', { applied: 3 * SECOND, visible: 4 * SECOND })
    .hops(1, 9, 'eu', { visible: 3.9 * SECOND })
  expect(ofWriter(before)).toMatchObject({ verdict: 'pass' })
})

test.each([
  ['the store did not answer for', { unanswered: 3.5 * SECOND }, null],
  ['an agent may have stored before it died', {}, 3.5 * SECOND],
])('a write that %s may have beaten the one that was found older', (_, of, crashUs) => {
  const record = unanswered()
    .upsert({ op: 3, id: 9, row: 7, at: 3 * SECOND, region: 'eu', outcome: 'unknown' })
    .hops(3, 9, 'eu', of)
    .hops(2, 9, 'eu', { older: 4 * SECOND })
  if (crashUs !== null) record.agent('eu', 'crash', crashUs)
  expect(ofWriter(record)).toMatchObject({ verdict: 'pass', violations: 0, evidence: 2 })
  const known = record.hops(3, 9, 'eu', { older: 3.8 * SECOND })
  expect(ofWriter(known).verdict).toBe('fail')
})

test('what a log brings again says nothing of what the store holds', () => {
  const record = unanswered().hops(2, 9, 'eu', { again: 4 * SECOND, applied: 5 * SECOND })
  expect(ofWriter(record)).toMatchObject({ verdict: 'pass', violations: 0, evidence: 2 })
})

test('a region that lost its disk has nothing to go back from', () => {
  const record = twice()
    .hops(2, 9, 'eu', { applied: 3 * SECOND })
    .say({
      ...{ type: 'store', t: 4 * SECOND, region: 'eu', what: 'replaced', ids: [9], writes: [-1] },
    })
    .hops(1, 9, 'eu', { applied: 5 * SECOND })
  expect(ofWriter(record)).toMatchObject({ verdict: 'pass', violations: 0 })
})
