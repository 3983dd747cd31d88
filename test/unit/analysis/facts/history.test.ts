import { expect, test } from 'vitest'
import { SENTINEL_ID } from '../../../../harness/model/point.ts'
import type { RecordEvent } from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aRecord, historyOf } from '../../../support/record.ts'

const aSearch = () => aRecord().search({ op: 7, at: 2 * SECOND, answer: [[3, 0]], gateway: 'eu' })

test('an operation has what its beginning and its end say, with both lines', () => {
  const [op] = historyOf(aSearch().events()).ops
  expect(op).toMatchObject({
    op: 7,
    kind: 'search',
    region: 'us',
    gateway: 'eu',
    dispatched: 2 * SECOND,
    done: 2 * SECOND + 1000,
    outcome: 'ok',
    ids: [3],
    writes: [0],
    line: 2,
    endLine: 3,
  })
})

test('further attempts are remembered, the last one is who answers', () => {
  const record = aRecord()
    .search({ op: 1, at: SECOND, done: null })
    .retry(1, 2 * SECOND, 'eu')
  expect(historyOf(record.events()).ops.at(0)).toMatchObject({ asked: ['us', 'eu'], gateway: 'eu' })
})

test('events given to a history are left as they were', () => {
  const events = aRecord().everywhere(1, 9, SECOND).events()
  const copy = structuredClone(events)
  historyOf(events)
  expect(events).toEqual(copy)
})

test('the sentinel is no point of anybody', () => {
  expect(historyOf(aRecord().everywhere(0, SENTINEL_ID, SECOND).events()).hops.length).toBe(0)
})

const end: RecordEvent = {
  type: 'op.end',
  t: SECOND,
  op: 3,
  outcome: 'ok',
  gateway: 'us',
  attempts: 1,
}

test.each([
  [
    'an end without a beginning',
    aRecord().say(end),
    'line 2: op.end of operation 3, which never began',
  ],
  [
    'a second beginning',
    aSearch().search({ op: 7, at: 3 * SECOND }),
    'line 4: operation 7 begins a second time',
  ],
  [
    'an unknown type of event',
    aRecord().say({ type: 'teleport', t: 5 } as unknown as RecordEvent),
    'line 2: unknown type of event "teleport". Was the record written by a newer Faultline?',
  ],
])('%s is an error with its line', (_, record, message) => {
  expect(() => historyOf(record.events())).toThrow(message)
})
