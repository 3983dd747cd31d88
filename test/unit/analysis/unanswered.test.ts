import { describe, expect, test } from 'vitest'
import { tombstoneSafety } from '../../../harness/analysis/checkers/tombstone-safety.ts'
import { inStoreFrom } from '../../../harness/analysis/facts/stations.ts'
import { SECOND } from '../../../harness/model/units.ts'
import { aRecord, everythingPromised, type RecordScript, spoken } from '../../support/record.ts'

/** A store that answers too late has taken the write all the same: only searches, or a second try, show it. */

const twoWrites = () =>
  aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .upsert({ op: 2, id: 9, row: 8, at: 2 * SECOND })

const held = (record: RecordScript, us: number) => record.facts().states.get('eu')?.applied(9, us)

describe('what a region held', () => {
  test('a version that only searches saw came before what was applied and not seen yet', () => {
    const record = twoWrites()
      .hops(1, 9, 'eu', { unanswered: 3 * SECOND, visible: 4 * SECOND })
      .hops(2, 9, 'eu', { applied: 3.9 * SECOND, visible: 4 * SECOND })
    expect(held(record, 3.9 * SECOND)).toBe(2)
    expect(held(record, 9 * SECOND)).toBe(2)
  })

  test('a version that only searches saw came after what they had seen before', () => {
    const record = twoWrites()
      .hops(1, 9, 'eu', { applied: 3 * SECOND, visible: 3.5 * SECOND })
      .hops(2, 9, 'eu', { unanswered: 3.9 * SECOND, visible: 4 * SECOND })
    expect(held(record, 3.9 * SECOND)).toBe(1)
    expect(held(record, 4 * SECOND)).toBe(2)
  })

  test('a version that was found to be there is there', () => {
    const record = twoWrites()
      .hops(1, 9, 'eu', { applied: 3 * SECOND })
      .hops(2, 9, 'eu', { unanswered: 4 * SECOND, duplicate: 6 * SECOND })
    expect(held(record, 6 * SECOND)).toBe(2)
  })

  test('what a log brings again is not there for that', () => {
    const record = twoWrites().hops(1, 9, 'eu', { again: 3 * SECOND })
    expect(held(record, 4 * SECOND)).toBe(-1)
    const { journeys } = record.facts()
    expect(inStoreFrom(journeys.at(1, 'eu'))).toBe(Number.POSITIVE_INFINITY)
  })
})

test('a write that a region has without having said so is caught up with', () => {
  const record = twoWrites()
    .hops(2, 9, 'us', { applied: 2 * SECOND })
    .hops(2, 9, 'eu', { unanswered: 3 * SECOND, duplicate: 5 * SECOND })
  const settled = record
    .facts()
    .settled.find(({ version, region }) => version.write === 2 && region === 'eu')
  expect(settled?.atUs).toBe(5 * SECOND)
})

test('a tombstone is not in danger from a version that another had replaced without saying so', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 9, at: SECOND })
    .delete({ op: 2, id: 9, at: 2 * SECOND })
    .hops(1, 9, 'eu', { applied: 2 * SECOND, visible: 2.2 * SECOND })
    .hops(2, 9, 'us', { applied: 2.1 * SECOND, visible: 2.2 * SECOND })
    .hops(2, 9, 'eu', { unanswered: 3 * SECOND, visible: 3.2 * SECOND })
    .say({ type: 'tombstones', t: 5 * SECOND, region: 'us', ids: [9], writes: [2] })
  expect(spoken(tombstoneSafety(record.facts(), everythingPromised)).verdict).toBe('pass')
})
