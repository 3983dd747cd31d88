import { expect, test } from 'vitest'
import type { StoredPoint } from '../../../../harness/model/point.ts'
import { HotCache } from '../../../../harness/systems/gossip-quorum/local-reads.ts'

const aPoint = (id: number): StoredPoint => ({
  id,
  row: id,
  write: 1,
  stamp: { wallUs: 1, counter: 0, origin: 'us' },
  deleted: false,
})

function aCache({ size = 2, ttlUs = 100 } = {}) {
  const time = { us: 0 }
  const clock = {
    wall: () => time.us,
    elapsed: () => time.us,
    sleep: async () => {},
    within: <T>(_us: number, work: Promise<T>) => work,
  }
  return { cache: new HotCache(clock, { size, ttlUs }), time }
}

test('what is kept has an age, and is gone when that is over its time', () => {
  const { cache, time } = aCache()
  cache.put(aPoint(1))
  time.us = 100
  expect(cache.get(1)).toEqual({ point: aPoint(1), ageUs: 100 })
  time.us = 101
  expect(cache.get(1)).toBeUndefined()
})

test('the one used longest ago makes room', () => {
  const { cache } = aCache()
  cache.put(aPoint(1))
  cache.put(aPoint(2))
  cache.get(1)
  cache.put(aPoint(3))
  expect([1, 2, 3].map((id) => cache.get(id)?.point.id)).toEqual([1, undefined, 3])
})

test('a changed point is forgotten, and without a time to live nothing is kept', () => {
  const { cache } = aCache()
  cache.put(aPoint(1))
  cache.changed(1)
  expect(cache.get(1)).toBeUndefined()
  const { cache: off } = aCache({ ttlUs: 0 })
  off.put(aPoint(1))
  expect(off.get(1)).toBeUndefined()
})
