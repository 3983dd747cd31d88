import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import { expectedBefore, factors } from '../../../../harness/model/arrivals.ts'
import type { Arrivals, LoadPlan } from '../../../../harness/model/plan.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { arrivalsText } from '../../../../harness/scenario/shown/timeline.ts'
import { arrivalTimes } from '../../../../harness/workload/arrivals.ts'
import { aScenario, planOf, saidOf } from '../known.ts'

const scenario = (diurnal: string) =>
  aScenario({
    load: `load: [{ in: us, search: 100/s, arrivals: { diurnal: ${diurnal} } }]`,
    timeline: 'timeline: { warmup: 10s, run: 240s, settle: 5s }',
  })
const loadOf = (diurnal: string) => planOf(scenario(diurnal)).load[0] as LoadPlan
const END = 250 * SECOND

/** The factor at seconds from the end of warm-up. */
const at = (arrivals: Arrivals, sec: number): number =>
  factors(arrivals as Parameters<typeof factors>[0], END)((10 + sec) * SECOND)

test('a day goes from its lowest at the start over the rates in its middle to the lowest again', () => {
  const { arrivals } = loadOf('{ period: 120s, low: 10% }')
  for (const [sec, factor] of [
    [0, 0.1],
    [30, 0.55],
    [60, 1],
    [90, 0.55],
    [120, 0.1],
    [180, 1],
    [240, 0.1],
  ] as const)
    expect(at(arrivals, sec)).toBeCloseTo(factor, 6)
})

test('between two of its 24 lines a day is never further from a cosine than a line has to be', () => {
  const { arrivals } = loadOf('{ period: 120s, low: 20%, peakAt: 17s }')
  for (let sec = -10; sec <= 240; sec += 0.7) {
    const cosine = 0.2 + (0.8 * (1 + Math.cos((2 * Math.PI * (sec - 17)) / 120))) / 2
    expect(Math.abs(at(arrivals, sec) - cosine)).toBeLessThan(0.0036)
  }
})

test('as many arrive as the day says, warm-up included', () => {
  const load = loadOf('{ period: 60s, low: 0% }')
  const times = arrivalTimes(load, 'search', END, new Rng(3))
  const expected = expectedBefore(load.arrivals, 100, END, END)
  // Four days and ten seconds around the lowest of two more: half of the rate, less what those would have had.
  expect(expected).toBeGreaterThan(12_000)
  expect(expected).toBeLessThan(12_500)
  expect(Math.abs(times.length - expected)).toBeLessThan(4 * Math.sqrt(expected))
})

test('a day is said in words', () => {
  expect(arrivalsText(loadOf('{ period: 120s, low: 10%, peakAt: 20s }'))).toBe(
    'a day of 120s: 10% of the rates at its lowest, 100% at 20s and every 120s from there',
  )
})

test.each([
  ['{ period: 120s, low: 100% }', 'the lowest rate is 100% of the rates of this load'],
  ['{ period: 1s }', 'a day of 1s passes 250 times in this run. Write a period of 1.25s or more.'],
  ['{ low: 10% }', '"period" is missing'],
  ['{ period: 24h, high: 2 }', 'unknown key "high"'],
])('a day that cannot be meant is refused (%s)', (diurnal, said) => {
  expect(saidOf(scenario(diurnal)).join()).toContain(said)
})
