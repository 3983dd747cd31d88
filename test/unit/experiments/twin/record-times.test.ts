import { expect, test } from 'vitest'
import { recordTimes } from '../../../../harness/experiments/twin/record-times.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aRecord } from '../../../support/record.ts'

const crash = {
  kind: 'store-crash',
  name: 'crash',
  region: 'eu',
  atUs: 8 * SECOND,
  untilUs: 9 * SECOND,
} as const

test('service times count from the dispatch, and only in the calm before the canaries', () => {
  const record = aRecord({ faults: [crash] })
    .search({ op: 1, at: 500 * MS, done: 600 * MS })
    .search({ op: 2, at: 2 * SECOND, intended: 1900 * MS, done: 2 * SECOND + 7 * MS })
    .search({ op: 3, at: 6 * SECOND, done: 6 * SECOND + 50 * MS })
    .search({ op: 4, at: 3 * SECOND, done: 4 * SECOND, outcome: 'unknown' })
  expect(recordTimes(record.facts().history).search).toEqual([7 * MS])
})

test('a mirror is timed log to log less the latency, by records that had the link to themselves', () => {
  const logged = (write: number, at: number) =>
    ({ type: 'hop', t: at, hop: 'logged', region: 'us', write, id: write }) as const
  const mirrored = (write: number, at: number) =>
    ({ type: 'hop', t: at, hop: 'mirrored', region: 'eu', from: 'us', write, id: write }) as const
  const record = aRecord()
  for (const event of [
    logged(1, 2 * SECOND),
    mirrored(1, 2 * SECOND + 49 * MS),
    logged(2, 2 * SECOND + 30 * MS),
    mirrored(2, 2 * SECOND + 150 * MS),
  ])
    record.say(event)
  expect(recordTimes(record.facts().history).mirror).toEqual([9 * MS])
})

test('a restart counts from when the fault was to end; what never came back is absent', () => {
  const back = aRecord({ faults: [crash] }).store('eu', 'up', 11 * SECOND)
  expect(recordTimes(back.facts().history).restarts).toEqual({
    store: 2 * SECOND,
    loaded: undefined,
  })
})
