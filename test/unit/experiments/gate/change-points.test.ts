import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { changePoints, type Detecting } from '../../../../harness/experiments/gate/change-points.ts'

const usual: Detecting = { scale: 'relative', maxP: 0.001, leastChange: 0.05, window: 50 }
const indexes = (values: readonly number[], over: Partial<Detecting> = {}) =>
  changePoints(values, { ...usual, ...over }).map(({ index }) => index)

/** Published with Apache Otava (tests/tigerbeetle_test.py): throughput of TigerBeetle, an outlier at 10 among it. */
const published: number[] = JSON.parse(
  readFileSync(new URL('./published-series.json', import.meta.url), 'utf8'),
)

test('the series published with Otava has the two change points that are published with it', () => {
  expect(indexes(published, { window: 30, maxP: 0.01 })).toEqual([15, 71])
  expect(indexes(published, { window: 30, maxP: 0.05 })).toEqual([15, 71])
})

test('a change is found where it is, with its levels, and noise and one outlier are none', () => {
  const noisy = (level: number, i: number) => level * (1 + 0.03 * Math.sin(i * 2.4))
  const flat = Array.from({ length: 40 }, (_, i) => noisy(100, i))
  expect(indexes(flat)).toEqual([])
  expect(indexes(flat.map((value, i) => (i === 20 ? 3 * value : value)))).toEqual([])
  const stepped = flat.map((value, i) => (i < 25 ? value : value * 1.2))
  const [point] = changePoints(stepped, usual)
  expect(point?.index).toBe(25)
  expect(point?.change).toBeCloseTo(0.2, 1)
  expect(indexes(stepped, { leastChange: 0.3 })).toEqual([])
})

test('a series that repeats itself to the bit changes where it changes, and nowhere else', () => {
  expect(indexes(Array(20).fill(5))).toEqual([])
  expect(indexes([...Array(10).fill(5), ...Array(3).fill(6)])).toEqual([10])
  expect(indexes([])).toEqual([])
  expect(indexes([1])).toEqual([])
})
