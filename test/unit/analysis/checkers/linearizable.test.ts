import { expect, test } from 'vitest'
import { linearizable } from '../../../../harness/analysis/checkers/linearizable.ts'
import { linearize } from '../../../../harness/analysis/registers/linearization.ts'
import { registersOf } from '../../../../harness/analysis/registers/register.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { busyRegisters } from '../../../support/busy-registers.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const said = (record: RecordScript) => spoken(linearizable(record.facts(), everythingPromised))
const aWrite = () => aRecord().upsert({ op: 1, id: 9, at: SECOND })

test('a fetch from anywhere that finds what was acknowledged before is linearizable', () => {
  const record = aWrite()
    .fetch({ op: 2, id: 9, at: 2 * SECOND, region: 'eu', found: 1 })
    .upsert({ op: 3, id: 9, row: 8, at: 3 * SECOND, region: 'eu' })
    .fetch({ op: 4, id: 9, at: 4 * SECOND, found: 3 })
  expect(said(record)).toMatchObject({ verdict: 'pass', evidence: 1, promised: true })
})

test('a fetch that finds the version before the one that was acknowledged fails', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND })
    .fetch({ op: 3, id: 9, at: 3 * SECOND, region: 'eu', gateway: 'us', from: ['eu'], found: 1 })
  expect(said(record)).toMatchObject({
    verdict: 'fail',
    about: 'promise',
    violations: 1,
    events: [
      {
        sentence:
          'fetch 3 of eu/0, sent to us and answered from eu at ‹3.000 s›, showed upsert 1 of id 9 (us/0 at us, ' +
          'acknowledged at ‹1.001 s›), although upsert 2 of id 9 (us/0 at us, acknowledged at ‹2.001 s›) had taken its ' +
          'place: it was sent at ‹2.000 s›, after the other was acknowledged.',
        lines: [2, 3, 4, 5, 6, 7],
      },
    ],
  })
})

test('an empty fetch after an acknowledged write fails, in the base and outside of it', () => {
  const fresh = aWrite().fetch({ op: 2, id: 9, at: 2 * SECOND, region: 'eu' })
  expect(said(fresh).events[0]?.sentence).toMatch(
    /^fetch 2 .* showed nothing, after upsert 1 .* and no delete since\.$/,
  )
  const ofBase = aRecord()
    .upsert({ op: 1, id: 2, row: 8, at: SECOND })
    .fetch({ op: 2, id: 2, at: 2 * SECOND })
  expect(said(ofBase).verdict).toBe('fail')
})

test('the base version after a write is as old as any', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 2, row: 8, at: SECOND })
    .fetch({ op: 2, id: 2, at: 2 * SECOND, found: 0 })
  expect(said(record)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('two readers may find what is being written in either state, but not go back', () => {
  const writing = () =>
    aRecord()
      .upsert({ op: 1, id: 9, at: SECOND, done: 9 * SECOND })
      .fetch({ op: 2, id: 9, at: 2 * SECOND })
      .fetch({ op: 3, id: 9, at: 3 * SECOND, region: 'eu', found: 1 })
  expect(said(writing()).verdict).toBe('pass')
  const back = writing().fetch({ op: 4, id: 9, at: 4 * SECOND })
  expect(said(back)).toMatchObject({ verdict: 'fail', events: [{ lines: [2, 5, 6, 7, 8, 9] }] })
})

test('a write without an answer may take effect at any time or never, one that failed never', () => {
  const lost = (outcome: 'unknown' | 'fail') =>
    aRecord().upsert({ op: 1, id: 9, at: SECOND, done: 2 * SECOND, outcome })
  const later = { id: 9, at: 3 * SECOND }
  const latest = { id: 9, at: 4 * SECOND }
  expect(said(lost('unknown').fetch({ op: 2, ...later })).verdict).toBe('pass')
  const late = lost('unknown')
    .fetch({ op: 2, ...later })
    .fetch({ op: 3, ...latest, found: 1 })
  expect(said(late).verdict).toBe('pass')
  const gone = lost('unknown')
    .fetch({ op: 2, ...later, found: 1 })
    .fetch({ op: 3, ...latest })
  expect(said(gone).verdict).toBe('fail')
  const failed = said(lost('fail').fetch({ op: 2, ...later, found: 1 }))
  expect(failed.events[0]?.sentence).toContain('showed write 1 of id 9, which no client wrote')
})

test('a version cannot be found before it was sent', () => {
  const record = aRecord()
    .fetch({ op: 1, id: 9, at: SECOND, found: 2 })
    .upsert({ op: 2, id: 9, at: 2 * SECOND })
  expect(said(record)).toMatchObject({ verdict: 'fail', events: [{ lines: [2, 3, 4, 5] }] })
})

test('of two deletes either may be what an empty fetch has seen', () => {
  const deletes = () =>
    aWrite()
      .delete({ op: 2, id: 9, at: 2 * SECOND })
      .upsert({ op: 3, id: 9, row: 8, at: 3 * SECOND, done: 6 * SECOND })
      .delete({ op: 4, id: 9, at: 3 * SECOND, done: 6 * SECOND })
      .fetch({ op: 5, id: 9, at: 4 * SECOND })
  expect(said(deletes()).verdict).toBe('pass')
  expect(said(deletes().fetch({ op: 6, id: 9, at: 7 * SECOND, found: 3 })).verdict).toBe('pass')
  // The write came before the empty fetch or after it: there is only one delete behind it.
  const both = deletes()
    .fetch({ op: 6, id: 9, at: 4 * SECOND + 2 * MS, found: 3 })
    .fetch({ op: 7, id: 9, at: 5 * SECOND })
    .fetch({ op: 8, id: 9, at: 7 * SECOND, found: 3 })
  expect(said(both)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('an answer that calls itself stale or partial is not held against anybody', () => {
  for (const flag of [{ stale: true }, { partial: true }] as const) {
    const record = aWrite().fetch({ op: 2, id: 9, at: 2 * SECOND, region: 'eu', ...flag })
    expect(said(record)).toMatchObject({ verdict: 'unknown', evidence: 0 })
  }
})

test('without fetches of what was written nobody can say', () => {
  expect(said(aWrite())).toMatchObject({ verdict: 'unknown', evidence: 0 })
  const unwritten = aRecord().fetch({ op: 1, id: 2, at: SECOND, found: 0 })
  expect(said(unwritten)).toMatchObject({ verdict: 'unknown', evidence: 0 })
})

test('what is not promised is reported', () => {
  const record = aWrite().fetch({ op: 2, id: 9, at: 2 * SECOND })
  const nothing = { ...everythingPromised, linearizable: null }
  expect(linearizable(record.facts(), nothing)).toMatchObject({ verdict: 'fail', promised: false })
})

test('where it takes more than the effort allows to tell, the id is open and the finding unknown', () => {
  const record = manyDeletesAtOnce(24)
  const [register] = registersOf(record.facts())
  if (!register) throw new Error('no register')
  expect(linearize(register, { left: 100 }).kind).toBe('open')
  const finding = said(record)
  expect(finding).toMatchObject({ verdict: 'unknown', evidence: 1, violations: 0 })
  expect(finding.because).toMatch(/^Nothing contradicts it, but 1 id could not be decided/)
})

/**
 * Deletes that all overlap, empty fetches and full ones in turn among them, and one empty fetch more than deletes can
 * explain: every subset of deletes has to be tried before that is certain.
 */
function manyDeletesAtOnce(deletes: number): RecordScript {
  const record = aRecord()
  let op = 0
  for (let i = 0; i < deletes; i++)
    record.delete({ op: ++op, id: 2, at: SECOND, done: 9 * SECOND, client: `d${i}` })
  for (let i = 0; i <= deletes; i++) {
    const at = 2 * SECOND + i * 10 * MS
    record.upsert({ op: ++op, id: 2, at, done: at + MS })
    record.fetch({ op: ++op, id: 2, at: at + 2 * MS, found: op - 1 })
    record.fetch({ op: ++op, id: 2, at: at + 5 * MS })
  }
  return record
}

test('twenty thousand operations on two hundred ids take about a step each', () => {
  let steps = 0
  const registers = registersOf(busyRegisters(20_000, 200))
  for (const register of registers) {
    const effort = { left: 1_000_000 }
    expect(linearize(register, effort).kind).toBe('explained')
    steps += 1_000_000 - effort.left
  }
  expect(registers).toHaveLength(200)
  expect(steps).toBeGreaterThan(2_000)
  expect(steps).toBeLessThan(60_000)
})
