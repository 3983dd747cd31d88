import { expect, test } from 'vitest'
import { lostWrites } from '../../../../harness/analysis/checkers/lost-writes.ts'
import { overwrittenRealTime } from '../../../../harness/analysis/checkers/overwritten-real-time.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { type Guarantees, promised } from '../../../../harness/model/guarantees.ts'
import { hazardsBut } from '../../../../harness/model/hazard.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../../support/record.ts'

const lost = (record: RecordScript, over: Partial<Guarantees> = {}) =>
  spoken(lostWrites(record.facts(), { ...everythingPromised, ...over }))

test('a write that one region holds at the end is not lost', () => {
  const record = aRecord().upsert({ op: 1, id: 9, at: 2 * SECOND })
  expect(lost(record.scan('us', { 9: 1 }).scan('eu'))).toMatchObject({
    verdict: 'pass',
    evidence: 1,
    promised: true,
    because: 'All 1 acknowledged write survived, or were replaced by later ones.',
  })
})

test('a write of which nothing is left has vanished, and durability promised it', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND })
    .scans()
  expect(lost(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    promised: true,
    events: [
      {
        sentence: 'No region holds upsert 1 of id 9 (us/0 at us, acknowledged at ‹2.001 s›).',
        lines: [2, 3],
      },
    ],
  })
  expect(lost(record, { durability: null })).toMatchObject({ verdict: 'fail', promised: false })
})

test('a promise that does not outlive a fault of the run is reported, and says which hazard it is', () => {
  const loss: FaultPlan = {
    ...{ kind: 'region-loss', region: 'eu' },
    ...{ name: 'gone', atUs: SECOND, untilUs: 2 * SECOND },
  }
  const vanished = aRecord({ faults: [loss] })
    .upsert({ op: 1, id: 9, at: 2 * SECOND })
    .scans()
  const durability = promised(true, hazardsBut('disk-loss'))
  expect(lost(vanished, { durability })).toMatchObject({
    verdict: 'fail',
    promised: false,
    unpromised: 'It is not promised when a region loses its disks (fault gone (region-loss)).',
  })
  const unhurt = aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND })
    .scans()
  expect(lost(unhurt, { durability })).toMatchObject({ verdict: 'fail', promised: true })
})

test('a write whose gateway had the version that is held instead was overwritten causally', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, row: 8, at: SECOND, region: 'eu' })
    .hops(1, 9, 'us', { applied: 2 * SECOND })
    .upsert({ op: 2, id: 9, at: 3 * SECOND })
    .scans({ 9: 1 })
  expect(lost(record)).toMatchObject({
    verdict: 'fail',
    violations: 1,
    promised: true,
    because: expect.stringContaining('0 vanished and 1 were overwritten'),
  })
  expect(lost(record, { causalWrites: null })).toMatchObject({ verdict: 'fail', promised: false })
})

test('a version that the client had read, or written itself, is a causal predecessor too', () => {
  const written = aRecord().upsert({ op: 1, id: 9, row: 8, at: SECOND, region: 'eu', client: 'c' })
  const other = aRecord().upsert({ op: 1, id: 9, row: 8, at: SECOND, region: 'eu', client: 'd' })
  const read = other.search({ op: 2, at: 2 * SECOND, client: 'c', answer: [[9, 1]] })
  for (const record of [written, read]) {
    record.upsert({ op: 3, id: 9, at: 3 * SECOND, client: 'c' }).scans({ 9: 1 })
    expect(lost(record).violations).toBe(1)
  }
})

test('a version nobody concerned knew of is a real-time predecessor: counted apart, never a failure', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, row: 8, at: SECOND, region: 'eu' })
    .upsert({ op: 2, id: 9, at: 3 * SECOND })
    .scans({ 9: 1 })
  expect(lost(record)).toMatchObject({ verdict: 'pass', violations: 0 })
  expect(spoken(overwrittenRealTime(record.facts(), everythingPromised))).toMatchObject({
    verdict: 'pass',
    promised: false,
    violations: 1,
    evidence: 2,
  })
})

test('a write that gave way to a concurrent, unanswered or later one is not lost', () => {
  const concurrent = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, done: 3 * SECOND })
    .upsert({ op: 2, id: 9, at: 2 * SECOND, done: 4 * SECOND })
    .scans({ 9: 1 })
  const unanswered = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND, outcome: 'unknown' })
    .upsert({ op: 2, id: 9, at: 2 * SECOND })
    .scans({ 9: 1 })
  for (const record of [concurrent, unanswered]) expect(lost(record).violations).toBe(0)
})

test('a delete is held by a tombstone and by absence, an upsert by absence only after a delete', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .delete({ op: 2, id: 9, at: 2 * SECOND })
  expect(lost(record.scans({ 9: null })).violations).toBe(0)
  const again = aRecord()
    .delete({ op: 1, id: 2, at: SECOND })
    .upsert({ op: 2, id: 2, at: 2 * SECOND })
  expect(lost(again.scans({ 2: null }))).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('a delete under which the old version came back is lost', () => {
  const record = aRecord().delete({ op: 1, id: 2, at: SECOND }).scans()
  expect(lost(record)).toMatchObject({ verdict: 'fail', violations: 1 })
})

test('without a final scan of every region nobody can say', () => {
  const record = aRecord().upsert({ op: 1, id: 9, at: SECOND }).scan('us')
  expect(lost(record)).toMatchObject({ verdict: 'unknown', evidence: 0 })
  const { verdict } = spoken(overwrittenRealTime(record.facts(), everythingPromised))
  expect(verdict).toBe('unknown')
})

test('where nothing was acknowledged there is no evidence', () => {
  const record = aRecord().upsert({ op: 1, id: 9, at: SECOND, outcome: 'unknown' }).scans()
  expect(lost(record)).toMatchObject({ verdict: 'unknown', because: 'No write was acknowledged.' })
})
