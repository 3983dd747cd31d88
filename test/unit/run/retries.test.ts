import { expect, test } from 'vitest'
import type { LoadPlan, Plan } from '../../../harness/model/plan.ts'
import type { OpEnd, OpTry, RecordEvent } from '../../../harness/model/record.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { aLoad, aPlan, aProfile } from '../../support/plan.ts'
import { simulate } from '../../support/simulate.ts'

/** A store that serves 400 searches a second: one worker, 2.5 ms each. */
const store = { workers: 1, search: { baseUs: 2500, tailUs: 0 } }

const freeze = {
  ...({ kind: 'store-freeze', region: 'us', name: 'freeze' } as const),
  ...{ atUs: 5 * SECOND, untilUs: 8 * SECOND },
}

const planWith = (retry: LoadPlan['retry'], over: Partial<Plan> = {}) =>
  aPlan({
    profile: aProfile(store),
    load: [aLoad({ searchPerSec: 250, upsertPerSec: 0, deadlineUs: 2 * SECOND, retry })],
    timeline: { warmupUs: 0, runUs: 30 * SECOND, settleUs: 5 * SECOND },
    faults: [freeze],
    ...over,
  })

const ends = (events: readonly RecordEvent[], fromUs: number) =>
  events.filter((e): e is OpEnd => e.type === 'op.end' && e.t >= fromUs)
const tries = (events: readonly RecordEvent[]) =>
  events.filter((e): e is OpTry => e.type === 'op.try')
const okShare = (some: readonly OpEnd[]) =>
  some.filter(({ outcome }) => outcome === 'ok').length / some.length

test('without a time limit of its own an attempt waits as long as its operation', async () => {
  const { events } = await simulate(planWith({ max: 3, backoffUs: 50 * MS }))
  expect(tries(events)).toEqual([])
  // 250 a second come, 400 are served: 3 s of backlog are gone after 5 s more.
  expect(okShare(ends(events, 20 * SECOND))).toBe(1)
})

test('an attempt past its time limit is made again, and the operation ends at its deadline', async () => {
  const retry = { max: 2, backoffUs: 50 * MS, timeoutUs: 200 * MS }
  const { events } = await simulate(planWith(retry))
  const starts = new Map(events.flatMap((e) => (e.type === 'op.start' ? [[e.op, e.t]] : [])))
  const first = tries(events)[0] as OpTry
  expect(first.attempt).toBe(2)
  expect(first.t - (starts.get(first.op) as number)).toBe(250 * MS)
  const hurt = ends(events, freeze.atUs + SECOND).filter(({ t }) => t < freeze.untilUs)
  expect(hurt.length).toBeGreaterThan(100)
  for (const { op, t, attempts, outcome, error } of hurt) {
    expect({ attempts, outcome, error }).toEqual({
      attempts: 3,
      outcome: 'unknown',
      error: 'deadline',
    })
    // Three times 200 ms and two pauses of 50 ms.
    expect(t - (starts.get(op) as number)).toBe(700 * MS)
  }
})

test('a retry storm outlives its cause: the store is well again and answers nobody in time', async () => {
  const storm = { max: 5, backoffUs: 10 * MS, timeoutUs: 200 * MS }
  const { events } = await simulate(planWith(storm))
  // Every attempt is served, and most of them for somebody who has asked again meanwhile: 250 become over 400.
  expect(okShare(ends(events, 20 * SECOND))).toBeLessThan(0.2)
  const perSec = tries(events).filter(({ t }) => t >= 20 * SECOND && t < 30 * SECOND).length / 10
  expect(perSec).toBeGreaterThan(150)
})

test('a cap on what is in flight ends the storm: what is over it is shed', async () => {
  const storm = { max: 5, backoffUs: 10 * MS, timeoutUs: 200 * MS }
  const load = aLoad({ searchPerSec: 250, upsertPerSec: 0, deadlineUs: 2 * SECOND, retry: storm })
  const inFlight = { max: 20, onFull: 'shed' } as const
  const { events } = await simulate(planWith(storm, { load: [{ ...load, inFlight }] }))
  expect(events.filter(({ type }) => type === 'op.shed').length).toBeGreaterThan(100)
  expect(okShare(ends(events, 20 * SECOND))).toBe(1)
})
