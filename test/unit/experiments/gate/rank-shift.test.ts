import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import { rankShift } from '../../../../harness/experiments/gate/rank-shift.ts'

const calm = [[10], [12], [14], [16], [18], [20]]

test('the chance is that of Student’s t on the mean ranks of nights, worked out by hand', () => {
  // Ranks 1 … 6 before, 7 and 8 after: means 3.5 and 7.5, pooled variance (17.5 + 0.5) / 6 = 3, t = 4 / √(3 · (1/6 + 1/2)) = 2.828
  // with 6 degrees of freedom: 0.0150 one-sided (0.0300 two-sided, from a table).
  expect(rankShift(calm, [[30], [31]], 'low')).toBeCloseTo(0.015, 3)
  // How far out a value lies adds nothing.
  expect(rankShift(calm, [[30], [3_100]], 'low')).toBe(rankShift(calm, [[30], [31]], 'low'))
  expect(rankShift(calm, [[30], [31]], 'high')).toBe(1)
  expect(rankShift(calm, [[1], [2]], 'high')).toBeCloseTo(0.015, 3)
})

test('equal values share their rank, nights that repeat themselves differ for a reason, one night tells nothing', () => {
  expect(rankShift([[1], [1], [1]], [[1], [1]], 'low')).toBe(1)
  expect(rankShift([[1], [1], [1]], [[2], [2]], 'low')).toBe(0)
  expect(
    rankShift(
      [
        [1, 5],
        [1, 5],
        [1, 5],
      ],
      [
        [2, 6],
        [2, 6],
      ],
      'low',
    ),
  ).toBe(0)
  expect(rankShift(calm, [[30]], 'low')).toBe(1)
})

test('what the runs of a night have in common counts once, however many runs there are', () => {
  const rng = new Rng(5)
  const busy = Array.from({ length: 20 }, () => 100 + 40 * rng.uniform())
  const nights = (runs: number) =>
    busy.map((level) => Array.from({ length: runs }, (_, i) => level + i / 1_000))
  const chance = (runs: number) =>
    rankShift(nights(runs).slice(0, 18), nights(runs).slice(18), 'low')
  expect(chance(9)).toBeGreaterThan(0.5 * chance(1))
})

test('of nights that are alike no more are called worse than the chance says', () => {
  const rng = new Rng(77)
  const night = () => Array.from({ length: 3 }, () => rng.uniform() ** 4)
  let wrong = 0
  for (let i = 0; i < 2_000; i++) {
    const nights = Array.from({ length: 22 }, night)
    if (rankShift(nights.slice(0, 20), nights.slice(20), 'low') < 0.02) wrong++
  }
  // 40 are expected, with a standard deviation of 6.3.
  expect(wrong).toBeLessThan(40 + 3 * 6.3)
  expect(wrong).toBeGreaterThan(40 - 4 * 6.3)
})
