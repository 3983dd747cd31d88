import { expect, test } from 'vitest'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const says = (record: RecordScript, figure: string, at: number, value: number, region = 'eu') =>
  record.say({ type: 'figure', t: at, region, figure, value })

const figureOf = (record: RecordScript, figure: string, region = 'eu') =>
  record.analysis().figures?.find((row) => row.figure === figure && row.region === region)

test('a record without figures has none: not even an empty list', () => {
  expect(aRecord().analysis()).not.toHaveProperty('figures')
})

test('median and largest of each figure stand apart by region and phase', () => {
  const record = aRecord()
  for (const [i, value] of [7, 1, 3].entries())
    says(record, 'segments sealed', (2 + i) * SECOND, value)
  says(record, 'segments sealed', 2 * SECOND, 40, 'us')
  says(record, 'segments sealed', 0.5 * SECOND, 90)
  expect(record.analysis().figures).toEqual([
    { figure: 'segments sealed', region: 'us', phase: 'baseline', count: 1, median: 40, max: 40 },
    { figure: 'segments sealed', region: 'eu', phase: 'warmup', count: 1, median: 90, max: 90 },
    { figure: 'segments sealed', region: 'eu', phase: 'baseline', count: 3, median: 3, max: 7 },
  ])
})

test('the lag of a group stands beside the foreign writes acknowledged and not yet applied at each reading', () => {
  const record = aRecord()
    .upsert({ op: 1, at: 2 * SECOND, id: 10 })
    .hops(1, 10, 'us', { applied: 2 * SECOND })
    .hops(1, 10, 'eu', { applied: 4 * SECOND })
    .upsert({ op: 2, at: 2.5 * SECOND, id: 11 })
    .hops(2, 11, 'us', { applied: 2.5 * SECOND })
    .hops(2, 11, 'eu', { older: 6 * SECOND })
    // Its own write waits for nobody else; a write nobody was told of is not owed.
    .upsert({ op: 3, at: 2 * SECOND, id: 12, region: 'eu' })
    .upsert({ op: 4, at: 2 * SECOND, id: 13, outcome: 'unknown' })
    // Applied before its client heard of it: never open.
    .upsert({ op: 5, at: 2 * SECOND, id: 14, done: 5 * SECOND })
    .hops(5, 14, 'eu', { applied: 3 * SECOND })
  for (const at of [1.5, 3, 3.5, 5, 7]) says(record, 'group-lag applier', at * SECOND, 0)
  expect(figureOf(record, 'group-lag applier')).toMatchObject({
    count: 5,
    median: 0,
    max: 0,
    ours: { what: 'acknowledged, not applied', unit: 'count', count: 5, median: 1, max: 2 },
  })
})

test('rows stand beside the recall of the same region and phase', () => {
  const record = aRecord()
    .search({ op: 1, at: 2 * SECOND, region: 'us', answer: [] })
    .search({ op: 2, at: 2 * SECOND, region: 'eu', answer: [[0, 0]] })
  says(record, 'rows growing', 3 * SECOND, 12)
  says(record, 'rows sealed', 14 * SECOND, 5)
  expect(figureOf(record, 'rows growing')?.ours).toEqual({
    what: 'recall',
    unit: 'ratio',
    count: 1,
    low: 0.5,
    high: 0.5,
  })
  expect(figureOf(record, 'rows sealed')).toMatchObject({ phase: 'settle', count: 1 })
  expect(figureOf(record, 'rows sealed')).not.toHaveProperty('ours')
})

test('lags behind the time tick stand beside our median from applied to searchable, if it is one', () => {
  const withWrites = (count: number) => {
    const record = aRecord()
    for (let op = 1; op <= count; op++) {
      const at = 2 * SECOND + op * MS
      record.upsert({ op, at, id: op }).hops(op, op, 'eu', { applied: at, visible: at + op * MS })
    }
    return says(record, 'milvus_proxy_tt_lag_ms', 3 * SECOND, 34)
  }
  expect(figureOf(withWrites(21), 'milvus_proxy_tt_lag_ms')).toMatchObject({
    median: 34,
    ours: { what: 'applied to searchable', unit: 'us', count: 21, median: 11 * MS },
  })
  expect(figureOf(withWrites(19), 'milvus_proxy_tt_lag_ms')).not.toHaveProperty('ours')
})
