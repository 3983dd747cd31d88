import { expect, test } from 'vitest'
import { jaccardOf, rboOf } from '../../../harness/analysis/metrics/answers.ts'
import type { MetricRow } from '../../../harness/model/metric.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { aLimit } from '../../support/analysis.ts'
import { aRecord, type RecordScript } from '../../support/record.ts'

const rows = (record: RecordScript, metric: MetricRow['metric'], phase = 'baseline') =>
  record.analysis().metrics.filter((row) => row.metric === metric && row.phase === phase)

test('availability is answered ok of scheduled, shed ones included, by operation', () => {
  const record = aRecord()
    .search({ op: 1, at: 2 * SECOND })
    .search({ op: 2, at: 2 * SECOND, outcome: 'unknown' })
    .search({ op: 3, at: 2 * SECOND, done: null })
    .shed({ op: 4, at: 2 * SECOND })
    .upsert({ op: 5, id: 9, at: 2 * SECOND })
    .delete({ op: 6, id: 9, at: 2 * SECOND, outcome: 'fail' })
    .fetch({ op: 7, id: 9, at: 2 * SECOND })
  const byOperation = rows(record, 'availability').map(({ operation, count, value }) => [
    operation,
    count,
    value,
  ])
  expect(Object.fromEntries(byOperation.map(([name, ...rest]) => [name, rest]))).toEqual({
    search: [4, 0.25],
    write: [2, 0.5],
    upsert: [1, 1],
    delete: [1, 0],
    fetch: [1, 1],
  })
})

test('what still ran when a run was broken off may have gone either way, in availability and in goodput', () => {
  const record = aRecord({ limits: [aLimit({ value: 40 * MS })] })
  for (let op = 1; op <= 6; op++) record.search({ op, at: 2 * SECOND, done: 2 * SECOND + MS })
  record
    .search({ op: 7, at: 2 * SECOND, done: null })
    .search({ op: 8, at: 2 * SECOND + 50 * MS, done: null })
    .search({ op: 9, at: 2 * SECOND, outcome: 'unknown', done: 2 * SECOND + 60 * MS })
    .shed({ op: 10, at: 2 * SECOND })
  const figuresOf = (metric: MetricRow['metric']) =>
    rows(record, metric).map(({ count, value, low, high }) => ({ count, value, low, high }))
  expect(figuresOf('availability')).toEqual([{ count: 10, value: 0.6 }])
  record.ends(null)
  expect(figuresOf('availability')).toEqual([{ count: 10, low: 0.6, high: 0.8 }])
  // The record stops 60 ms after the seventh was wanted, which is too late, and 10 ms after the eighth.
  const [{ low = 0, high = 0 }] = figuresOf('goodput') as [MetricRow]
  expect(high / low).toBeCloseTo(7 / 6, 9)
})

test('goodput counts searches within the response limit, per second of the phase', () => {
  const record = aRecord({ limits: [aLimit({ value: 40 * MS })] })
  for (let op = 1; op <= 30; op++)
    record.search({ op, at: 2 * SECOND, done: 2 * SECOND + (op <= 20 ? 40 : 41) * MS })
  expect(rows(record, 'goodput')).toEqual([
    {
      metric: 'goodput',
      unit: 'per-second',
      region: 'us',
      phase: 'baseline',
      operation: 'search',
      count: 30,
      value: 2,
    },
  ])
})

test('throughput counts what was answered ok, per second of the phase the answer came in', () => {
  const record = aRecord({ limits: [aLimit({ value: 40 * MS })] })
  for (let op = 1; op <= 30; op++) record.search({ op, at: 2 * SECOND, done: 2 * SECOND + MS })
  record.search({ op: 31, at: 2 * SECOND, outcome: 'fail' })
  record.upsert({ op: 32, id: 9, at: 2 * SECOND, outcome: 'unknown' })
  const told = rows(record, 'throughput').map(({ operation, count, value }) => [
    operation,
    count,
    value,
  ])
  expect(told).toEqual([
    ['search', 30, 3],
    ['write', 0, 0],
    ['upsert', 0, 0],
  ])
})

test('without a response limit there is no goodput', () => {
  const lagOnly = aRecord({ limits: [aLimit({ metric: 'lag' })] }).search({ op: 1, at: 2 * SECOND })
  expect(rows(lagOnly, 'goodput')).toEqual([])
})

test('staleness is how long the oldest version returned had been superseded', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 0, row: 9, at: 2 * SECOND, done: 3 * SECOND })
    .upsert({ op: 2, id: 1, row: 8, at: 2 * SECOND, done: 4 * SECOND })
    .search({
      op: 3,
      at: 5 * SECOND,
      answer: [
        [0, 0],
        [1, 0],
        [2, 0],
      ],
    })
    .fetch({ op: 4, id: 0, at: 5 * SECOND, found: 1 })
    .fetch({ op: 5, id: 77, at: 5 * SECOND })
  expect(rows(record, 'staleness')).toMatchObject([
    { operation: 'search', count: 1, max: 2 * SECOND },
    { operation: 'fetch', count: 1, max: 0 },
  ])
})

test('answers of two regions to one probe differ by 1 - Jaccard and by 1 - RBO', () => {
  const record = aRecord()
    .probe(1, 'us', 2 * SECOND, [1, 2, 3])
    .probe(1, 'eu', 2 * SECOND, [1, 2, 4])
  const [jaccard, rbo] = rows(record, 'answer-difference')
  expect(jaccard).toEqual({
    metric: 'answer-difference',
    unit: 'ratio',
    link: 'us<>eu',
    phase: 'baseline',
    count: 1,
    value: 0.5,
  })
  expect(rbo).toMatchObject({ operation: 'rbo', value: expect.closeTo(0.27, 10) })
})

test('a probe that one region did not answer says nothing', () => {
  const record = aRecord()
    .probe(1, 'us', 2 * SECOND, [1])
    .probe(1, 'eu', 2 * SECOND, [], 'unknown')
  expect(rows(record, 'answer-difference')).toEqual([])
})

test('equal answers are equal by both measures, also empty ones', () => {
  for (const ids of [[], [4], [1, 2, 3]]) {
    expect(jaccardOf(ids, ids)).toBe(1)
    expect(rboOf(ids, ids, 0.9)).toBeCloseTo(1, 12)
  }
  expect([jaccardOf([1], []), rboOf([1], [], 0.9)]).toEqual([0, 0])
})

test('RBO is that of Webber 2010, equation 32, on lists of unequal length', () => {
  // Overlaps 0, 1, 2, 2 to depth 4 for s = 2, l = 4: worked out by hand.
  const p = 0.9
  const [x2, x4] = [1, 2]
  const sum = (0 / 1) * p + (x2 / 2) * p ** 2 + (2 / 3) * p ** 3 + (x4 / 4) * p ** 4
  const beyond = ((x2 * 1) / (2 * 3)) * p ** 3 + ((x2 * 2) / (2 * 4)) * p ** 4
  const expected = ((1 - p) / p) * (sum + beyond) + ((x4 - x2) / 4 + x2 / 2) * p ** 4
  expect(rboOf([2, 3], [1, 2, 3, 4], p)).toBeCloseTo(expected, 12)
  expect(rboOf([1, 2, 3, 4], [2, 3], p)).toBeCloseTo(expected, 12)
})

test('bytes go to the phase they were counted in, and to every acknowledged write of the sender', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND })
    .upsert({ op: 2, id: 8, at: 2 * SECOND })
    .bytes('us', 'eu', SECOND, 100)
    .bytes('us', 'eu', 3 * SECOND, 300)
    .bytes('eu', 'us', 3 * SECOND, 50)
  const found = record.analysis().metrics.filter(({ metric }) => metric === 'link-bytes')
  expect(
    found
      .map(({ link, phase, operation, count, value }) => [link, phase, operation, count, value])
      .filter(([, , , count]) => count !== 0),
  ).toEqual([
    ['us>eu', undefined, 'per-write', 2, 200],
    ['us>eu', 'warmup', undefined, 1, 100],
    ['us>eu', 'baseline', undefined, 1, 300],
    ['eu>us', 'baseline', undefined, 1, 50],
  ])
  // Nothing crossed a link in a phase: that was counted, and is 0 bytes.
  const silent = found.find(({ link, phase }) => link === 'eu>us' && phase === 'warmup')
  expect(silent).toMatchObject({ count: 0, value: 0 })
})
