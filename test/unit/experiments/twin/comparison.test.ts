import { expect, test } from 'vitest'
import { compare } from '../../../../harness/experiments/twin/comparison.ts'
import { mainErrors, needsReason } from '../../../../harness/experiments/twin/main-errors.ts'
import type { MetricRow } from '../../../../harness/model/metric.ts'
import { MS } from '../../../../harness/model/units.ts'

const search = (over: Partial<MetricRow>): MetricRow => ({
  ...{ metric: 'search.response', unit: 'us', region: 'us', phase: 'baseline', count: 500 },
  ...over,
})
const share = (value: number, over: Partial<MetricRow> = {}): MetricRow => ({
  ...{ metric: 'availability', unit: 'ratio', region: 'us', phase: 'baseline' },
  ...{ operation: 'search', count: 500, value },
  ...over,
})

test('the same record is the same in both worlds', () => {
  const rows = [search({ p50: 10 * MS, p90: 20 * MS }), share(1)]
  const { rows: compared, alone } = compare(rows, rows)
  expect(compared.map(({ error, small }) => [error, small])).toEqual(Array(3).fill([0, true]))
  expect(alone).toEqual([])
})

test('a time is off by a share, a share by a difference', () => {
  const { rows } = compare(
    [search({ p50: 20 * MS }), share(1)],
    [search({ p50: 15 * MS }), share(0.9)],
  )
  expect(rows.map(({ kind, error }) => [kind, Number(error.toFixed(6))])).toEqual([
    ['share', -0.25],
    ['difference', -0.1],
  ])
})

test('a percentile that one world lacks is not compared, and a row it lacks is named', () => {
  const { rows, alone } = compare(
    [search({ p50: 20 * MS, p90: 30 * MS }), search({ region: 'eu', p50: MS })],
    [search({ p50: 20 * MS })],
  )
  expect(rows.map(({ stat }) => stat)).toEqual(['p50'])
  expect(alone.map(({ world, row }) => [world, row.region])).toEqual([['real', 'eu']])
})

test('a bound is no value: what never ended in one world is not compared', () => {
  const ended: MetricRow = { metric: 'convergence', unit: 'us', count: 1, value: 5 * MS }
  const open: MetricRow = { metric: 'convergence', unit: 'us', count: 1, low: 5 * MS, censored: 1 }
  expect(compare([open], [ended]).rows).toEqual([])
})

test('warm-up and our own delay are left out', () => {
  const rows = [
    search({ phase: 'warmup', p50: MS }),
    search({ metric: 'search.dispatch-delay', p50: MS }),
  ]
  expect(compare(rows, rows)).toEqual({ rows: [], alone: [] })
})

test('recall is compared by the middle of what it can be', () => {
  const recall = (low: number, high: number) =>
    search({ metric: 'recall', unit: 'ratio', low, high })
  const { rows } = compare([recall(0.9, 1)], [recall(0.8, 1)])
  expect(rows[0]).toMatchObject({ stat: 'mean', kind: 'difference' })
  expect(rows[0]?.error).toBeCloseTo(-0.05, 9)
})

test('a time from a heal that took its time is compared by its middle, and what lies within it is small', () => {
  const catchUp = (over: Partial<MetricRow>): MetricRow => ({
    ...{ metric: 'catch-up', unit: 'us', phase: 'recovery:cut', count: 9 },
    ...over,
  })
  const real = catchUp({ low: 800 * MS, high: 1200 * MS })
  const { rows } = compare([real], [catchUp({ value: 900 * MS })])
  expect(rows).toMatchObject([{ stat: 'value', real: 1000 * MS, simulated: 900 * MS, small: true }])
  expect(rows[0]?.error).toBeCloseTo(-0.1, 9)
  expect(compare([real], [catchUp({ value: 700 * MS })]).rows).toMatchObject([{ small: false }])
})

test('the errors of a metric are their median and the one furthest off, and where', () => {
  const of = (region: string, p50: number) => search({ region, p50 })
  const { rows } = compare(
    [of('a', 100 * MS), of('b', 100 * MS), of('c', 100 * MS)],
    [of('a', 110 * MS), of('b', 95 * MS), of('c', 40 * MS)],
  )
  expect(mainErrors(rows)).toEqual([
    {
      ...{ metric: 'search.response p50', kind: 'share', median: -0.05, worst: -0.6 },
      ...{ at: 'c, baseline', cells: 3 },
    },
  ])
})

test('more than 20 % needs a reason, and what cannot be told apart does not', () => {
  const error = { metric: 'lag p50', kind: 'share', median: 0, at: 'x', cells: 1 } as const
  expect(needsReason({ ...error, worst: -0.21 })).toBe(true)
  expect(needsReason({ ...error, worst: 0.2 })).toBe(false)
  expect(needsReason({ ...error, worst: 3, small: true })).toBe(false)
  expect(needsReason({ ...error, metric: 'lost-writes', kind: 'difference', worst: 1 })).toBe(true)
})
