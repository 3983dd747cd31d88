import { expect, test } from 'vitest'
import { forecastOf, LEVELS, levelPlan } from '../../../../harness/experiments/capacity/forecast.ts'
import type { CapacityResult } from '../../../../harness/model/capacity.ts'
import { forecastSentence, forecastTable } from '../../../../reports/planning-tables.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'

/** A store that a search takes `search` of, and every write `write` for each of so many regions. */
const factorOf = (times: number, search = 0.1, write = 0.02) => 1 / (search + write * times)
const measured = LEVELS.map((times) => ({ times, factor: factorOf(times) }))
const own = { own: { perSec: 120, searchPerSec: 100 }, regions: 2 } as CapacityResult
const plain = (text: string) => text.replace(/\s/g, ' ')

test('of a store that is known every held-out level is predicted, and so is what was never searched', () => {
  const forecast = forecastOf('regions', measured, { times: 3, count: 6 })
  expect(forecast?.factor).toBeCloseTo(factorOf(3), 9)
  expect(forecast?.worstError).toBeCloseTo(0, 9)
  expect(forecast).toMatchObject({ fits: true, beyond: true })
  expect(forecast?.levels.map(({ count }) => count)).toEqual([1, 2, 3, 4])
})

test('where the line does not hold the error says so, and nobody is told to plan by it', () => {
  // Twice the points on an index that is quick up to some size, and slow beyond.
  const bent = measured.map((one) => (one.times === 2 ? { ...one, factor: one.factor / 2 } : one))
  const forecast = forecastOf('points', bent, { times: 1.8, count: 1_800 })
  if (!forecast) throw new Error('there is one')
  expect(forecast).toMatchObject({ fits: false, beyond: false })
  // By hand: the line through the first three gives factorOf(2), twice what was measured.
  expect(forecast.levels.at(-1)?.error).toBeCloseTo(1, 9)
  expect(plain(forecastSentence(forecast, own))).toMatch(
    /^Forecast for 1,800 points: searches up to .*; no figure to plan by: with a level held out the others are 69 % off \(worst 560 %\)\.$/,
  )
})

test('what is said is the rate of a region and of all, the error, and where it lies beyond the levels', () => {
  const forecast = forecastOf('regions', measured, { times: 3, count: 6 })
  if (!forecast) throw new Error('there is one')
  expect(plain(forecastSentence(forecast, own))).toBe(
    'Forecast for 6 regions: searches up to 313/s a region, 1,875/s together; with each of 4 levels held out in turn the others predict it to 0 % (worst 0 %). It lies beyond what was searched: low confidence.',
  )
  expect(forecastTable(forecast, own).rows).toHaveLength(4)
})

test('two levels are no forecast, nor is a line that ends before', () => {
  expect(forecastOf('regions', measured.slice(0, 2), { times: 3, count: 6 })).toBeNull()
  const falling = [1, 1.5, 2].map((times) => ({ times, factor: 1 / (4 - times) }))
  expect(forecastOf('points', falling, { times: 5, count: 5 })).toBeNull()
})

test('a level has more points, or as many writes as more regions make, and the same searches and fetches', () => {
  const load = aLoad({ searchPerSec: 20, upsertPerSec: 10, deletePerSec: 1, fetchOwn: 0.4 })
  const plan = aPlan({ load: [load], data: { set: 'glosses', base: 300 } })
  expect(levelPlan(plan, 'points', 1.5)).toEqual({ ...plan, data: { set: 'glosses', base: 450 } })
  expect(levelPlan(plan, 'regions', 2).load).toEqual([
    { ...load, upsertPerSec: 20, deletePerSec: 2, fetchOwn: 0.2 },
  ])
})
