import { expect, test } from 'vitest'
import { Sequence } from '../../../../harness/base/histogram.ts'
import { Rng } from '../../../../harness/base/rng.ts'
import {
  type Difference,
  ofEstimates,
  ofGroups,
  ofPairs,
} from '../../../../harness/experiments/compare/difference.ts'
import {
  designEffect,
  quantileEstimate,
  rateEstimate,
  shareEstimate,
} from '../../../../harness/experiments/compare/estimate.ts'
import { holm } from '../../../../harness/experiments/compare/holm.ts'
import { groupsDealt, signFlips } from '../../../../harness/experiments/compare/permutation.ts'
import { beyond, studentT, welch } from '../../../../harness/experiments/student.ts'

const rng = () => new Rng(1)
const exactly = (value: number) => ({ low: value, high: value })

test.each([
  [1, 12.706],
  [2, 4.3027],
  [5, 2.5706],
  [10, 2.2281],
  [19, 2.093],
  [1_000, 1.9623],
])("Student's t at 95 %% with %i degrees of freedom is that of the tables", (freedom, t) => {
  expect(studentT(0.95, freedom)).toBeCloseTo(t, 3)
  expect(beyond(t, freedom)).toBeCloseTo(0.05, 4)
})

test('a part of a degree of freedom does not count, and an endless t is never chance', () => {
  expect(beyond(2, 4.9)).toBe(beyond(2, 4))
  expect(beyond(Number.POSITIVE_INFINITY, 5)).toBe(0)
  expect(welch({ error: 1, freedom: 5 }, { error: 1, freedom: 5 })).toBeCloseTo(10)
  expect(welch({ error: 1, freedom: 5 }, { error: 0, freedom: 5 })).toBeCloseTo(5)
})

test("Holm's own steps: the smallest counts for all, the next for one fewer, and none for less than one before", () => {
  expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
  expect(holm([0.9, 0.8])).toEqual([1, 1])
  expect(holm([])).toEqual([])
})

test("Darwin's plants: 863 of 32,768 ways to give the signs make a sum as large (Fisher 1935, section 21)", () => {
  const eighths = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
  expect(signFlips(eighths, rng()) * 2 ** 15).toBeCloseTo(2 * 863, 6)
})

test('signs of too many pairs to try all are drawn, the same every time, and p is never 0', () => {
  const all = Array.from({ length: 40 }, (_, i) => 1 + i / 100)
  expect(signFlips(all, rng())).toBe(1 / 10_000)
  const mixed = all.map((value, i) => (i % 3 === 0 ? -value : value))
  expect(signFlips(mixed, rng())).toBe(signFlips(mixed, rng()))
})

test('two groups apart are the rarest of all deals; two alike are not rare', () => {
  expect(groupsDealt([1, 2, 3, 4], [5, 6, 7, 8], rng())).toBeCloseTo(2 / 70)
  expect(groupsDealt([1, 8, 3, 6], [2, 7, 4, 5], rng())).toBe(1)
  const far = Array.from({ length: 20 }, (_, i) => i)
  expect(
    groupsDealt(
      far,
      far.map((value) => value + 100),
      rng(),
    ),
  ).toBe(1 / 10_000)
})

test("the difference of two shares has Newcombe's interval (1998, table II, case a: 56/70 - 48/80)", () => {
  const share = (good: number, count: number) => shareEstimate(exactly(good / count), count)
  const { value, shown } = ofEstimates(share(48, 80) as never, share(56, 70) as never)
  expect(value.low).toBeCloseTo(0.2)
  expect(shown.low).toBeCloseTo(0.0524, 4)
  expect(shown.high).toBeCloseTo(0.3339, 4)
})

test('a rate of 100 operations in 10 s has the score interval of their count', () => {
  const found = rateEstimate(exactly(10), 10)
  expect(found?.shown.low).toBeCloseTo(8.2227, 4)
  expect(found?.shown.high).toBeCloseTo(12.1614, 4)
})

function sequence(values: readonly number[]): Sequence {
  const found = new Sequence()
  for (const value of values) found.add(value)
  return found
}

test('values that come in clumps show less of their median than the same values mixed', () => {
  const random = rng()
  const mixed = Array.from({ length: 2_000 }, () => random.int(1_000))
  const clumped = Array.from(
    { length: 2_000 },
    (_, i) => Math.floor(i / 500) * 250 + random.int(250),
  )
  const width = (values: readonly number[]) => {
    const { low, high } = quantileEstimate(sequence(values), 0.5)?.shown ?? { low: 0, high: 0 }
    return high - low
  }
  expect(width(mixed)).toBeLessThan(100)
  expect(width(clumped)).toBeGreaterThan(400)
  expect(
    designEffect(
      mixed.map((value) => (value < 500 ? 1 : 0)),
      20,
    ),
  ).toBeLessThan(2)
  expect(
    designEffect(
      clumped.map((value) => (value < 500 ? 1 : 0)),
      20,
    ),
  ).toBeGreaterThan(50)
})

test('no more is said of a quantile than its values bear', () => {
  expect(quantileEstimate(sequence([1, 2, 3, 4]), 0.5)).toBeNull()
  expect(quantileEstimate(sequence(Array.from({ length: 100 }, (_, i) => i)), 0.99)).toBeNull()
})

const chances = ({ p, rearranged = 0 }: Difference) => Math.max(p, rearranged)

test('pairs cancel what runs of one seed have in common; groups cannot', () => {
  const seeds = [10, 20, 30, 40, 50, 60, 70, 80]
  const a = seeds.map(exactly)
  const b = seeds.map((value, i) => exactly(value + 3 + (i % 3) / 10))
  const pairs = ofPairs(
    a.map((one, i) => [one, b[i] as never] as const),
    rng(),
  )
  expect(pairs.value.low).toBeCloseTo(3.0875)
  expect(chances(pairs)).toBeCloseTo(2 / 2 ** 8)
  expect(chances(ofGroups(a, b, rng()))).toBeGreaterThan(0.5)
})

test('of figures known by both ends the difference is as small as it can have been', () => {
  const a = [1, 2, 3, 4, 5, 6].map((low) => ({ low, high: low + 10 }))
  const b = [5, 6, 7, 8, 9, 10].map((low) => ({ low, high: low + 10 }))
  const pairs = ofPairs(
    a.map((one, i) => [one, b[i] as never] as const),
    rng(),
  )
  expect(pairs.value).toEqual({ low: -6, high: 14 })
  expect(pairs.p).toBe(1)
})
