import { expect, test } from 'vitest'
import { Rng } from '../../../harness/base/rng.ts'
import { expectedBefore } from '../../../harness/model/arrivals.ts'
import type { Arrivals } from '../../../harness/model/plan.ts'
import { SECOND } from '../../../harness/model/units.ts'
import { arrivalTimes } from '../../../harness/workload/arrivals.ts'
import { correlation, KS_CRITICAL_001, ksStatistic } from '../base/kolmogorov.ts'
import { aLoad } from './plan-fixture.ts'

const END = 200 * SECOND
const searches = (arrivals: Arrivals, perSec: number, seed = 42): number[] =>
  arrivalTimes(aLoad({ arrivals, searchPerSec: perSec }), 'search', END, new Rng(seed))

const gapsOf = (times: readonly number[]): number[] =>
  times.slice(1).map((at, i) => at - (times[i] as number))

const laws: Arrivals[] = [
  { kind: 'constant' },
  { kind: 'poisson' },
  { kind: 'burst', factor: 5, onUs: 3 * SECOND, offUs: 7 * SECOND },
  { kind: 'burst', factor: 0.2, onUs: 3 * SECOND, offUs: 7 * SECOND },
  { kind: 'ramp', from: 0.1 },
  { kind: 'ramp', from: 3 },
  {
    kind: 'stages',
    ...{ startUs: 20 * SECOND, from: 0.5 },
    stages: [
      { target: 2, forUs: 40 * SECOND },
      { target: 2, forUs: 30 * SECOND },
      { target: 0.25, forUs: 10 * SECOND },
    ],
  },
]

test.each(laws)('$kind gives whole microseconds, in order, within arrivals', (arrivals) => {
  const times = searches(arrivals, 50)
  expect(times.every((at) => Number.isInteger(at) && at >= 0 && at < END)).toBe(true)
  expect(gapsOf(times).every((gap) => gap >= 0)).toBe(true)
  expect(searches(arrivals, 50)).toEqual(times)
  expect(searches(arrivals, 50, 43)).not.toEqual(times)
})

test('constant arrivals are 1/rate apart and do not drift, also where 1/rate is no whole number', () => {
  const times = searches({ kind: 'constant' }, 7)
  expect(times).toHaveLength(1_400)
  const first = times[0] as number
  const errors = times.map((at, i) => Math.abs(at - first - (i * SECOND) / 7))
  expect(Math.max(...errors)).toBeLessThanOrEqual(1)
})

test('gaps of Poisson arrivals follow the exponential law', () => {
  const gaps = gapsOf(searches({ kind: 'poisson' }, 100))
  expect(ksStatistic(gaps, (us) => 1 - Math.exp((-us * 100) / SECOND))).toBeLessThan(
    KS_CRITICAL_001,
  )
})

test.each(laws.slice(1))('$kind arrivals are spread as their rate says', (arrivals) => {
  const before = (us: number): number => expectedBefore(arrivals, 100, us, END)
  const times = searches(arrivals, 100)
  expect(ksStatistic(times, (us) => before(us) / before(END))).toBeLessThan(KS_CRITICAL_001)
})

test.each(laws)('the count of $kind arrivals is the expected one within 4 sigma', (arrivals) => {
  const expected = expectedBefore(arrivals, 100, END, END)
  for (const seed of [1, 2, 3]) {
    const count = searches(arrivals, 100, seed).length
    expect(Math.abs(count - expected)).toBeLessThan(4 * Math.sqrt(expected))
  }
})

test('expected counts are integrals of the rate', () => {
  const s = SECOND
  const burst: Arrivals = { kind: 'burst', factor: 5, onUs: 3 * s, offUs: 7 * s }
  expect(expectedBefore({ kind: 'poisson' }, 10, 20 * s, END)).toBe(200)
  expect(expectedBefore(burst, 10, 10 * s, END)).toBe(3 * 50 + 7 * 10)
  expect(expectedBefore(burst, 10, 11 * s, END)).toBe(3 * 50 + 7 * 10 + 50)
  expect(expectedBefore({ kind: 'ramp', from: 0 }, 10, END, END)).toBeCloseTo(1_000, 9)
  expect(expectedBefore({ kind: 'ramp', from: 3 }, 10, END / 2, END)).toBeCloseTo(2_500, 9)
})

test('stages are straight lines from target to target, and the last target is held', () => {
  const s = SECOND
  const up: Arrivals = {
    kind: 'stages',
    ...{ startUs: 10 * s, from: 0 },
    stages: [
      { target: 1, forUs: 20 * s },
      { target: 1, forUs: 10 * s },
      { target: 4, forUs: 10 * s },
    ],
  }
  const before = (seconds: number): number => expectedBefore(up, 10, seconds * s, END)
  expect(before(10)).toBe(0)
  expect(before(20)).toBe(25)
  expect(before(30)).toBe(100)
  expect(before(40)).toBe(200)
  expect(before(50)).toBe(450)
  expect(before(60)).toBe(850)
  expect(searches(up, 10)[0]).toBeGreaterThanOrEqual(10 * s)
})

test('a rate of 0 gives no arrivals', () => {
  for (const arrivals of laws) expect(searches(arrivals, 0)).toEqual([])
})

test('streams of other kinds and regions are uncorrelated', () => {
  const load = aLoad({ searchPerSec: 50, upsertPerSec: 50, deletePerSec: 50 })
  const rng = new Rng(42)
  const gaps = (['search', 'upsert', 'delete'] as const).map((kind) =>
    gapsOf(arrivalTimes(load, kind, END, rng)),
  )
  gaps.push(gapsOf(arrivalTimes({ ...load, region: 'eu' }, 'search', END, rng)))
  for (const [i, a] of gaps.entries())
    for (const b of gaps.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(0.04)
})

test('another rate of one kind does not move another kind', () => {
  const rng = new Rng(42)
  const few = arrivalTimes(aLoad({ searchPerSec: 50, upsertPerSec: 1 }), 'search', END, rng)
  const many = arrivalTimes(aLoad({ searchPerSec: 50, upsertPerSec: 99 }), 'search', END, rng)
  expect(many).toEqual(few)
})

test('constant streams of two regions are not in step', () => {
  const rng = new Rng(42)
  const [us, eu] = ['us', 'eu'].map((region) =>
    arrivalTimes(
      aLoad({ region, arrivals: { kind: 'constant' }, searchPerSec: 10 }),
      'search',
      END,
      rng,
    ),
  )
  expect(us?.[0]).not.toBe(eu?.[0])
})
