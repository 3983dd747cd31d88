import { expect, test } from 'vitest'
import { seedsOf } from '../../../../harness/experiments/campaign/seeds.ts'

test('seeds are written as a range, as a list, or as both', () => {
  expect(seedsOf('1..5')).toEqual([1, 2, 3, 4, 5])
  expect(seedsOf('1,5,9')).toEqual([1, 5, 9])
  expect(seedsOf('3..5, 4, 42')).toEqual([3, 4, 5, 42])
  expect(seedsOf('7..7')).toEqual([7])
})

test.each([
  ['9..1', 'runs backwards'],
  ['1-5', '"1-5" is neither a seed nor a range'],
  ['', 'neither a seed nor a range'],
  ['1,,2', 'neither a seed nor a range'],
  ['1..99999999', 'more than 1000000 seeds'],
  ['9007199254740993', 'past 2^53'],
])('--seeds %s is refused with what to write', (text, why) => {
  expect(() => seedsOf(text)).toThrow(why)
  expect(() => seedsOf(text)).toThrow('Write --seeds 1..1000, or --seeds 1,5,9.')
})
