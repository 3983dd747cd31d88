import { beforeEach, expect, test } from 'vitest'
import { BASE_STAMP } from '../../../../harness/model/point.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import { encodeChange } from '../../../../harness/worlds/adapters/change-codec.ts'
import type { Feed, FeedSetting, Place } from '../../../../harness/worlds/adapters/kafka-feed.ts'
import { type Gap, Member } from '../../../../harness/worlds/adapters/kafka-member.ts'

const feed = { setting: null as FeedSetting | null, commits: [] as unknown[], closed: 0 }

/** A feed without a broker: the test fetches for it, and it keeps what is committed. */
const openFeed = async (setting: FeedSetting) => {
  feed.setting = setting
  return {
    commit: async (places: unknown) => {
      feed.commits.push(places)
    },
    close: async () => {
      feed.closed++
    },
  } as unknown as Feed
}

const gaps: Gap[] = []
const reported: [string, [number, number][]][] = []

beforeEach(() => {
  feed.commits = []
  feed.closed = 0
  gaps.length = 0
  reported.length = 0
})

async function joined() {
  const member = await Member.join(
    {
      ...{ address: { host: '', port: 0 }, clientId: '', group: 'g', topics: ['t'] },
      sessionTimeoutMs: 3_000,
      onCommitted: (topic, next) => reported.push([topic, [...next]]),
      onGap: (gap) => gaps.push(gap),
    },
    openFeed,
  )
  return { member, pushed: feed.setting as FeedSetting }
}

const value = encodeChange(
  { id: 1, row: -1, write: 1, stamp: BASE_STAMP, deleted: true, origin: 'us' },
  () => new Float32Array(0),
).value

/** Offsets `first` to `next` - 1 of one partition, the last `without` of them without a record. */
const fetched = (partition: number, first: number, next: number, without = 0) => ({
  ...{ topic: 't', partition, first, next },
  records: Array.from({ length: next - first - without }, (_, i) => ({
    ...{ offset: first + i, value, stampMs: 0 },
  })),
})
const offsets = (places: unknown) => (places as Place[]).map(({ offset }) => offset)

test('only what was polled is committed, and once', async () => {
  const { member, pushed } = await joined()
  pushed.onFetched(fetched(0, 0, 10))
  await member.commit()
  expect(feed.commits).toEqual([])
  await member.poll(4, 0)
  await member.commit()
  await member.commit()
  expect(feed.commits.map(offsets)).toEqual([[4]])
  pushed.onFetched(fetched(0, 10, 20))
  await member.commit()
  expect(feed.commits).toHaveLength(1)
  expect(reported).toEqual([['t', [[0, 4]]]])
})

test('offsets without records are passed with the record before them', async () => {
  const { member, pushed } = await joined()
  pushed.onFetched(fetched(0, 0, 6, 1))
  await member.poll(4, 0)
  await member.commit()
  await member.poll(4, 0)
  pushed.onFetched(fetched(0, 6, 8, 2))
  await member.commit()
  expect(feed.commits.map(offsets)).toEqual([[4], [8]])
})

test('a partition that starts without a commit is reported as it stood at the join', async () => {
  const { member, pushed } = await joined()
  member.begin(
    new Map([
      ['t/0', { committed: 3 as number | undefined, first: 0 }],
      ['t/1', { committed: undefined, first: 2 }],
    ]),
  )
  pushed.onFetched(fetched(0, 3, 5))
  await member.poll(9, 0)
  await member.commit()
  expect(new Map(reported[0]?.[1])).toEqual(
    new Map([
      [0, 5],
      [1, 2],
    ]),
  )
})

test('a poll takes of every partition, in offset order within each', async () => {
  const { member, pushed } = await joined()
  pushed.onFetched(fetched(0, 0, 100))
  pushed.onFetched(fetched(1, 0, 2))
  const records = await member.poll(10, 0)
  expect(records.map(({ partition, offset }) => `${partition}/${offset}`)).toEqual([
    '0/0',
    '0/1',
    '0/2',
    '0/3',
    '0/4',
    '1/0',
    '1/1',
  ])
  expect((await member.poll(3, 0)).map(({ offset }) => offset)).toEqual([5, 6, 7])
})

test('fetching stops while too much waits, and goes on once it is polled', async () => {
  const { member, pushed } = await joined()
  pushed.onFetched(fetched(0, 0, 2_500))
  expect(await pushed.room(5)).toBe(false)
  const room = pushed.room(5_000)
  await member.poll(1_000, 0)
  expect(await room).toBe(true)
})

test('a poll waits for the first record, no longer than it was told', async () => {
  const { member, pushed } = await joined()
  expect(await member.poll(5, 5 * MS)).toEqual([])
  const polled = member.poll(5, 60 * SECOND)
  pushed.onFetched(fetched(2, 7, 9))
  expect((await polled).map(({ offset }) => offset)).toEqual([7, 8])
})

test('after the end of its feed a member rejects, has nothing more to give, and leaves', async () => {
  const { member, pushed } = await joined()
  pushed.onFetched(fetched(0, 0, 10))
  await member.poll(1, 0)
  pushed.onFetched(fetched(1, 0, 10))
  const room = pushed.room(60_000)
  pushed.onEnd(new CallError('the group rebalances', { definite: true }))
  await expect(member.poll(5, SECOND)).rejects.toThrow('the group rebalances')
  await expect(member.commit()).rejects.toThrow('the group rebalances')
  expect(await room).toBe(true)
  expect(feed).toMatchObject({ closed: 1, commits: [] })
})

test('a waiting poll is told of the end', async () => {
  const { member, pushed } = await joined()
  const polled = member.poll(5, 60 * SECOND)
  pushed.onEnd(new CallError('gone', { definite: true }))
  await expect(polled).rejects.toThrow('gone')
})

test('offsets that retention took are told, at the start and on the way', async () => {
  const { member, pushed } = await joined()
  member.begin(new Map([['t/0', { committed: 5, first: 20 }]]))
  pushed.onFetched(fetched(0, 20, 30))
  pushed.onFetched(fetched(0, 30, 31))
  pushed.onFetched(fetched(0, 40, 41))
  expect(gaps).toEqual([
    { group: 'g', topic: 't', partition: 0, from: 5, to: 20 },
    { group: 'g', topic: 't', partition: 0, from: 31, to: 40 },
  ])
})
