import { expect, test } from 'vitest'
import type { Change } from '../../../harness/model/point.ts'
import { CallError } from '../../../harness/ports/errors.ts'
import { hashOfId, ShardMap, shardOfId } from '../../../harness/systems/wal-sharded/hash-shards.ts'
import { HotShards, splitAhead } from '../../../harness/systems/wal-sharded/hot-shards.ts'
import { Lanes } from '../../../harness/systems/wal-sharded/lanes.ts'
import { SharedAsks } from '../../../harness/systems/wal-sharded/shared-asks.ts'

const aChange = (write: number): Change => ({
  ...{ id: write, row: 1, write, deleted: false, origin: 'us' },
  stamp: { wallUs: write, counter: 0, origin: 'us' },
})

const aClock = () => {
  const state = { us: 0 }
  return {
    state,
    clock: {
      wall: () => state.us,
      elapsed: () => state.us,
      sleep: async (us: number) => {
        state.us += us
      },
      within: <T>(_us: number, work: Promise<T>) => work,
    },
  }
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Lanes whose calls end when the test says so. */
function someLanes(batch: number) {
  const { clock } = aClock()
  const calls: { writes: number[]; end: (error?: Error) => void }[] = []
  const lanes = new Lanes(
    clock,
    batch,
    (changes) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve())
        calls.push({ writes: changes.map(({ write }) => write), end })
      }),
  )
  return { lanes, calls }
}

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

test('a lane has one call under way and keeps its order; another lane does not wait for it', async () => {
  const { lanes, calls } = someLanes(2)
  for (const write of [1, 2, 3]) void lanes.put('a', aChange(write))
  void lanes.put('b', aChange(9))
  await settled()
  expect(calls.map(({ writes }) => writes)).toEqual([[1], [9]])
  calls[0]?.end()
  await settled()
  expect(calls[2]?.writes).toEqual([2, 3])
  expect(lanes.waiting).toBe(3)
})

test('a call that fails is made again: a lane loses nothing', async () => {
  const { lanes, calls } = someLanes(2)
  const put = lanes.put('a', aChange(1))
  await settled()
  calls[0]?.end(new CallError('store is down', { definite: true }))
  await settled()
  expect(calls[1]?.writes).toEqual([1])
  calls[1]?.end()
  await put
  expect(lanes.waiting).toBe(0)
})

test('a lane that takes over from another waits for what that one has', async () => {
  const { lanes, calls } = someLanes(2)
  void lanes.put('5', aChange(1))
  void lanes.put('5/0', aChange(2), '5')
  await settled()
  expect(calls.map(({ writes }) => writes)).toEqual([[1]])
  calls[0]?.end()
  await settled()
  expect(calls[1]?.writes).toEqual([2])
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

test('the hottest shard of a window is told with its share, and a split begins ahead of what is written meanwhile', () => {
  const { clock, state } = aClock()
  const hot = new HotShards(clock, 5_000_000)
  for (let i = 0; i < 100; i++) hot.count(i < 85 ? 3 : 4, { origin: 'us', partition: 0, offset: i })
  expect(hot.close()).toBeNull()
  state.us = 5_000_000
  const window = hot.close()
  expect(window).toMatchObject({ shard: 3, share: 0.85 })
  // 20 a second for 2 s, and one more.
  expect(
    splitAhead(3, 8, new Map([['us', [100]]]), window?.perSec ?? new Map(), 2_000_000).from,
  ).toEqual({ us: [141] })
})

test('questions to a region are limited, equal ones share an answer, and one that fails is asked again only later', async () => {
  const { clock, state } = aClock()
  const asks = new SharedAsks(clock, 2, 1_000_000)
  let asked = 0
  const answers: ((value: string) => void)[] = []
  const open = () => {
    asked++
    return new Promise<string>((resolve) => answers.push(resolve))
  }
  const first = asks.ask('eu', 'a', open)
  const same = asks.ask('eu', 'a', open)
  const second = asks.ask('eu', 'b', open)
  expect(await asks.ask('eu', 'c', open)).toBeUndefined()
  expect(asked).toBe(2)
  for (const answer of answers) answer('yes')
  expect(await Promise.all([first, same, second])).toEqual(['yes', 'yes', 'yes'])
  const fail = async () => {
    throw new CallError('cut', { definite: false })
  }
  expect(await asks.ask('eu', 'd', fail)).toBeUndefined()
  expect(await asks.ask('eu', 'e', async () => 'yes')).toBeUndefined()
  state.us = 1_000_000
  expect(await asks.ask('eu', 'e', async () => 'yes')).toBe('yes')
})
