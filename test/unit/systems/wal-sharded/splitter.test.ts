import { expect, test } from 'vitest'
import { HotShards, splitAhead } from '../../../../harness/systems/wal-sharded/splitter.ts'

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
