import { expect, test } from 'vitest'
import { SECOND, type Us } from '../../../../harness/model/units.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const state = 'query of a region behind lost a point to replication'

/** Write 1 makes id 9, which query 9 is nearest to, and comes to `eu` when said. */
const lateBy = (us: Us): RecordScript =>
  aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND })
    .hops(1, 9, 'us', { applied: 2 * SECOND, visible: 2 * SECOND })
    .hops(1, 9, 'eu', { applied: 2 * SECOND + us, visible: 2 * SECOND + us })

const times = (record: RecordScript) => record.analysis().reached[state] ?? 0

const missing = (record: RecordScript, at: Us, region = 'eu') =>
  record.search({ op: 2, at, region, query: 9, k: 1, answer: [[4, 0]] })

test('a query counts if its region has lacked a write for longer than writes are on their way', () => {
  expect(times(missing(lateBy(4 * SECOND), 4 * SECOND))).toBe(1)
  // Half a second after its acknowledgement a write is on its way.
  expect(times(missing(lateBy(4 * SECOND), 2.5 * SECOND))).toBe(0)
  expect(times(missing(lateBy(0.9 * SECOND), 2.5 * SECOND))).toBe(0)
})

test('a query that loses nothing, or is answered elsewhere, does not count', () => {
  const found = lateBy(4 * SECOND).search({ op: 2, at: 4 * SECOND, region: 'us', query: 9, k: 1 })
  expect(times(found)).toBe(0)
  const whole = lateBy(4 * SECOND)
  whole.search({ op: 2, at: 4 * SECOND, region: 'eu', query: 0, k: 1, answer: [[0, 0]] })
  expect(times(whole)).toBe(0)
})

test('stretches of several writes are one, and between two of them a region is not behind', () => {
  const two = () =>
    lateBy(2 * SECOND)
      .upsert({ op: 3, id: 8, at: 6 * SECOND })
      .hops(3, 8, 'us', { applied: 6 * SECOND, visible: 6 * SECOND })
      .hops(3, 8, 'eu', { applied: 9 * SECOND, visible: 9 * SECOND })
  const lost = (at: Us) =>
    times(two().search({ op: 4, at, region: 'eu', query: 8, k: 2, answer: [[4, 0]] }))
  expect(lost(8 * SECOND)).toBe(1)
  expect(lost(6.5 * SECOND)).toBe(0)
})
