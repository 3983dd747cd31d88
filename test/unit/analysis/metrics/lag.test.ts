import { expect, test } from 'vitest'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const lags = (record: RecordScript) =>
  record.analysis().metrics.filter(({ metric }) => metric === 'lag')
const lagRow = (record: RecordScript, hop?: string) => lags(record).find((row) => row.hop === hop)
const ack = 2 * SECOND + 1000
const aWrite = () => aRecord().upsert({ op: 1, id: 9, at: 2 * SECOND, intended: 2 * SECOND - 500 })

test('lag is from the acknowledgement to searchable, by link and phase of the acknowledgement', () => {
  const record = aWrite().hops(1, 9, 'eu', { visible: ack + 40_000 })
  expect(lagRow(record)).toEqual({
    metric: 'lag',
    unit: 'us',
    link: 'us>eu',
    phase: 'baseline',
    count: 1,
    mean: 40_000,
    max: 40_000,
  })
})

test('a hop is a named difference; the first two belong to the origin', () => {
  const record = aWrite()
    .hops(1, 9, 'us', { applied: ack - 100, logged: ack + 300, visible: ack + 900 })
    .hops(1, 9, 'eu', { mirrored: ack + 40_300, applied: ack + 41_000, visible: ack + 50_000 })
  const hop = (name: string) => lagRow(record, name)
  expect(hop('intended-acknowledged')).toMatchObject({ region: 'us', max: 1500 })
  expect(hop('acknowledged-logged')).toMatchObject({ region: 'us', max: 300 })
  expect(hop('logged-mirrored')).toMatchObject({ link: 'us>eu', max: 40_000 })
  expect(hop('mirrored-applied')).toMatchObject({ link: 'us>eu', max: 700 })
  expect(hop('applied-searchable')).toMatchObject({ link: 'us>eu', max: 9000 })
})

test('nothing is clamped: what is logged before the acknowledgement has a negative hop', () => {
  const record = aWrite()
    .hops(1, 9, 'us', { logged: ack - 400 })
    .hops(1, 9, 'eu', { visible: ack - 100 })
  expect(lagRow(record, 'acknowledged-logged')).toMatchObject({ mean: -400, max: -400 })
  expect(lagRow(record)).toMatchObject({ mean: -100, max: -100 })
})

test('a write that a region found older was superseded there', () => {
  const older = aWrite().hops(1, 9, 'eu', { older: ack + 70_000 })
  expect(lagRow(older)).toMatchObject({ max: 70_000 })
})

test('a second arrival of a write makes it no more searchable than it was', () => {
  const times = { applied: ack + 10, duplicate: ack + 20, visible: ack + 90_000 }
  expect(lagRow(aWrite().hops(1, 9, 'eu', times))).toMatchObject({ max: 90_000 })
  const unseen = aWrite().hops(1, 9, 'eu', { applied: ack + 10, duplicate: ack + 20 })
  expect(lagRow(unseen)).toMatchObject({ censored: 1 })
})

test('searches that see a later version have no more to wait for, whatever becomes of the write itself', () => {
  const later = () =>
    aWrite()
      .upsert({ op: 2, id: 9, row: 8, at: 3 * SECOND })
      .hops(2, 9, 'eu', { applied: 4 * SECOND, visible: 5 * SECOND })
  const late = later().hops(1, 9, 'eu', { older: 6 * SECOND })
  expect(lagRow(late)).toMatchObject({ count: 2, max: 5 * SECOND - ack })
  // Found older while the later one is not to be seen yet.
  const early = later().hops(1, 9, 'eu', { older: 4_500_000 })
  expect(lagRow(early)).toMatchObject({ count: 2, max: 5 * SECOND - ack })
})

test('what never showed up because a later version did is superseded by that', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 3 * SECOND })
    .hops(2, 9, 'eu', { applied: 4 * SECOND, visible: 5 * SECOND })
  expect(lagRow(record)).toMatchObject({ count: 2, max: 5 * SECOND - ack })
  expect(lagRow(record)).not.toHaveProperty('censored')
})

test('what has not arrived when the record ends has at least that lag', () => {
  const record = aWrite().hops(1, 9, 'us', { logged: ack + 300 })
  expect(lagRow(record)).toMatchObject({ count: 1, censored: 1, max: 15 * SECOND - ack })
  expect(lagRow(record, 'logged-mirrored')).toMatchObject({ censored: 1 })
  expect(lagRow(record, 'mirrored-applied')).toBeUndefined()
})

test('the target log has a write at the latest when the region applied it', () => {
  const record = aWrite()
    .hops(1, 9, 'us', { logged: ack })
    .hops(1, 9, 'eu', { applied: ack + 5000, mirrored: ack + 40_000 })
  expect(lagRow(record, 'logged-mirrored')).toMatchObject({ max: 5000 })
  expect(lagRow(record, 'mirrored-applied')).toMatchObject({ max: 0 })
})

test('a write without an acknowledgement has no lag', () => {
  expect(lags(aRecord().upsert({ op: 1, id: 9, at: 2 * SECOND, outcome: 'unknown' }))).toEqual([])
})

test('the origin of a write is the region that acknowledged it', () => {
  const record = aRecord().upsert({ op: 1, id: 9, at: 2 * SECOND, region: 'us', gateway: 'eu' })
  expect(lagRow(record)).toMatchObject({ link: 'eu>us' })
})
