import { expect, test } from 'vitest'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord } from '../../../support/record.ts'

const s = (seconds: number) => seconds * SECOND
const versionsOf = (record: ReturnType<typeof aRecord>) => record.facts().versions
const writesOf = (found: { write: number }[]) =>
  found.map(({ write }) => write).sort((a, b) => a - b)

test('the base is there from the start: id = row, write 0', () => {
  const versions = versionsOf(aRecord())
  expect(versions.get(3, 0)).toMatchObject({ row: 3, inv: -1, ack: -1, op: null })
  expect(versions.get(5, 0)).toBeUndefined()
})

test('a write may be current from its invocation, the one before it until the acknowledgement', () => {
  const record = aRecord().upsert({ op: 1, id: 2, row: 9, at: s(2), done: s(4) })
  const versions = versionsOf(record)
  const at = (us: number) => writesOf(versions.candidates(2, us, us))
  expect([at(s(2) - 1), at(s(2)), at(s(4) - 1), at(s(4))]).toEqual([[0], [0, 1], [0, 1], [1]])
})

test('a read is held against all its length', () => {
  const versions = versionsOf(aRecord().upsert({ op: 1, id: 2, row: 9, at: s(2), done: s(4) }))
  expect(writesOf(versions.candidates(2, s(1), s(3)))).toEqual([0, 1])
  expect(writesOf(versions.candidates(2, s(1), s(9)))).toEqual([0, 1])
})

test('overlapping writes stay uncertain until a later one is acknowledged', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: s(2), done: s(4) })
    .upsert({ op: 2, id: 9, at: s(3), done: s(5) })
    .upsert({ op: 3, id: 9, at: s(8), done: s(9) })
  const versions = versionsOf(record)
  expect(writesOf(versions.candidates(9, s(7), s(7)))).toEqual([1, 2])
  expect(writesOf(versions.candidates(9, s(9), s(9)))).toEqual([3])
})

test('a write without an answer may appear at any time, one that failed never', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: s(2), outcome: 'unknown' })
    .upsert({ op: 2, id: 9, at: s(3), outcome: 'fail' })
    .upsert({ op: 3, id: 9, at: s(4), done: s(5) })
  const versions = versionsOf(record)
  expect(writesOf(versions.candidates(9, s(9), s(9)))).toEqual([1, 3])
  expect(versions.get(9, 2)).toBeUndefined()
})

test('of a key written 300 times only the last versions are looked at, and they are the right ones', () => {
  const record = aRecord()
  for (let op = 1; op <= 300; op++) {
    const at = s(1) + op * 10_000
    record.upsert({ op, id: 1, row: op, at, done: at + 9000 })
  }
  const versions = versionsOf(record)
  const at = (us: number) => writesOf(versions.candidates(1, us, us))
  expect(at(s(1) + 1_509_500)).toEqual([150])
  expect(at(s(1) + 1_505_000)).toEqual([149, 150])
  const [current] = versions.candidates(1, s(1) + 1_509_500, s(1) + 1_509_500)
  expect(current && versions.certain(current, s(1) + 1_509_500, s(1) + 1_509_500)).toBe(true)
})

test('rows know all versions that carry their vector', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, row: 3, at: s(2) })
    .upsert({ op: 2, id: 8, row: 3, at: s(2) })
  const holders = versionsOf(record).holders(3)
  expect(holders?.map(({ id, write }) => [id, write])).toEqual([
    [3, 0],
    [8, 2],
    [9, 1],
  ])
})
