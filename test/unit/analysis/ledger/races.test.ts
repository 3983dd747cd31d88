import { expect, test } from 'vitest'
import { type StateName, states } from '../../../../harness/analysis/ledger/states.ts'
import { SECOND, type Us } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const times = (state: StateName, record: RecordScript): number => states[state](record.facts(), [])

const older = (record: RecordScript, write: number, at: Us) =>
  record.hops(write, 1, 'eu', { older: at })

test('an upsert that finds a newer delete in its place has met it; one that finds an upsert has not', () => {
  const state = 'delete met by an older upsert'
  const upserted = () =>
    aRecord()
      .upsert({ op: 1, id: 1, at: 2 * SECOND })
      .hops(1, 1, 'us', { applied: 2 * SECOND })
  const deleted = upserted()
    .delete({ op: 2, id: 1, at: 3 * SECOND, region: 'eu' })
    .hops(2, 1, 'eu', { applied: 3 * SECOND })
  expect(times(state, older(deleted, 1, 4 * SECOND))).toBe(1)
  const replaced = upserted()
    .upsert({ op: 2, id: 1, at: 3 * SECOND, region: 'eu' })
    .hops(2, 1, 'eu', { applied: 3 * SECOND })
  expect(times(state, older(replaced, 1, 4 * SECOND))).toBe(0)
  const before = upserted()
    .delete({ op: 2, id: 1, at: 5 * SECOND, region: 'eu' })
    .hops(2, 1, 'eu', { applied: 5 * SECOND })
  expect(times(state, older(before, 1, 4 * SECOND))).toBe(0)
})

test('an older delete that finds a newer delete is no race of a delete with an upsert', () => {
  const record = aRecord()
    .delete({ op: 1, id: 1, at: 2 * SECOND })
    .delete({ op: 2, id: 1, at: 3 * SECOND, region: 'eu' })
    .hops(2, 1, 'eu', { applied: 3 * SECOND })
  expect(times('delete met by an older upsert', older(record, 1, 4 * SECOND))).toBe(0)
})

test('a copy that comes again counts once another write has taken its place', () => {
  const state = 'duplicate delivered after the winner was replaced'
  const twice = () =>
    aRecord()
      .upsert({ op: 1, id: 1, at: 2 * SECOND })
      .upsert({ op: 2, id: 1, at: 3 * SECOND })
      .hops(1, 1, 'eu', { applied: 2.1 * SECOND })
  expect(times(state, twice().hops(1, 1, 'eu', { duplicate: 2.5 * SECOND }))).toBe(0)
  const replaced = () => twice().hops(2, 1, 'eu', { applied: 3.1 * SECOND })
  expect(times(state, older(replaced(), 1, 4 * SECOND))).toBe(1)
  // Of the one that took its place, and in a region where the first has never been.
  expect(times(state, replaced().hops(2, 1, 'eu', { duplicate: 4 * SECOND }))).toBe(0)
  expect(times(state, replaced().hops(1, 1, 'us', { older: 4 * SECOND }))).toBe(0)
})

test('a write that one incarnation applied and the next is given again was not committed in between', () => {
  const state = 'applier restarted between apply and commit'
  const again = (incarnation: number, crashed = true) => {
    const record = aRecord()
      .upsert({ op: 1, id: 1, at: 2 * SECOND })
      .hops(1, 1, 'eu', { applied: 2.1 * SECOND }, 1)
      .hops(1, 1, 'eu', { duplicate: 5 * SECOND }, incarnation)
    return times(state, crashed ? record.agent('eu', 'crash', 3 * SECOND) : record)
  }
  expect(again(2)).toBe(1)
  expect(again(1)).toBe(0)
  expect(again(2, false)).toBe(0)
})

test('clients who are served at home in calm times and elsewhere while a region catches up have failed over', () => {
  const state = 'fail-over while a backlog drains'
  const links = [{ from: 'us', to: 'eu' }]
  const cut = { name: 'cut', links, atUs: 4 * SECOND, untilUs: 6 * SECOND }
  const draining = () =>
    aRecord({ faults: [{ ...cut, kind: 'partition' }] })
      .fault('cut', { injected: 4 * SECOND, confirmed: 4 * SECOND })
      .fault('cut', { healed: 6 * SECOND, 'heal-confirmed': 6 * SECOND })
      .upsert({ op: 1, id: 1, at: 5 * SECOND })
      .hops(1, 1, 'us', { applied: 5 * SECOND })
      .hops(1, 1, 'eu', { applied: 8 * SECOND })
  const away = (record: RecordScript, op: number, at: Us) =>
    record.search({ op, at, region: 'eu', gateway: 'us' })
  expect(times(state, away(draining(), 2, 7 * SECOND))).toBe(1)
  expect(times(state, away(draining(), 2, 9 * SECOND))).toBe(0)
  expect(times(state, draining().search({ op: 2, at: 7 * SECOND, region: 'eu' }))).toBe(0)
  // Who is always served elsewhere has not failed over.
  expect(times(state, away(away(draining(), 2, 2 * SECOND), 3, 7 * SECOND))).toBe(0)
})

test('a write whose client had given up on it came late only if it was applied after that', () => {
  const state = 'write of unknown outcome applied later'
  const given = (applied: Us, outcome: 'unknown' | 'ok' = 'unknown') =>
    times(
      state,
      aRecord()
        .upsert({ op: 1, id: 1, at: 2 * SECOND, done: 4 * SECOND, outcome })
        .hops(1, 1, 'us', { applied })
        .hops(1, 1, 'eu', { applied: applied + SECOND }),
    )
  expect(given(5 * SECOND)).toBe(1)
  expect(given(2.5 * SECOND)).toBe(0)
  expect(given(5 * SECOND, 'ok')).toBe(0)
})

test('a lease is taken over by another region than had it, not by the first or the same one again', () => {
  const holders = (...regions: string[]) => {
    const record = aRecord()
    for (const [i, region] of regions.entries())
      record.say({ type: 'epoch', t: (i + 1) * SECOND, region, what: 'acquired', epoch: i + 1 })
    return times('lease taken over', record)
  }
  expect(holders('us')).toBe(0)
  expect(holders('us', 'us')).toBe(0)
  expect(holders('us', 'eu')).toBe(1)
})

test('a store answers without its data between being up and having loaded it', () => {
  const answered = (at: Us, parts: { gateway?: string; outcome?: 'unknown' } = {}) =>
    times(
      'store answered without its data',
      aRecord()
        .store('us', 'unloaded', 3 * SECOND)
        .store('us', 'loaded', 5 * SECOND)
        .search({ op: 1, at, ...parts }),
    )
  expect(answered(4 * SECOND)).toBe(1)
  expect(answered(2 * SECOND)).toBe(0)
  expect(answered(5 * SECOND)).toBe(0)
  expect(answered(4 * SECOND, { gateway: 'eu' })).toBe(0)
  expect(answered(4 * SECOND, { outcome: 'unknown' })).toBe(0)
})

test('a mirror that starts again has gone back if it then copies what it had copied', () => {
  const state = 'mirror resumed where it had been before'
  const hop = { type: 'hop', write: 1, id: 1, partition: 1 } as const
  const resumed = (at: Us, copies: Us[], source = 7) => {
    const record = aRecord().upsert({ op: 1, id: 1, at: SECOND })
    for (const offset of [7, 8])
      record.say({ ...hop, t: SECOND + offset, hop: 'logged', region: 'us', offset, write: offset })
    record.say({ type: 'mirror', t: at, from: 'us', to: 'eu', what: 'resumed', offsets: [0, 7] })
    for (const [i, t] of copies.entries()) {
      const write = i === 0 ? 7 : source
      record.say({ ...hop, t, hop: 'mirrored', region: 'eu', from: 'us', offset: i, write })
    }
    return times(state, record)
  }
  expect(resumed(4 * SECOND, [3 * SECOND, 5 * SECOND])).toBe(1)
  // It went on with the next record; or it started before, and repeated itself on its way.
  expect(resumed(4 * SECOND, [3 * SECOND, 5 * SECOND], 8)).toBe(0)
  expect(resumed(2 * SECOND, [3 * SECOND, 5 * SECOND])).toBe(0)
})

test('an analysis carries the states it was in, and no others', () => {
  const { reached } = aRecord()
    .upsert({ op: 1, id: 1, at: 2 * SECOND })
    .everywhere(1, 1, 2.1 * SECOND)
    .search({
      op: 2,
      at: 3 * SECOND,
      stale: true,
      answer: [
        [0, 0],
        [1, 1],
      ],
    })
    .shed({ op: 3, at: 3 * SECOND })
    .analysis()
  expect(reached).toEqual({
    'answer flagged as stale': 1,
    'operation shed at the in-flight cap': 1,
  })
})
