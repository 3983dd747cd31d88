import { expect, test } from 'vitest'
import { duplicateId } from '../../../../harness/analysis/checkers/duplicate-id.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const check = (record: RecordScript) => spoken(duplicateId(record.facts(), everythingPromised))

test('answers and scans with every id once pass', () => {
  const record = aRecord()
    .search({
      op: 1,
      at: SECOND,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
    .scans()
  expect(check(record)).toMatchObject({ verdict: 'pass', evidence: 3 })
})

test('an id twice in one answer fails, with the line of the answer', () => {
  const record = aRecord().search({
    op: 1,
    at: SECOND,
    answer: [
      [0, 0],
      [1, 0],
      [0, 0],
    ],
  })
  expect(check(record)).toMatchObject({
    verdict: 'fail',
    promised: true,
    events: [{ sentence: 'The answer to search 1 has id 0 twice.', lines: [3] }],
  })
})

test('an id twice in a final scan fails: an insert is no upsert', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 3, at: SECOND })
    .scan('us', { 3: [0, 1] })
  expect(check(record)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('a probe that was not answered is no evidence', () => {
  expect(check(aRecord().probe(1, 'us', SECOND, [], 'unknown'))).toMatchObject({
    verdict: 'unknown',
    evidence: 0,
  })
})
