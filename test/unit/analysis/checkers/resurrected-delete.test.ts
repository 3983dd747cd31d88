import { expect, test } from 'vitest'
import { resurrectedDelete } from '../../../../harness/analysis/checkers/resurrected-delete.ts'
import type { Plan } from '../../../../harness/model/plan.ts'
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
          'search 2 in us at ‹4.000 s› shows the base version of id 2 after delete 1 of id 2 ' +
          '(us/0 at us, acknowledged at ‹2.001 s›).',
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

/** An upsert of us just before a delete of eu, neither knowing of the other; a third write ends it. */
const overtaken = (over: Partial<Plan> = {}) =>
  aRecord(over)
    .upsert({ op: 1, id: 2, at: 2 * SECOND, row: 7 })
    .delete({ op: 2, id: 2, at: 2_010_000, region: 'eu' })
    .upsert({ op: 3, id: 2, at: 5 * SECOND, row: 8 })
    .hops(1, 2, 'us', { applied: 2 * SECOND, visible: 2 * SECOND })
    .hops(2, 2, 'eu', { applied: 2_011_000, visible: 2_011_000 })
    .hops(1, 2, 'eu', { applied: 2_100_000, visible: 2_100_000 })
    .search({ op: 4, at: 3 * SECOND, region: 'eu', answer: [[2, 1]] })
    .scans({ 2: 3 })

test('where every region keeps the upsert over a delete that did not know of it, it has won and not come back', () => {
  expect(check(overtaken().hops(2, 2, 'us', { older: 2_100_000 }))).toMatchObject({
    verdict: 'pass',
    violations: 0,
  })
})

test('where one region keeps the delete instead, it has come back in the other', () => {
  expect(check(overtaken().hops(2, 2, 'us', { applied: 2_100_000 }))).toMatchObject({
    verdict: 'fail',
    violations: 1,
  })
})

test('where a region kept the delete, and the upsert came to it too late, it has come back', () => {
  const record = overtaken({ regions: ['us', 'eu', 'ap'] })
    .hops(2, 2, 'us', { older: 2_100_000 })
    .hops(2, 2, 'ap', { applied: 2_050_000 })
    .hops(1, 2, 'ap', { older: 2_200_000 })
  expect(check(record)).toMatchObject({ violations: 1 })
})

test('where the region of the upsert was never given the delete, nobody can say that the upsert won', () => {
  expect(check(overtaken())).toMatchObject({ violations: 1 })
})

test('without deletes, or without final scans, there is no evidence', () => {
  expect(check(aRecord().scans())).toMatchObject({
    verdict: 'unknown',
    because: 'Nothing was deleted.',
  })
  expect(check(aDelete())).toMatchObject({ verdict: 'unknown', evidence: 0 })
})
