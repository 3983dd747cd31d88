import { expect, test } from 'vitest'
import { resurrectedDelete } from '../../../../harness/analysis/checkers/resurrected-delete.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const check = (record: RecordScript) =>
  spoken(resurrectedDelete(record.facts(), everythingPromised))
const aDelete = () =>
  aRecord()
    .delete({ op: 1, id: 2, at: 2 * SECOND })
    .hops(1, 2, 'us', { applied: 2 * SECOND, visible: 3 * SECOND })

test('a deleted point that stays away passes', () => {
  expect(check(aDelete().scans({ 2: 1 }))).toMatchObject({ verdict: 'pass', evidence: 1 })
})

test('a version from before the delete in a final state fails', () => {
  const record = aDelete().scan('us', { 2: null }).scan('eu')
  expect(check(record)).toMatchObject({ verdict: 'fail', violations: 1, promised: true })
})

test('an answer sent after the delete was visible there fails', () => {
  const record = aDelete()
    .search({ op: 2, at: 4 * SECOND, answer: [[2, 0]] })
    .scans({ 2: null })
  expect(check(record)).toMatchObject({
    verdict: 'fail',
    events: [
      {
        sentence:
          'search 2 in us at 4.000 s shows the base version of id 2 after delete 1 of id 2 ' +
          '(us/0 at us, acknowledged at 2.001 s).',
        lines: [2, 4, 7],
      },
    ],
  })
})

test('an answer before that, or from a region that does not know yet, is only stale', () => {
  const record = aDelete()
    .search({ op: 2, at: 2_500_000, answer: [[2, 0]] })
    .search({ op: 3, at: 5 * SECOND, region: 'eu', answer: [[2, 0]] })
  expect(check(record.scans({ 2: null }))).toMatchObject({ verdict: 'pass', violations: 0 })
})

test('an upsert after the delete, or concurrent with it, may live', () => {
  const record = aDelete().upsert({ op: 2, id: 2, at: 2_000_500, row: 7 })
  expect(check(record.scans({ 2: 2 })).violations).toBe(0)
})

test('without deletes, or without final scans, there is no evidence', () => {
  expect(check(aRecord().scans())).toMatchObject({
    verdict: 'unknown',
    because: 'Nothing was deleted.',
  })
  expect(check(aDelete())).toMatchObject({ verdict: 'unknown', evidence: 0 })
})
