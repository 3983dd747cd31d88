import { expect, test } from 'vitest'
import { sequential } from '../../../../harness/analysis/checkers/sequential.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const said = (record: RecordScript) => spoken(sequential(record.facts(), everythingPromised))

/** Two writes at once, and who was shown which, in order. */
function twoWrites(shown: Record<string, (number | null)[]>): RecordScript {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .upsert({ op: 2, id: 9, row: 8, at: SECOND, region: 'eu' })
  let op = 2
  for (const [client, writes] of Object.entries(shown))
    for (const [i, found] of writes.entries())
      record.fetch({ op: ++op, id: 9, at: (2 + i) * SECOND, client, found })
  return record
}

test('clients that are shown two writes in one order can agree, however late one of them is', () => {
  const finding = said(twoWrites({ c: [1, 2, 2], d: [null, 1, 1] }))
  expect(finding).toMatchObject({ verdict: 'pass', evidence: 1, promised: true })
})

test('two clients that are shown two writes in opposite orders fail', () => {
  expect(said(twoWrites({ c: [1, 2], d: [2, 1] }))).toMatchObject({
    verdict: 'fail',
    violations: 1,
    events: [
      {
        sentence: expect.stringMatching(
          /^Of id 9 [cd] met upsert [12] .* \(fetch \d\) before upsert [12] .* \(fetch \d\); [cd] met .*\.$/,
        ),
        lines: expect.arrayContaining([6, 7, 8, 9, 10, 11, 12, 13]),
      },
    ],
  })
})

test('a client that is shown nothing after something, where nothing was deleted, fails', () => {
  expect(said(twoWrites({ c: [1, null] })).verdict).toBe('fail')
  const ofBase = aRecord()
    .upsert({ op: 1, id: 2, row: 8, at: SECOND })
    .fetch({ op: 2, id: 2, at: 2 * SECOND, client: 'c' })
  expect(said(ofBase).events[0]?.sentence).toContain('showed nothing before id 2 was ever deleted')
})

test('the own write comes before what its client does next, if it was answered', () => {
  const own = (outcome: 'ok' | 'unknown') =>
    aRecord()
      .upsert({ op: 1, id: 9, at: SECOND, client: 'c', outcome })
      .fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c' })
      .fetch({ op: 3, id: 9, at: 3 * SECOND, client: 'd', found: 1 })
  expect(said(own('ok')).verdict).toBe('fail')
  expect(said(own('unknown')).verdict).toBe('pass')
})

test('empty fetches are explained by any delete that fits', () => {
  const record = (last: number | null) =>
    aRecord()
      .delete({ op: 1, id: 2, at: SECOND })
      .upsert({ op: 2, id: 2, row: 8, at: 2 * SECOND })
      .delete({ op: 3, id: 2, at: 3 * SECOND, region: 'eu' })
      .fetch({ op: 4, id: 2, at: 4 * SECOND, client: 'c' })
      .fetch({ op: 5, id: 2, at: 5 * SECOND, client: 'c', found: 2 })
      .fetch({ op: 6, id: 2, at: 6 * SECOND, client: 'c' })
      .fetch({ op: 7, id: 2, at: 7 * SECOND, client: 'c', found: last })
  expect(said(record(null)).verdict).toBe('pass')
  expect(said(record(2)).verdict).toBe('fail')
})

test('the base version comes before all others', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 2, row: 8, at: SECOND })
    .fetch({ op: 2, id: 2, at: 2 * SECOND, client: 'c', found: 1 })
    .fetch({ op: 3, id: 2, at: 3 * SECOND, client: 'c', found: 0 })
  expect(said(record)).toMatchObject({ verdict: 'fail', events: [{ lines: [4, 5, 6, 7] }] })
})

test('answers flagged stale say nothing, and without any other nobody can tell', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, client: 'c' })
    .fetch({ op: 2, id: 9, at: 2 * SECOND, client: 'c', stale: true })
  expect(said(record)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

test('where which delete was seen takes too long to find out, nobody knows', () => {
  const record = aRecord()
  let op = 0
  for (let i = 0; i < 24; i++) record.delete({ op: ++op, id: 2, at: SECOND, client: `d${i}` })
  for (let i = 0; i < 25; i++) {
    const at = 2 * SECOND + i * 10 * MS
    record.upsert({ op: ++op, id: 2, at, client: 'c' })
    record.fetch({ op: ++op, id: 2, at: at + 2 * MS, client: 'c', found: op - 1 })
    record.fetch({ op: ++op, id: 2, at: at + 5 * MS, client: 'c' })
  }
  expect(said(record)).toMatchObject({ verdict: 'unknown', evidence: 1, violations: 0 })
})
