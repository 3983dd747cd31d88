import { expect, test } from 'vitest'
import { causal } from '../../../../harness/analysis/checkers/causal.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const said = (record: RecordScript) => spoken(causal(record.facts(), everythingPromised))

/** A question, and an answer by somebody who has read it. */
const aReply = () =>
  aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, client: 'asks' })
    .fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'answers', found: 1 })
    .upsert({ op: 3, id: 9, row: 8, at: 3 * SECOND, client: 'answers' })

test('who is shown a question and then its answer is shown them in order', () => {
  const record = aReply()
    .fetch({ op: 4, id: 9, at: 4 * SECOND, client: 'reads', found: 1 })
    .fetch({ op: 5, id: 9, at: 5 * SECOND, client: 'reads', found: 3 })
  expect(said(record)).toMatchObject({ verdict: 'pass', evidence: 1, promised: true })
})

test('who has been shown the answer must not be shown the question as the latest', () => {
  const record = aReply()
    .fetch({ op: 4, id: 9, at: 4 * SECOND, client: 'reads', found: 3 })
    .fetch({ op: 5, id: 9, at: 5 * SECOND, client: 'reads', found: 1 })
  expect(said(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence:
          'fetch 5 of reads, sent to us at ‹5.000 s›, showed upsert 1 of id 9 (asks at us, acknowledged at ‹1.001 s›), ' +
          'although its client knew, itself or through others, of upsert 3 of id 9 (answers at us, acknowledged at ' +
          '‹3.001 s›), whose writer knew that one.',
        lines: [2, 3, 6, 7, 10, 11],
      },
    ],
  })
})

test('knowledge goes from hand to hand', () => {
  const record = aReply()
    .fetch({ op: 4, id: 9, at: 4 * SECOND, client: 'thanks', found: 3 })
    .upsert({ op: 5, id: 9, row: 7, at: 5 * SECOND, client: 'thanks' })
    .fetch({ op: 6, id: 9, at: 6 * SECOND, client: 'reads', found: 5 })
    .fetch({ op: 7, id: 9, at: 7 * SECOND, client: 'reads', found: 1 })
  expect(said(record).verdict).toBe('fail')
})

test('two writes of which neither writer knew the other may win in any order, for each reader in its own', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .upsert({ op: 2, id: 9, row: 8, at: SECOND, region: 'eu' })
  for (const [op, client, found] of [
    [3, 'c', 1],
    [4, 'c', 2],
    [5, 'c', 1],
    [6, 'd', 2],
    [7, 'd', 1],
  ] as const)
    record.fetch({ op, id: 9, at: op * SECOND, client, found })
  expect(said(record).verdict).toBe('pass')
})

test('the base version, and nothing, come before whatever a client knows', () => {
  const ofBase = aRecord()
    .upsert({ op: 1, id: 2, row: 8, at: SECOND, client: 'c' })
    .fetch({ op: 2, id: 2, at: 2 * SECOND, client: 'c', found: 0 })
  expect(said(ofBase).verdict).toBe('fail')
  expect(said(aReply().fetch({ op: 4, id: 9, at: 4 * SECOND, client: 'answers' })).verdict).toBe(
    'fail',
  )
  // A stranger knows nothing.
  expect(said(aReply().fetch({ op: 4, id: 9, at: 4 * SECOND, client: 'reads' })).verdict).toBe(
    'pass',
  )
})

test('a delete that the reader need not have known of explains an empty fetch', () => {
  const record = aReply()
    .delete({ op: 4, id: 9, at: 4 * SECOND, client: 'deletes' })
    .fetch({ op: 5, id: 9, at: 5 * SECOND, client: 'answers' })
  expect(said(record).verdict).toBe('pass')
})

test('a write that was not answered orders nothing in its session', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 2, row: 8, at: SECOND, client: 'c', outcome: 'unknown' })
    .fetch({ op: 2, id: 2, at: 2 * SECOND, client: 'c', found: 0 })
  expect(said(record).verdict).toBe('pass')
})

test('without fetches that count nobody can tell', () => {
  expect(said(aRecord().upsert({ op: 1, id: 9, at: SECOND }))).toMatchObject({
    verdict: 'unknown',
    evidence: 0,
  })
})
