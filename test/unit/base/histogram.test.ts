import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Distribution, Histogram } from '../../../harness/base/histogram.ts'

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram()
  for (const value of values) histogram.record(value)
  return histogram
}

function distributionOf(parts: { known?: number[]; bounds?: number[]; endless?: number }) {
  const values = new Distribution()
  for (const value of parts.known ?? []) values.add(value)
  for (const bound of parts.bounds ?? []) values.addBound(bound)
  for (let i = 0; i < (parts.endless ?? 0); i++) values.addEndless()
  return values
}

const values = fc.array(fc.integer({ min: -5_000_000, max: 4_000_000_000 }), { minLength: 1 })
const run = { seed: 7, numRuns: 200 }

test('a value at a rank is one that was recorded, and at most 0.1 % above the exact one', () => {
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (given, q) => {
      const rank = Math.max(1, Math.ceil(q * given.length))
      const exact = given.toSorted((a, b) => a - b)[rank - 1] as number
      const found = histogramOf(given).at(rank)
      expect(given).toContain(found)
      expect(found).toBeGreaterThanOrEqual(exact)
      expect(found - exact).toBeLessThanOrEqual(Math.abs(exact) * 0.001)
    }),
    run,
  )
})

test('merging is the same as recording everything in one', () => {
  fc.assert(
    fc.property(values, values, (one, two) => {
      const merged = histogramOf(one)
      merged.merge(histogramOf(two))
      const whole = histogramOf([...one, ...two])
      for (let rank = 1; rank <= whole.count; rank++) expect(merged.at(rank)).toBe(whole.at(rank))
      const sizes = ({ count, sum, min, max }: Histogram) => ({ count, sum, min, max })
      expect(sizes(merged)).toEqual(sizes(whole))
    }),
    run,
  )
})

test('a constant comes back exactly, although its bucket is wider', () => {
  const histogram = histogramOf([...Array(99).fill(40_003), 900_001])
  expect(histogram.at(50)).toBe(40_003)
  expect(histogram.at(100)).toBe(900_001)
})

test('negative values keep their sign and their order', () => {
  const histogram = histogramOf([5, -3, -70_001, 0])
  expect([1, 2, 3, 4].map((rank) => histogram.at(rank))).toEqual([-70_001, -3, 0, 5])
})

test('values beyond a day are counted and known by their largest', () => {
  const histogram = histogramOf([1, 2 ** 40, 2 ** 45])
  expect(histogram.overflow).toBe(2)
  expect(histogram.at(3)).toBe(2 ** 45)
})

test('anything but an integer is our own mistake', () => {
  for (const wrong of [Number.NaN, 0.5, Number.POSITIVE_INFINITY])
    expect(() => new Histogram().record(wrong)).toThrow('a histogram holds integers')
})

test('a quantile that no censored value can change is exact', () => {
  const latencies = distributionOf({
    known: [...Array(90).fill(10), ...Array(9).fill(20)],
    bounds: [30],
  })
  expect(latencies.quantile(0.9)).toEqual({ low: 10, high: 10 })
  expect(latencies.quantile(0.99)).toEqual({ low: 20, high: 20 })
  expect(latencies.quantile(1)).toEqual({ low: 30, high: Number.POSITIVE_INFINITY })
})

test('a bound below known values widens the interval from below only', () => {
  const latencies = distributionOf({ known: [10, 20, 30], bounds: [5] })
  expect(latencies.quantile(0.5)).toEqual({ low: 10, high: 20 })
  expect(latencies.quantile(0.75)).toEqual({ low: 20, high: 30 })
})

test('endless values have no bound at all', () => {
  const latencies = distributionOf({ known: [10], endless: 1 })
  expect(latencies.quantile(0.5)).toEqual({ low: 10, high: 10 })
  const { low, high } = latencies.quantile(1)
  expect([low, high]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY])
  expect(latencies).toMatchObject({ count: 2, censored: 1, largest: 10 })
})

test('merged distributions keep what is known, bounds and endless values apart', () => {
  const merged = distributionOf({ known: [10, 20] })
  merged.merge(distributionOf({ known: [30], bounds: [15], endless: 2 }))
  const whole = distributionOf({ known: [10, 20, 30], bounds: [15], endless: 2 })
  for (const q of [0, 0.2, 0.4, 0.6, 0.8, 1]) expect(merged.quantile(q)).toEqual(whole.quantile(q))
  expect(merged).toMatchObject({ count: 6, bounds: 1, endless: 2 })
})

test('a mean with censored values has only a lower end', () => {
  expect(distributionOf({ known: [10, 20] }).mean()).toEqual({ low: 15, high: 15 })
  expect(distributionOf({ known: [10], bounds: [30] }).mean()).toEqual({
    low: 20,
    high: Number.POSITIVE_INFINITY,
  })
})
