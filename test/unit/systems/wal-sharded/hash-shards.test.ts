import { expect, test } from 'vitest'
import {
  hashOfId,
  ShardMap,
  shardOfId,
} from '../../../../harness/systems/wal-sharded/hash-shards.ts'

test('the hash of an id is murmur3_32 of its four bytes, little-endian', () => {
  expect(hashOfId(0)).toBe(0x2362f9de)
  expect(hashOfId(0x87654321)).toBe(0xf55b516b)
  expect(hashOfId(0x87654321, 0x5082edee)).toBe(0x2362f9de)
})

test('ids spread evenly over 128 shards by hash, and are neighbours in ranges', () => {
  const sharding = { map: 'murmur3' as const, shards: 128, rangeIds: 100 }
  const counts = new Array<number>(128).fill(0)
  for (let id = 0; id < 12_800; id++) counts[shardOfId(id, sharding)]!++
  expect(Math.min(...counts)).toBeGreaterThan(60)
  expect(Math.max(...counts)).toBeLessThan(150)
  expect(shardOfId(199, { ...sharding, map: 'range' })).toBe(1)
})

test('a split holds from one offset of each partition on, and divides the ids of its shard only', () => {
  const map = new ShardMap({ map: 'range', shards: 4, rangeIds: 100 })
  map.add({ shard: 0, ways: 8, from: { us: [10, 20] } })
  const lane = (id: number, partition: number, offset: number) =>
    map.lane(id, { origin: 'us', partition, offset }).lane
  expect(lane(1, 0, 9)).toBe('0')
  expect(lane(1, 0, 10)).toMatch(/^0\/\d$/)
  expect(lane(1, 1, 19)).toBe('0')
  expect(lane(1, 1, 20)).toBe(lane(1, 0, 10))
  expect(lane(150, 0, 99)).toBe('1')
  const nodes = new Set(Array.from({ length: 100 }, (_, id) => lane(id, 0, 10)))
  expect(nodes.size).toBe(8)
})
