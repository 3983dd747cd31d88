import { expect, test } from 'vitest'
import { checkers } from '../../../../harness/analysis/checkers/checkers.ts'
import { judge } from '../../../../harness/analysis/limits/judge.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

/** A record that waits in its log for 14 s: the mirror has stopped, or this machine has. */
function silent(record: RecordScript): RecordScript {
  const hop = { type: 'hop', hop: 'logged', region: 'us', write: 1, id: 11 } as const
  record.upsert({ op: 1, id: 11, at: SECOND, done: SECOND + 10 * MS })
  record.say({ ...hop, t: SECOND, partition: 0, offset: 0 })
  record.say({ type: 'mirror', t: 0, from: 'us', to: 'eu', what: 'start' })
  return record
}

/** 200 searches, all as late as this. */
function searches(record: RecordScript, lateUs: number): RecordScript {
  for (let op = 2; op <= 201; op++)
    record.search({ op, intended: 5 * SECOND, at: 5 * SECOND + lateUs })
  return record
}

const analysed = (lateUs: number) => searches(silent(aRecord()), lateUs).analysis()
const findingOf = ({ findings }: ReturnType<typeof analysed>, name: string) =>
  findings.find(({ checker }) => checker === name)

test('silence of a mirror fails a run in time, and one on a machine that could not keep up it only makes no better', () => {
  const inTime = analysed(0)
  expect(findingOf(inTime, 'replication-stopped')?.verdict).toBe('fail')
  expect(judge(inTime).exitCode).toBe(6)
  const late = analysed(353 * MS)
  expect(findingOf(late, 'replication-stopped')).toMatchObject({
    verdict: 'invalid',
    violations: 1,
  })
  expect(findingOf(late, 'replication-stopped')?.because).toMatch(
    /^Not judged: this measures time, and the machine could not keep up. What it saw: Mirrors stopped/,
  )
  expect(judge(late)).toMatchObject({ verdict: 'invalid', exitCode: 3 })
})

test('a finding says what it stands on, and so does every checker', () => {
  for (const { checker, measures } of analysed(0).findings)
    expect(checkers[checker as keyof typeof checkers].measures).toBe(measures)
  const ofTime = Object.entries(checkers).filter(([, { measures }]) => measures === 'time')
  expect(ofTime.map(([name]) => name).sort()).toEqual([
    ...['bounded-staleness', 'faults-confirmed', 'generator-valid', 'links-as-planned'],
    ...['regions-equal', 'replication-stopped'],
  ])
})
