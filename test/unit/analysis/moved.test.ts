import { expect, test } from 'vitest'
import type { Layout } from '../../../harness/model/layout.ts'
import { SECOND, type Us } from '../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript } from '../../support/record.ts'

/** Points 0 … 4 stand on a line, two shards of one region; shards 2 and 3 are those of a re-balance. */
const twoShards: Layout = {
  shards: 4,
  shardOf: (id) => id % 2,
  holders: () => ['us', 'eu'],
  pinned: () => null,
}

/** A query at 0 wants 0 and 1 and gets 0 alone. */
const search = (record: RecordScript, answered: number[]) =>
  record.search({
    ...{ op: 2, at: 5 * SECOND, done: 6 * SECOND, answer: [[0, 0]] },
    shards: { asked: answered, answered },
  })

function causes(record: RecordScript, layout = twoShards) {
  const rows = record
    .analysis(everythingPromised, layout)
    .metrics.filter(
      ({ metric, value, operation }) => metric === 'recall-loss' && value && !operation,
    )
  return Object.fromEntries(rows.map(({ cause, value }) => [cause, value]))
}

/** Point 1 is put into another shard, and searches see it there a tenth of a second later. */
const moved = (at: Us, shard = 3) =>
  aRecord()
    .say({ type: 'hop', t: at, hop: 'applied', region: 'us', write: 0, id: 1, shard })
    .say({ type: 'hop', t: at + SECOND / 10, hop: 'visible', region: 'us', write: 0, id: 1 })

test('a point that was moved is lost to routing if the shard it was moved to was not asked', () => {
  expect(causes(search(moved(4 * SECOND), [0, 1, 2]))).toEqual({ routing: 0.5 })
  expect(causes(search(moved(4 * SECOND), [0, 2, 3]))).toEqual({ index: 0.5 })
})

test('until searches see it in its new shard, it is to be found in the one before', () => {
  expect(causes(search(moved(7 * SECOND), [0, 1, 2]))).toEqual({ index: 0.5 })
  expect(causes(search(moved(7 * SECOND), [0, 2, 3]))).toEqual({ routing: 0.5 })
})

test('a point that moves while a search runs may have left the shard that was asked', () => {
  expect(causes(search(moved(5.2 * SECOND), [0, 1, 2]))).toEqual({ routing: 0.5 })
  expect(causes(search(moved(5.2 * SECOND), [0, 1, 3]))).toEqual({ index: 0.5 })
})

test('a version that comes after the search is not there yet, in the shard it will be in', () => {
  const record = (answered: number[]) =>
    search(
      aRecord()
        .upsert({ op: 1, id: 9, row: 0, at: 2 * SECOND })
        .say({
          type: 'hop',
          t: 8 * SECOND,
          hop: 'applied',
          region: 'us',
          write: 1,
          id: 9,
          shard: 3,
        }),
      answered,
    )
  expect(causes(record([0, 3]))).toEqual({ replication: 0.5 })
  expect(causes(record([0, 1]))).toEqual({ routing: 0.5 })
})

const dropped = () =>
  aRecord()
    .upsert({ op: 1, id: 9, row: 0, at: 2 * SECOND })
    .hops(1, 9, 'us', { applied: 2 * SECOND, visible: 2.1 * SECOND })
    .say({
      type: 'hop',
      t: 3 * SECOND,
      hop: 'applied',
      region: 'us',
      write: 1,
      id: 9,
      dropped: true,
    })
    .hops(1, 9, 'us', { visible: 3.1 * SECOND })

test('a version that a region dropped is in its store no more: it is lost to replication, not to the index', () => {
  const state = dropped().facts().states.get('us')
  expect([2, 3].map((second) => state?.applied(9, second * SECOND))).toEqual([1, -1])
  expect([2.5, 3, 4].map((second) => state?.visible(9, second * SECOND))).toEqual([1, 1, -1])
  expect(causes(search(dropped(), [0, 1]))).toEqual({ replication: 0.5 })
})

test('what was dropped and is brought back is there again, and was not applied twice', () => {
  const back = dropped().hops(1, 9, 'us', { applied: 4 * SECOND, visible: 4.1 * SECOND })
  expect(
    back
      .facts()
      .states.get('us')
      ?.visible(9, 5 * SECOND),
  ).toBe(1)
  const { findings } = back.analysis()
  expect(findings.find(({ checker }) => checker === 'double-apply')?.violations).toBe(0)
})
