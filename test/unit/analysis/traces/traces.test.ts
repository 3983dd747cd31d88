import { expect, test } from 'vitest'
import { chooseOperations, SLOWEST } from '../../../../harness/analysis/traces/choice.ts'
import { tracesOf } from '../../../../harness/analysis/traces/traces.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const endUs = 15 * SECOND
const ack = 2 * SECOND + 1000
const aWrite = () => aRecord().upsert({ op: 1, id: 9, at: 2 * SECOND, intended: 2 * SECOND - 500 })
const spansOf = (record: RecordScript) =>
  [...tracesOf(record.facts(), () => true)].flatMap(({ spans }) => spans)
const named = (record: RecordScript, name: string) =>
  spansOf(record).filter((span) => span.name === name)

test('a write is told from the intended start on, and in the other region station by station', () => {
  const record = aWrite()
    .hops(1, 9, 'us', { applied: ack - 100, logged: ack + 300, visible: ack + 900 })
    .hops(1, 9, 'eu', { mirrored: ack + 40_300, applied: ack + 41_000, visible: ack + 50_000 })
  const told = spansOf(record).map(({ name, region, parent, fromUs, toUs }) => [
    ...[name, region, parent],
    ...[fromUs - ack, toUs - ack],
  ])
  expect(told).toEqual([
    ['upsert', 'us', null, -1500, 0],
    ['acknowledged-logged', 'us', 0, 0, 300],
    ['applied-searchable', 'us', 0, -100, 900],
    ['acknowledged-searchable', 'eu', 0, 0, 50_000],
    ['logged-mirrored', 'eu', 3, 300, 40_300],
    ['mirrored-applied', 'eu', 3, 40_300, 41_000],
    ['applied-searchable', 'eu', 3, 41_000, 50_000],
  ])
  expect(spansOf(record).some(({ wrong, cutOff }) => wrong ?? cutOff)).toBe(false)
  expect(named(record, 'acknowledged-searchable')[0]?.attributes).toEqual({
    ...{ link: 'us>eu', phase: 'baseline', arrival: 'searchable' },
  })
})

test('what never came is cut off where the record ends, and says so', () => {
  const record = aWrite().hops(1, 9, 'us', { logged: ack + 300 })
  for (const name of ['acknowledged-searchable', 'logged-mirrored']) {
    const [span, ...more] = named(record, name)
    expect(span).toMatchObject({ toUs: endUs, cutOff: true })
    expect(span?.wrong).toMatch(/^not (searchable|mirrored) in eu when the record ended$/)
    expect(more).toEqual([])
  }
  expect(named(record, 'mirrored-applied')).toEqual([])
})

test('a station ahead of the one before it has no length, and says how much ahead', () => {
  const [logged] = named(aWrite().hops(1, 9, 'us', { logged: ack - 400 }), 'acknowledged-logged')
  expect(logged).toMatchObject({ fromUs: ack - 400, toUs: ack - 400 })
  expect(logged?.attributes).toEqual({ 'length.us': -400 })
})

test('an operation that was no success says why, and a write of it where it was seen nevertheless', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND, outcome: 'unknown', error: 'deadline' })
    .hops(1, 9, 'eu', { visible: 3 * SECOND })
    .upsert({ op: 2, id: 8, at: 3 * SECOND, outcome: 'fail', error: 'no healthy region' })
    .shed({ op: 3, at: 4 * SECOND })
    .search({ op: 4, at: 5 * SECOND, done: null })
    .ends(null)
  const [unknown, failed, shed, open, ...more] = spansOf(record)
  expect(more).toEqual([])
  expect(unknown?.wrong).toBe('nobody knows what became of it: deadline')
  expect(unknown?.moments.at(-1)).toEqual({
    ...{ us: 3 * SECOND, name: 'searchable', attributes: { region: 'eu' } },
  })
  expect(failed?.wrong).toBe('it failed: no healthy region')
  expect(shed?.wrong).toBe('it was never sent: in-flight cap')
  expect(shed?.toUs).toBe(shed?.fromUs)
  expect(open).toMatchObject({ wrong: 'it had no answer when the record ended', cutOff: true })
})

test('a search says which shards were asked and answered, and each attempt has its moment', () => {
  const shards = { asked: [1, 2], answered: [2] }
  const record = aRecord()
    .search({ op: 1, at: 2 * SECOND, done: 3 * SECOND, partial: true, shards, from: ['us', 'eu'] })
    .retry(1, 2 * SECOND + 500, 'eu')
  const [search] = spansOf(record)
  expect(search?.attributes).toMatchObject({
    ...{ partial: true, 'shards.asked': [1, 2], 'shards.answered': [2], from: ['us', 'eu'] },
    attempts: 2,
  })
  expect(search?.moments.map(({ us, attributes }) => [us, attributes['gateway']])).toEqual([
    [2 * SECOND, 'us'],
    [2 * SECOND + 500, 'eu'],
  ])
})

test('chosen are the slowest, what never arrived, and of what was no success the first', () => {
  const record = aRecord()
  for (let op = 1; op <= 20; op++)
    record.search({ op, at: 2 * SECOND + op, done: 2 * SECOND + op + 1000 * op })
  for (let op = 21; op <= 40; op++) record.search({ op, at: 3 * SECOND + op, outcome: 'fail' })
  record.upsert({ op: 41, id: 9, at: 4 * SECOND }).hops(41, 9, 'eu', { visible: 5 * SECOND })
  for (let op = 42; op <= 60; op++) record.upsert({ op, id: op, at: 4 * SECOND + op })
  const { why, lostLeftOut } = chooseOperations(record.facts())
  const chosenFor = (reason: string) =>
    [...why].filter(([, one]) => one === reason).map(([op]) => op)
  expect(chosenFor('slowest answer')).toEqual([20, 19, 18, 17, 16, 41])
  expect(chosenFor('no success')).toEqual([21, 22, 23, 24, 25])
  expect(chosenFor('never arrived')).toHaveLength(19)
  expect(SLOWEST).toBe(5)
  expect(lostLeftOut).toBe(0)
})
