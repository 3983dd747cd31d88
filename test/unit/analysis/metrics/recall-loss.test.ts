import { expect, test } from 'vitest'
import type { Layout } from '../../../../harness/model/layout.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript } from '../../../support/record.ts'

/** Points 0 … 4 stand on a line; a query at 0 wants 0 and 1. */
const recall = (record: RecordScript) =>
  record
    .analysis()
    .metrics.filter(({ metric, phase }) => metric === 'recall' && phase === 'baseline')

function causes(record: RecordScript) {
  const rows = record
    .analysis()
    .metrics.filter(
      ({ metric, value, operation }) => metric === 'recall-loss' && value !== 0 && !operation,
    )
  return Object.fromEntries(rows.map(({ cause, value }) => [cause, value]))
}

test('an exact answer has recall 1 and no loss', () => {
  const record = aRecord().search({
    op: 1,
    at: 5 * SECOND,
    answer: [
      [0, 0],
      [1, 0],
    ],
  })
  expect(recall(record)).toEqual([
    { metric: 'recall', unit: 'ratio', region: 'us', phase: 'baseline', count: 1, low: 1, high: 1 },
  ])
  expect(causes(record)).toEqual({})
})

test('a write in flight leaves an interval: nobody can say whether it should be there', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, row: 0, at: 4 * SECOND, done: 6 * SECOND })
    .search({
      op: 2,
      at: 5 * SECOND,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
  expect(recall(record)).toMatchObject([{ low: 0.5, high: 1 }])
})

test('a returned point whose newer version is far away is no hit', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 1, row: 30, at: 2 * SECOND })
    .search({
      op: 2,
      at: 5 * SECOND,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
  expect(recall(record)).toMatchObject([{ low: 0.5, high: 0.5 }])
})

test('a search that was not answered has no recall, and one with nothing to find none either', () => {
  const unanswered = aRecord().search({ op: 1, at: 5 * SECOND, outcome: 'unknown' })
  const nothing = aRecord({ data: { set: 'line', base: 0 } }).search({ op: 1, at: 5 * SECOND })
  for (const record of [unanswered, nothing]) expect(recall(record)).toEqual([])
})

const aNewPoint = () => aRecord().upsert({ op: 1, id: 9, row: 1, at: 2 * SECOND })
const without = (record: RecordScript, over = {}) =>
  record.search({
    op: 2,
    at: 5 * SECOND,
    k: 3,
    answer: [
      [0, 0],
      [1, 0],
      [2, 0],
    ],
    ...over,
  })

test('replication: the region that answered did not have the version yet', () => {
  const late = aNewPoint().hops(1, 9, 'eu', { applied: 5 * SECOND + 1, visible: 5 * SECOND + 1 })
  expect(causes(without(late, { gateway: 'eu' }))).toEqual({ replication: 1 / 3 })
})

test('visibility: applied, but searches do not see it yet', () => {
  const record = aNewPoint().hops(1, 9, 'us', { applied: 3 * SECOND, visible: 6 * SECOND })
  expect(causes(without(record))).toEqual({ visibility: 1 / 3 })
})

test.each([
  ['unloaded', 'loaded'],
  ['down', 'up'],
] as const)('visibility: the store is away between %s and %s', (from, to) => {
  const away = aNewPoint()
    .everywhere(1, 9, 3 * SECOND)
    .store('us', from, 4 * SECOND)
  expect(causes(without(away.store('us', to, 7 * SECOND)))).toEqual({ visibility: 1 / 3 })
  const back = aNewPoint()
    .everywhere(1, 9, 3 * SECOND)
    .store('us', from, SECOND)
  expect(causes(without(back.store('us', to, 2 * SECOND)))).toEqual({ index: 1 / 3 })
})

test('ghost: a point that is dead elsewhere took the place', () => {
  const record = aRecord()
    .delete({ op: 1, id: 0, at: 2 * SECOND, region: 'eu' })
    .search({
      op: 2,
      at: 5 * SECOND,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
  expect(causes(record)).toEqual({ ghost: 0.5 })
})

test('ghost: it is enough that the place was taken at dispatch', () => {
  const record = aRecord()
    .delete({ op: 1, id: 0, at: 2 * SECOND, region: 'eu' })
    .hops(1, 0, 'us', { applied: 5 * SECOND + 500, visible: 5 * SECOND + 500 })
    .search({
      op: 2,
      at: 5 * SECOND,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
  expect(causes(record)).toEqual({ ghost: 0.5 })
})

test('what searches saw was applied, even if nobody saw that', () => {
  const record = aNewPoint().hops(1, 9, 'us', { visible: 3 * SECOND })
  expect(
    causes(
      without(record, {
        answer: [
          [0, 0],
          [1, 0],
          [3, 0],
        ],
      }),
    ),
  ).toEqual({ index: 1 / 3 })
})

test('index: it was there to be found and was not', () => {
  const record = aNewPoint().everywhere(1, 9, 3 * SECOND)
  expect(
    causes(
      without(record, {
        answer: [
          [0, 0],
          [1, 0],
          [3, 0],
        ],
      }),
    ),
  ).toEqual({ index: 1 / 3 })
})

test('cache comes before all other causes', () => {
  expect(causes(without(aNewPoint(), { gateway: 'eu', cacheAge: 5 }))).toEqual({ cache: 1 / 3 })
})

test('a version applied again is current again', () => {
  const record = aNewPoint()
    .upsert({ op: 3, id: 9, row: 40, at: 3 * SECOND, done: null })
    .hops(1, 9, 'us', { applied: 2 * SECOND, visible: 2 * SECOND })
    .hops(3, 9, 'us', { applied: 3 * SECOND, visible: 3 * SECOND })
    .hops(1, 9, 'us', { applied: 4 * SECOND, visible: 4 * SECOND })
  const state = record.facts().states.get('us')
  expect([1, 2, 3, 4, 9].map((second) => state?.visible(9, second * SECOND))).toEqual([
    -1, 1, 3, 1, 1,
  ])
})

test('an older version returned in place of one that is not there yet is also a stale hit', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 1, row: 0, at: 2 * SECOND, region: 'eu' })
    .search({
      op: 2,
      at: 5 * SECOND,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
  const stale = record.analysis().metrics.find(({ operation }) => operation === 'stale-hit')
  expect(causes(record)).toEqual({ replication: 0.5 })
  expect(stale).toMatchObject({ cause: 'replication', value: 0.5, count: 1 })
})

const sharded: Layout = {
  shards: 2,
  shardOf: (id) => id % 2,
  holders: (id) => (id % 2 === 0 ? ['us', 'eu'] : ['eu']),
  pinned: () => null,
}
function placedCauses(record: RecordScript) {
  const rows = record
    .analysis(everythingPromised, sharded)
    .metrics.filter(
      ({ metric, value, operation }) => metric === 'recall-loss' && value && !operation,
    )
  return Object.fromEntries(rows.map(({ cause, value }) => [cause, value]))
}

test('a point of a shard that did not answer is lost to routing, one of a shard that did is not', () => {
  const search = (answered: number[]) =>
    aRecord().search({
      ...{ op: 1, at: 5 * SECOND, from: ['us', 'eu'] },
      shards: { asked: [0, 1], answered },
      answer: [[0, 0]],
    })
  expect(placedCauses(search([0]))).toEqual({ routing: 0.5 })
  expect(placedCauses(search([0, 1]))).toEqual({ index: 0.5 })
})

test('a point that none of the regions asked is to hold is lost to routing', () => {
  const record = aRecord().search({ op: 1, at: 5 * SECOND, from: ['us'], answer: [[0, 0]] })
  expect(placedCauses(record)).toEqual({ routing: 0.5 })
})

test('what a cache answered is the cache’s loss, whatever else is wrong', () => {
  const record = aRecord().search({
    ...{ op: 1, at: 5 * SECOND, cacheAge: 100, answer: [[0, 0]] },
    shards: { asked: [0], answered: [0] },
  })
  expect(placedCauses(record)).toEqual({ cache: 0.5 })
})

test('a version that one of the stores asked had is not lost to replication', () => {
  const record = (from: string[]) =>
    aRecord()
      .upsert({ op: 1, id: 9, row: 0, at: 2 * SECOND })
      .hops(1, 9, 'eu', { applied: 2 * SECOND, visible: 3 * SECOND })
      .search({ op: 2, at: 5 * SECOND, from, answer: [[0, 0]] })
  expect(causes(record(['us']))).toEqual({ replication: 0.5 })
  expect(causes(record(['us', 'eu']))).toEqual({ index: 0.5 })
})

test('where a shard was asked of one of its holders, nobody says which, the index is blamed only if all had the point', () => {
  const record = (hops: readonly string[]) => {
    const script = aRecord().upsert({ op: 1, id: 10, row: 0, at: 2 * SECOND })
    for (const region of hops)
      script.hops(1, 10, region, { applied: 2 * SECOND, visible: 3 * SECOND })
    return script.search({
      ...{ op: 2, at: 5 * SECOND, from: ['us', 'eu'], answer: [[0, 0]] },
      shards: { asked: [0, 1], answered: [0, 1] },
    })
  }
  expect(placedCauses(record(['us']))).toEqual({ replication: 0.5 })
  expect(placedCauses(record(['us', 'eu']))).toEqual({ index: 0.5 })
})

test('a loss in an answer that is partial, nobody says where, is attributed to nothing', () => {
  const record = aRecord().search({ op: 1, at: 5 * SECOND, partial: true, answer: [[0, 0]] })
  expect(causes(record)).toEqual({ unattributed: 0.5 })
})

test('a point of a shard that did not answer pushes nothing out', () => {
  // Id 7 is at the query, in the shard that did not answer; 0 is missing, and 2 was returned for it.
  const record = aRecord()
    .upsert({ op: 1, id: 7, row: 0, at: 2 * SECOND })
    .everywhere(1, 7, 3 * SECOND)
    .delete({ op: 2, id: 7, at: 4 * SECOND })
    .search({
      ...{ op: 3, at: 5 * SECOND, k: 1, from: ['us', 'eu'], answer: [[2, 0]] },
      shards: { asked: [0, 1], answered: [0] },
    })
  expect(placedCauses(record)).toEqual({ index: 1 })
})
