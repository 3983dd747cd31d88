import { expect, test } from 'vitest'
import type { Operation } from '../../harness/model/operation.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { type Judged, judged, truth } from '../support/judged.ts'
import { aLoad, aPlan } from '../support/plan.ts'

/** What the sound system promises its sessions it must keep, or not promise: a run must not fail by chance. */

const plan = aPlan({
  data: { set: 'glosses-10k', base: 600 },
  load: ['us', 'eu'].map((region) => aLoad({ region, searchPerSec: 0, upsertPerSec: 0 })),
  timeline: { warmupUs: 0, runUs: 12 * SECOND, settleUs: 2 * SECOND },
})

const saidOfPromise = ({ finding }: Judged, checker: string) => {
  const { verdict, promised, because, events } = finding(checker)
  const witnesses = events.map(({ sentence }) => sentence).join(' ')
  return verdict === 'fail' && promised ? `${because} ${witnesses}` : 'kept, or not promised'
}

test('a client that searches 10 ms after its own write is promised no more than it is shown', async () => {
  const nearest = truth.list(0).find((row) => row < 600) as number
  const client = { region: 'us', client: 'us/0' }
  const operations: Operation[] = [
    { ...client, op: 1, intendedUs: SECOND, kind: 'upsert', id: nearest, row: 700 },
    { ...client, op: 2, intendedUs: SECOND + 10 * MS, kind: 'search', query: 0, k: 10 },
  ]
  const run = await judged(plan, { operations })
  expect(saidOfPromise(run, 'read-your-writes')).toBe('kept, or not promised')
})

test('under a clock that is 5 s ahead a client is promised no more than a hybrid logical clock can keep', async () => {
  const write = { kind: 'upsert', id: 5000 } as const
  const eu = { region: 'eu', client: 'eu/0' }
  const operations: Operation[] = [
    { ...write, op: 1, region: 'us', client: 'us/0', intendedUs: 6 * SECOND, row: 700 },
    // Sent after the other was acknowledged and before it arrived: later by the true clock, older by its stamp.
    { ...write, ...eu, op: 2, intendedUs: 6 * SECOND + 20 * MS, row: 701 },
    { ...eu, op: 3, intendedUs: 6 * SECOND + 30 * MS, kind: 'fetch', id: 5000 },
    { ...eu, op: 4, intendedUs: 7 * SECOND, kind: 'fetch', id: 5000 },
  ]
  const run = await judged(
    {
      ...plan,
      faults: [
        {
          kind: 'clock-skew',
          name: 'ahead',
          region: 'us',
          offsetUs: 5 * SECOND,
          driftPpm: 0,
          atUs: 4 * SECOND,
          untilUs: 8 * SECOND,
        },
      ],
    },
    { operations },
  )
  expect(run.finding('overwritten-real-time').violations).toBe(1)
  expect(saidOfPromise(run, 'read-your-writes')).toBe('kept, or not promised')
  expect(saidOfPromise(run, 'monotonic-reads')).toBe('kept, or not promised')
})
