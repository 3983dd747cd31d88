import { expect, test } from 'vitest'
import { inventedPoint } from '../../../../harness/analysis/checkers/invented-point.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const check = (record: RecordScript) => spoken(inventedPoint(record.facts(), everythingPromised))
const aSearch = (...answer: [number, number][]) =>
  aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .search({ op: 2, at: 3 * SECOND, answer })

test('the base, acknowledged writes and unanswered ones may turn up', () => {
  const record = aSearch([0, 0], [9, 1]).upsert({ op: 3, id: 7, at: SECOND, outcome: 'unknown' })
  record.hops(3, 7, 'eu', { applied: 9 * SECOND }).scans({ 9: 1, 7: 3 })
  expect(check(record)).toMatchObject({ verdict: 'pass', evidence: 17, violations: 0 })
})

test.each([
  ['an id that is not in the base', [77, 0], 'which is not in the base data'],
  ['a write that no operation made', [9, 55], 'which no operation wrote'],
  ['the write of another id', [3, 1], 'but that operation wrote id 9'],
] as const)('%s is invented', (_, [id, write], why) => {
  expect(check(aSearch([id, write]))).toMatchObject({
    verdict: 'fail',
    violations: 1,
    promised: true,
    events: [{ sentence: `search 2 shows write ${write} of id ${id}, ${why}.` }],
  })
})

test('a write that certainly failed must not turn up anywhere', () => {
  const record = aRecord().upsert({ op: 1, id: 9, at: SECOND, outcome: 'fail' })
  expect(check(record.hops(1, 9, 'eu', { applied: 2 * SECOND }))).toMatchObject({
    verdict: 'fail',
    events: [
      {
        sentence: 'applied in eu shows write 1 of id 9, an operation that certainly failed.',
        lines: [2, 3, 4],
      },
    ],
  })
})

test('a version with the vector of another write is invented', () => {
  const record = aRecord().scan('us', {}, { rows: [0, 1, 2, 4, 3] })
  const { violations, events } = check(record)
  expect(violations).toBe(2)
  expect(events[0]?.sentence).toContain('with the vector of pool row 4 instead of 3')
})

test('a tombstone returned as a live point is invented, one in a scan is not', () => {
  const record = aRecord().delete({ op: 1, id: 2, at: SECOND }).scans({ 2: 1 })
  expect(check(record).violations).toBe(0)
  expect(check(record.search({ op: 2, at: 3 * SECOND, answer: [[2, 1]] })).violations).toBe(1)
})

test('where no version turned up there is no evidence', () => {
  expect(check(aRecord())).toMatchObject({ verdict: 'unknown', evidence: 0 })
})
