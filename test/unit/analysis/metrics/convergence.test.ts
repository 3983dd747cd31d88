import { expect, test } from 'vitest'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const convergence = (record: RecordScript) =>
  record.analysis().metrics.filter(({ metric }) => metric === 'convergence')
const aWrite = () => aRecord().upsert({ op: 1, id: 9, at: 10 * SECOND })

test('convergence is from the end of arrivals to the first scan that shows the final state everywhere', () => {
  const record = aWrite()
    .round('us', 11 * SECOND, 'new')
    .round('eu', 11 * SECOND, 'old')
    .round('us', 12 * SECOND, 'new')
    .round('eu', 12 * SECOND, 'new')
    .scan('us', { 9: 1 }, { digest: 'new' })
    .scan('eu', { 9: 1 }, { digest: 'new' })
  expect(convergence(record)).toEqual([
    { metric: 'convergence', unit: 'us', count: 1, value: SECOND },
  ])
})

test('a state that was left again does not count', () => {
  const record = aWrite()
    .round('eu', 11 * SECOND, 'new')
    .round('eu', 12 * SECOND, 'other')
    .scan('us', { 9: 1 }, { digest: 'new' })
    .scan('eu', { 9: 1 }, { digest: 'new' })
  expect(convergence(record)).toMatchObject([{ value: 4 * SECOND }])
})

test.each([
  ['differ', { 9: 1 }, {}],
  ['agree on an older version', {}, {}],
])('regions that %s have only a lower bound', (_, us, eu) => {
  const record = aWrite().scan('us', us, { digest: 'x' }).scan('eu', eu, { digest: 'x' })
  expect(convergence(record)).toEqual([
    { metric: 'convergence', unit: 'us', count: 1, low: 4 * SECOND, censored: 1 },
  ])
})

test('a version overwritten in real time is reported apart and does not stand against convergence', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, row: 8, at: SECOND, region: 'eu' })
    .upsert({ op: 2, id: 9, at: 3 * SECOND })
    .scans({ 9: 1 })
  expect(convergence(record)).toMatchObject([{ value: 4 * SECOND }])
})

test('a write without an answer may be there or not', () => {
  const record = () => aRecord().upsert({ op: 1, id: 9, at: SECOND, outcome: 'unknown' })
  for (const held of [{}, { 9: 1 }] as Record<number, number>[])
    expect(convergence(record().scans(held))).toMatchObject([{ value: 4 * SECOND }])
})

test('without a full scan of every region nothing is measured', () => {
  expect(convergence(aWrite().scan('us', { 9: 1 }))).toEqual([])
})

test('regions that differ have not converged, even if each may be right', () => {
  const record = aRecord().upsert({ op: 1, id: 9, at: SECOND, outcome: 'unknown' })
  expect(convergence(record.scan('us', { 9: 1 }).scan('eu'))).toMatchObject([{ censored: 1 }])
})
