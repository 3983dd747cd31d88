import { expect, test } from 'vitest'
import { judge } from '../../../../harness/analysis/limits/judge.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { survivalAnswer } from '../../../../reports/answers.ts'
import { aLimit } from '../../../support/analysis.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

/** A write in the log of `us` and its copies in that of `eu`, by their offsets. */
function carried(record: RecordScript, op: number, logged: number[], copied: number[]) {
  const hop = { type: 'hop', write: op, id: op, partition: op % 4 } as const
  record.upsert({ op, id: op, at: op * SECOND })
  for (const offset of logged)
    record.say({ ...hop, t: op * SECOND, hop: 'logged', region: 'us', offset })
  for (const offset of copied)
    record.say({ ...hop, t: (op + 1) * SECOND, hop: 'mirrored', region: 'eu', from: 'us', offset })
  return record
}

const limit = aLimit({
  metric: 'mirror-duplicates',
  stat: { kind: 'value' },
  bound: 'at-most',
  value: 0,
})
const limited = () => aRecord({ limits: [limit] })
const repeats = (record: RecordScript) =>
  record.analysis().metrics.filter(({ metric }) => metric === 'mirror-duplicates')
const verdict = (record: RecordScript) => judge(record.analysis()).limits[0]

test('copies beyond the first of a record are counted, of all and of each link', () => {
  const record = carried(
    carried(carried(limited(), 1, [7], [3]), 2, [8], [4, 6]),
    3,
    [9],
    [5, 7, 8],
  )
  expect(repeats(record)).toEqual([
    { metric: 'mirror-duplicates', unit: 'count', count: 6, value: 3 },
    { metric: 'mirror-duplicates', unit: 'count', link: 'us>eu', count: 6, value: 3 },
  ])
  expect(verdict(record)).toMatchObject({ verdict: 'fail', measured: 3, count: 6 })
  expect(survivalAnswer(record.analysis())).toContain(
    'of 6 copies that mirrors made 3 were there already',
  )
})

test('a copy that was seen twice at one offset was made once', () => {
  const record = carried(limited(), 1, [7], [3, 3])
  expect(repeats(record)[0]).toMatchObject({ count: 2, value: 0 })
  expect(verdict(record)).toMatchObject({ verdict: 'pass', measured: 0 })
  expect(survivalAnswer(record.analysis())).not.toContain('copies')
  expect(repeats(carried(limited(), 1, [7], [3, 4, 4]))[0]).toMatchObject({ count: 3, value: 1 })
})

test('what appears twice in the origin’s log may stand twice in its copy', () => {
  expect(repeats(carried(limited(), 1, [7, 9], [3, 4]))[0]).toMatchObject({ value: 0 })
  expect(repeats(carried(limited(), 1, [7, 9], [3, 4, 5]))[0]).toMatchObject({ value: 1 })
})

test('copies in different regions are not copies of each other', () => {
  const record = carried(aRecord({ regions: ['us', 'eu', 'ap'], limits: [limit] }), 1, [7], [3])
  record.say({
    ...{ type: 'hop', t: 2 * SECOND, hop: 'mirrored', region: 'ap', from: 'us' },
    ...{ write: 1, id: 1, partition: 1, offset: 8 },
  })
  expect(repeats(record).map(({ link, value }) => [link, value])).toEqual([
    [undefined, 0],
    ['us>eu', 0],
    ['us>ap', 0],
  ])
})

test('where no copy was seen nothing is known of duplicates', () => {
  const record = carried(limited(), 1, [7], [])
  expect(repeats(record)).toEqual([])
  expect(verdict(record)).toMatchObject({ verdict: 'unknown', count: 0 })
})
