import { expect, test } from 'vitest'
import type { MetricRow } from '../../../../harness/model/metric.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const rowsOf = (record: RecordScript, metric: MetricRow['metric'], phase = 'baseline') =>
  record.analysis().metrics.filter((row) => row.metric === metric && row.phase === phase)

test('response counts from the intended start, service from dispatch, the rest is our own delay', () => {
  const record = aRecord().search({
    op: 1,
    intended: 2 * SECOND,
    at: 2 * SECOND + 3 * MS,
    done: 2 * SECOND + 10 * MS,
  })
  expect(rowsOf(record, 'search.response')).toMatchObject([
    { region: 'us', count: 1, max: 10 * MS },
  ])
  expect(rowsOf(record, 'search.service')).toMatchObject([{ max: 7 * MS }])
  expect(rowsOf(record, 'search.dispatch-delay')).toMatchObject([{ max: 3 * MS }])
})

test('an operation belongs to the phase of its intended time', () => {
  const record = aRecord().search({ op: 1, intended: SECOND - 1, at: 2 * SECOND })
  expect(rowsOf(record, 'search.response', 'warmup')).toHaveLength(1)
  expect(rowsOf(record, 'search.response')).toEqual([])
})

function searches(record: RecordScript, count: number, done: (i: number) => number): RecordScript {
  for (let i = 0; i < count; i++)
    record.search({ op: i + 1, at: 2 * SECOND + i, done: 2 * SECOND + i + done(i) })
  return record
}

test('a percentile is told only where ten values lie beyond it', () => {
  const row = (count: number) =>
    rowsOf(
      searches(aRecord(), count, () => 5 * MS),
      'search.response',
    )[0]
  expect(row(19)).not.toHaveProperty('p50')
  expect(row(20)).toMatchObject({ p50: 5 * MS })
  expect(row(20)).not.toHaveProperty('p90')
  expect(row(100)).toMatchObject({ p90: 5 * MS })
  expect(row(200)).toMatchObject({ p95: 5 * MS })
  expect(row(1000)).toMatchObject({ p99: 5 * MS, max: 5 * MS, mean: 5 * MS })
  expect(row(1000)).not.toHaveProperty('p999')
})

test('what was not answered in time ranks as at least what it waited', () => {
  const record = searches(aRecord(), 15, () => 5 * MS)
  for (let op = 21; op <= 25; op++)
    record.search({ op, at: 3 * SECOND, done: 5 * SECOND, outcome: 'unknown', error: 'deadline' })
  for (let op = 31; op <= 35; op++) record.search({ op, at: 10 * SECOND, done: null })
  const [row] = rowsOf(record, 'search.response')
  expect(row).toMatchObject({ count: 25, p50: 5 * MS, max: 5 * SECOND, censored: 10 })
  expect(row).not.toHaveProperty('mean')
})

test('a percentile that a bound could change is only known from below', () => {
  const record = searches(aRecord(), 9, () => 5 * MS)
  for (let op = 21; op <= 31; op++) record.search({ op, at: 3 * SECOND, done: null })
  const [row] = rowsOf(record, 'search.response')
  expect(row).toMatchObject({ count: 20, atLeast: { p50: 12 * SECOND } })
  expect(row).not.toHaveProperty('p50')
})

test('shed operations are endless for response and absent from service and dispatch delay', () => {
  const record = searches(aRecord(), 9, () => 5 * MS)
  for (let op = 21; op <= 31; op++) record.shed({ op, at: 3 * SECOND })
  expect(rowsOf(record, 'search.response')[0]).toEqual({
    metric: 'search.response',
    unit: 'us',
    region: 'us',
    phase: 'baseline',
    count: 20,
    max: 5 * MS,
    censored: 11,
    atLeast: { p50: 5 * MS },
  })
  expect(rowsOf(record, 'search.service')[0]).toMatchObject({ count: 9 })
  expect(rowsOf(record, 'search.dispatch-delay')[0]).toMatchObject({ count: 9 })
})

test('what was still queued when the run ended has waited at least that long', () => {
  const record = aRecord().shed({ op: 1, at: 10 * SECOND, reason: 'run ended' })
  expect(rowsOf(record, 'search.dispatch-delay')[0]).toMatchObject({ max: 5 * SECOND, censored: 1 })
})

test('an operation that certainly failed has no latency', () => {
  expect(
    rowsOf(aRecord().search({ op: 1, at: 2 * SECOND, outcome: 'fail' }), 'search.response'),
  ).toEqual([])
})

test('writes count together and by kind, fetches only in the dispatch delay', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND })
    .delete({ op: 2, id: 9, at: 3 * SECOND, done: 3 * SECOND + 4 * MS })
    .fetch({ op: 3, id: 9, at: 4 * SECOND })
  expect(rowsOf(record, 'write.response')).toMatchObject([
    { count: 2, max: 4 * MS },
    { operation: 'upsert', count: 1, max: MS },
    { operation: 'delete', count: 1, max: 4 * MS },
  ])
  expect(rowsOf(record, 'search.dispatch-delay')).toMatchObject([{ count: 3 }])
})
