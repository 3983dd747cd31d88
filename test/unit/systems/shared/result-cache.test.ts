import { expect, test } from 'vitest'
import type { Hit } from '../../../../harness/ports/store.ts'
import { ResultCache } from '../../../../harness/systems/shared/result-cache.ts'

const SECOND = 1_000_000
/** Two dimensions: queries and rows are angles in tenths of a right angle. */
const at = (tenths: number) => {
  const angle = (tenths / 10) * (Math.PI / 2)
  return Int8Array.from([Math.round(127 * Math.cos(angle)), Math.round(127 * Math.sin(angle))])
}
const space = { dim: 2, base: 0, row: at, query: at }
const hits: Hit[] = [
  { id: 1, write: 0, distance: 0.01 },
  { id: 2, write: 0, distance: 0.1 },
]

function aCache(over: { size?: number; invalidate?: boolean } = {}) {
  const state = { us: 10 * SECOND }
  const clock = {
    wall: () => state.us,
    elapsed: () => state.us,
    sleep: async () => {},
    within: <T>(_us: number, work: Promise<T>) => work,
  }
  const knobs = { ttlUs: 5 * SECOND, size: 10, invalidate: true, ...over }
  const cache = new ResultCache(clock, space, knobs)
  return { cache, state, put: (query: number) => cache.put(query, 2, hits, state.us) }
}

test('an answer is given again with its age, until its time is over', () => {
  const { cache, state, put } = aCache()
  put(0)
  state.us += 2 * SECOND
  expect(cache.get(0, 2)).toEqual({ hits, ageUs: 2 * SECOND })
  expect(cache.get(0, 5)).toBeUndefined()
  state.us += 4 * SECOND
  expect(cache.get(0, 2)).toBeUndefined()
})

test('the answer used longest ago makes room', () => {
  const { cache, put } = aCache({ size: 2 })
  put(0)
  put(5)
  cache.get(0, 2)
  put(9)
  expect(cache.get(0, 2)).toBeDefined()
  expect(cache.get(5, 2)).toBeUndefined()
})

test('a change of a point in the answer drops it, and so does a point that would come into it', () => {
  const { cache, put } = aCache()
  put(0)
  put(9)
  cache.changed({ id: 1, row: 5, deleted: false })
  expect(cache.get(0, 2)).toBeUndefined()
  expect(cache.get(9, 2)).toBeUndefined()
  const other = aCache()
  other.put(0)
  other.put(9)
  other.cache.changed({ id: 7, row: 1, deleted: false })
  expect(other.cache.get(0, 2)).toBeUndefined()
  expect(other.cache.get(9, 2)).toBeDefined()
})

test('a point far away, or the delete of one, drops nothing', () => {
  const { cache, put } = aCache()
  put(0)
  cache.changed({ id: 7, row: 9, deleted: false })
  cache.changed({ id: 8, row: -1, deleted: true })
  expect(cache.get(0, 2)).toBeDefined()
})

test('an answer that may not show a change yet is not kept', () => {
  const { cache, state, put } = aCache()
  cache.changed({ id: 7, row: 0, deleted: false })
  state.us += SECOND / 2
  put(0)
  expect(cache.get(0, 2)).toBeUndefined()
  state.us += SECOND
  put(0)
  expect(cache.get(0, 2)).toBeDefined()
})

test('without invalidation only time drops an answer', () => {
  const { cache, put } = aCache({ invalidate: false })
  put(0)
  cache.changed({ id: 1, row: 0, deleted: false })
  expect(cache.get(0, 2)).toBeDefined()
})
