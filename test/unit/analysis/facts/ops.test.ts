import { expect, test } from 'vitest'
import { Hops } from '../../../../harness/analysis/facts/hops.ts'
import { Ops } from '../../../../harness/analysis/facts/ops.ts'
import type { HopEvent, OpEnd, OpStart } from '../../../../harness/model/record.ts'

const start: OpStart = {
  ...{ type: 'op.start', t: 2_000, op: 7, kind: 'search', client: 'us/3' },
  ...{ region: 'us', gateway: 'us', intended: 1_990, query: 4, k: 2 },
}

const end: OpEnd = {
  ...{ type: 'op.end', t: 5_000, op: 7, outcome: 'ok', gateway: 'eu', attempts: 2 },
  ...{ ids: [11, 12, 13], writes: [0, 5], cacheAge: 12.5, from: ['eu', 'ap'] },
  ...{ stale: true, partial: true, shards: { asked: [0, 1], answered: [1] } },
}

/** What an operation has of which the record says nothing. */
const unsaid = {
  ...{ closed: false, done: null, outcome: null, error: '', shed: null, query: -1, k: -1, id: -1 },
  ...{ row: -1, ids: [], writes: [], cacheAge: null, from: null, stale: false, partial: false },
  ...{ retriedUs: [], shards: null, endLine: 0 },
}

const fields = ['op', 'kind', 'client', 'region', 'gateway', 'asked', 'retriedUs'] as const
const times = ['intended', 'closed', 'dispatched', 'done', 'outcome', 'error', 'shed'] as const
const others = ['query', 'k', 'id', 'row'] as const
const answer = ['ids', 'writes', 'cacheAge', 'from', 'stale', 'partial', 'shards'] as const

const told = (ops: Ops, op: number) => {
  const row = ops.of(op)
  if (!row) return undefined
  const names = [...fields, ...times, ...others, ...answer, 'line', 'endLine'] as const
  return Object.fromEntries(names.map((name) => [name, row[name]]))
}

const begun = { op: 7, kind: 'search', client: 'us/3', region: 'us', intended: 1_990 }

test('an operation that runs has no end', () => {
  const ops = new Ops()
  ops.start(start, 3)
  const here = { gateway: 'us', asked: ['us'], dispatched: 2_000, query: 4, k: 2, line: 3 }
  expect(told(ops, 7)).toEqual({ ...unsaid, ...begun, ...here })
  expect(told(ops, 6)).toBeUndefined()
})

test('every field of an answer is there, after a second attempt elsewhere', () => {
  const ops = new Ops()
  ops.start({ ...start, closed: true }, 3)
  expect(ops.retry({ type: 'op.try', t: 3_000, op: 7, attempt: 2, gateway: 'eu' })).toBe(true)
  expect(ops.end(end, 9)).toBe(true)
  const { ids, writes, cacheAge, from, shards } = end
  expect(told(ops, 7)).toEqual({
    ...{ ...unsaid, ...begun, closed: true, gateway: 'eu', asked: ['us', 'eu'] },
    retriedUs: [3_000],
    ...{ dispatched: 2_000, done: 5_000, outcome: 'ok', query: 4, k: 2 },
    ...{ ids, writes, cacheAge, from, shards, stale: true, partial: true, line: 3, endLine: 9 },
  })
})

test('a failure says why, and a write which point', () => {
  const ops = new Ops()
  ops.start({ ...start, kind: 'upsert', query: undefined, k: undefined, id: 8, row: 6 }, 3)
  ops.end(
    { type: 'op.end', t: 4_000, op: 7, outcome: 'fail', gateway: 'us', attempts: 1, error: 'no' },
    4,
  )
  expect(told(ops, 7)).toEqual({
    ...{ ...unsaid, ...begun, kind: 'upsert', id: 8, row: 6, gateway: 'us', asked: ['us'] },
    ...{ dispatched: 2_000, done: 4_000, outcome: 'fail', error: 'no', line: 3, endLine: 4 },
  })
})

test('what was shed was asked of nobody', () => {
  const ops = new Ops()
  ops.drop({ ...start, type: 'op.shed', kind: 'delete', id: 8, reason: 'in-flight cap' }, 5)
  expect(told(ops, 7)).toEqual({
    ...{ ...unsaid, ...begun, kind: 'delete', id: 8, gateway: 'us', asked: [] },
    ...{ dispatched: null, shed: 'in-flight cap', line: 5 },
  })
})

test('operations come in the order in which they began, each with its own answer', () => {
  const ops = new Ops()
  for (const op of [3, 1, 2]) ops.start({ ...start, op }, op)
  for (const op of [2, 3, 1]) ops.end({ ...end, op, ids: [op], writes: [op, op] }, 10 + op)
  expect(Array.from(ops, ({ op, ids, writes, endLine }) => [op, ids, writes, endLine])).toEqual([
    [3, [3], [3, 3], 13],
    [1, [1], [1, 1], 11],
    [2, [2], [2, 2], 12],
  ])
  expect(ops.end({ ...end, op: 99 }, 1)).toBe(false)
})

test('a hop gives back every field, and nothing that it did not have', () => {
  const hops = new Hops()
  const bare: HopEvent = { type: 'hop', t: 9, hop: 'visible', region: 'eu', write: 0, id: 2 ** 30 }
  const full: HopEvent = {
    ...{ type: 'hop', t: 3e9, hop: 'mirrored', region: 'eu', write: 4, id: 0, from: 'us' },
    ...{ partition: 0, offset: 2 ** 40, incarnation: 0, shard: 0, tie: true, dropped: true },
  }
  hops.add(bare, 1)
  hops.add(full, 2)
  const names = ['type', 't', 'hop', 'region', 'write', 'id', 'from', 'partition'] as const
  const more = ['offset', 'incarnation', 'shard', 'tie', 'dropped', 'line'] as const
  const read = (at: number) =>
    Object.fromEntries([...names, ...more].map((name) => [name, hops.at(at)[name]]))
  expect(read(0)).toEqual({ ...bare, line: 1 })
  expect(read(1)).toEqual({ ...full, line: 2 })
})
