import { expect, test } from 'vitest'
import { Dictionary, float64s, int32s, Places, uint8s } from '../../../harness/base/column.ts'

test('a column gives back what was put into it, however far it grew', () => {
  const column = int32s()
  for (let i = 0; i < 1000; i++) column.push(-i)
  column.set(7, 2 ** 31 - 1)
  expect(column.length).toBe(1000)
  expect(column.values[999]).toBe(-999)
  expect(column.values[7]).toBe(2 ** 31 - 1)
})

test('a number beyond its type comes back as it is, and so do all others', () => {
  for (const column of [int32s(), uint8s()]) {
    const all = [1, 2 ** 31, 0.5, -(2 ** 40), 2]
    for (const one of all) column.push(one)
    expect(Array.from(all, (_, i) => column.values[i])).toEqual(all)
  }
  expect(() => int32s().push(undefined as never)).toThrow('undefined in a column of numbers')
  const times = float64s()
  times.push(Number.NaN)
  times.push(2 ** 40)
  expect([times.values[0], times.values[1]]).toEqual([Number.NaN, 2 ** 40])
})

test('a dictionary keeps each value once', () => {
  const names = new Dictionary<string>()
  expect(['a', 'b', 'a'].map((name) => names.code(name, name))).toEqual([0, 1, 0])
  expect(names.value(1)).toBe('b')
})

test('a number far beyond all others has a place, and nothing is counted up to it', () => {
  const places = new Places()
  for (const number of [2_000_000_000, 3, -7]) places.set(number, number % 5)
  places.set(3_000_000, 4)
  places.set(3_000_000, 6)
  expect([2_000_000_000, 3, -7, 3_000_000, 4].map((number) => places.of(number))).toEqual([
    0, 3, -2, 6, -1,
  ])
})

test('a number without a place has none, before and beyond those that have', () => {
  const places = new Places()
  places.set(5000, 3)
  expect([places.of(0), places.of(5000), places.of(5001), places.of(10 ** 9)]).toEqual([
    -1, 3, -1, -1,
  ])
})
