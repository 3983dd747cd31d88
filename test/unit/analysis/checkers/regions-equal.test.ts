import { expect, test } from 'vitest'
import { regionsEqual } from '../../../../harness/analysis/checkers/regions-equal.ts'
import type { Guarantees } from '../../../../harness/model/guarantees.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const check = (record: RecordScript, over: Partial<Guarantees> = {}) =>
  spoken(regionsEqual(record.facts(), { ...everythingPromised, ...over }))
const aWrite = () => aRecord().upsert({ op: 1, id: 9, at: SECOND })

test('regions that hold the same pass', () => {
  expect(check(aWrite().scans({ 9: 1 }))).toMatchObject({
    verdict: 'pass',
    evidence: 6,
    because: 'All 2 regions hold the same versions of 6 ids.',
  })
})

test('a version that one region lacks fails, and is called missing', () => {
  const record = aWrite().scan('us', { 9: 1 }).scan('eu')
  expect(check(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    because: 'The 2 regions differ in 1 of 6 ids; against the expected set: 1 missing.',
    events: [{ sentence: 'Of id 9 us write 1, eu nothing is held.', lines: [2, 4, 5] }],
  })
  expect(check(record, { convergence: null })).toMatchObject({ verdict: 'fail', promised: false })
})

test('an older version is stale, an undone delete resurrected, an unknown one extra, two are duplicate', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 0, row: 6, at: SECOND })
    .delete({ op: 3, id: 1, at: SECOND })
    .scan('us', { 9: 1, 0: 2, 1: 3 })
    .scan('eu', { 9: [1, 1], 0: 0, 1: 0, 8: 77 }, { rows: [0, 1, 2, 3, 4, 8, 9, 9] })
  expect(check(record).because).toBe(
    'The 2 regions differ in 3 of 7 ids; against the expected set: 1 extra, 1 stale, 1 resurrected, 1 duplicate.',
  )
})

test('a tombstone and absence are the same', () => {
  const record = aRecord().delete({ op: 1, id: 2, at: SECOND })
  expect(check(record.scan('us', { 2: 1 }).scan('eu', { 2: null })).verdict).toBe('pass')
})

test('regions that agree on a wrong set are equal, and what is wrong is told', () => {
  expect(check(aWrite().scans())).toMatchObject({
    verdict: 'pass',
    because: expect.stringContaining('against the expected set: 2 missing'),
  })
})

test('a region without a final scan leaves it unknown', () => {
  expect(check(aWrite().scan('us', { 9: 1 }))).toMatchObject({ verdict: 'unknown', evidence: 0 })
})
