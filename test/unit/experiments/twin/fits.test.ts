import { expect, test } from 'vitest'
import { shifted, text } from '../../../../harness/experiments/twin/profile-values.ts'
import {
  fitServiceTime,
  fitVisibleAfter,
  splitCall,
} from '../../../../harness/experiments/twin/service-fit.ts'

/** Exact quantiles of base + tail × Exp(1): the samples a perfect clock would give. */
const exponential = (baseUs: number, tailUs: number, n = 2000): number[] =>
  Array.from({ length: n }, (_, i) => baseUs - tailUs * Math.log(1 - (i + 0.5) / n))

test('base and tail that made the samples come back', () => {
  const fit = fitServiceTime(exponential(2300, 1500))
  expect(fit?.baseUs).toBeGreaterThan(2290)
  expect(fit?.baseUs).toBeLessThan(2310)
  expect(fit?.tailUs).toBeGreaterThan(1490)
  expect(fit?.tailUs).toBeLessThan(1510)
})

test('a few pauses of a second do not move a fit', () => {
  const clean = fitServiceTime(exponential(2300, 1500))
  const paused = fitServiceTime([...exponential(2300, 1500), ...Array(20).fill(1_000_000)])
  expect(Math.abs((paused?.baseUs ?? 0) - (clean?.baseUs ?? 0))).toBeLessThan(60)
  expect(Math.abs((paused?.tailUs ?? 0) - (clean?.tailUs ?? 0))).toBeLessThan(150)
})

test('a constant has no tail', () => {
  expect(fitServiceTime(Array(30).fill(4000))).toMatchObject({ baseUs: 4000, tailUs: 0 })
})

test('fewer than 20 samples are no measurement', () => {
  expect(fitServiceTime(Array(19).fill(4000))).toBeUndefined()
})

test('where p90 is too far out for a base, the median stays', () => {
  const fit = fitServiceTime([...Array(60).fill(1000), ...Array(40).fill(90_000)])
  expect(fit?.baseUs).toBe(0)
  expect(Math.round((fit?.tailUs ?? 0) * Math.LN2)).toBeCloseTo(1000, -1)
})

test('what other rows hold comes off the base, then off the tail so that the median stays', () => {
  const fit = { baseUs: 1000, tailUs: 2000, n: 100, p50: 0, p90: 0 }
  expect(shifted(fit, 400)).toEqual({ baseUs: 600, tailUs: 2000 })
  const over = shifted(fit, 1693)
  expect(over.baseUs).toBe(0)
  expect(over.tailUs * Math.LN2).toBeCloseTo(1000 + 2000 * Math.LN2 - 1693, -1)
})

test('a call splits into what saturated workers take for it and the rest', () => {
  expect(splitCall(Array(10).fill(3500), 2, 800)).toEqual({ workerUs: 2500, wireUs: 1000 })
  expect(splitCall(Array(10).fill(3500), 2, 100)).toEqual({ workerUs: 3500, wireUs: 0 })
})

test('visibility is the median less the half tick a write waits for on average', () => {
  const delays = Array.from({ length: 101 }, (_, i) => 52_000 + i * 500)
  expect(fitVisibleAfter(delays, 50_000)).toBe(52_000)
})

test('values are written as a profile reads them', () => {
  expect([text(2310), text(36_123_000), text(0)]).toEqual(['2.31ms', '36.12s', '0ms'])
})
