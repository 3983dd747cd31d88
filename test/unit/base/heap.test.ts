import { expect, test } from 'vitest'
import { Heap } from '../../../harness/base/heap.ts'

const numbers = (): Heap<number> => new Heap<number>((a, b) => a < b)

test('an empty heap has nothing to give', () => {
  const heap = numbers()
  expect([heap.size, heap.peek(), heap.pop()]).toEqual([0, undefined, undefined])
})

test('a heap gives the smallest first, repeated values as often as they were pushed', () => {
  const heap = numbers()
  for (const value of [5, 1, 4, 1, 5, 9, 2, 6]) heap.push(value)
  expect(Array.from({ length: 8 }, () => heap.pop())).toEqual([1, 1, 2, 4, 5, 5, 6, 9])
  expect(heap.size).toBe(0)
})

test('peek shows the next pop and takes nothing', () => {
  const heap = numbers()
  for (const value of [3, 2]) heap.push(value)
  expect([heap.peek(), heap.size, heap.pop(), heap.peek()]).toEqual([2, 2, 2, 3])
})
