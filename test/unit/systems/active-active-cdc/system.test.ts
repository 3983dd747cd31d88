import { expect, test } from 'vitest'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { OpEnd, OpStart, RecordEvent, ScanEvent } from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aLoad, aPlan, aProfile } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

const during = { name: 'fault', region: 'us', atUs: 5 * SECOND, untilUs: 12 * SECOND }

const runWith = (fault: FaultPlan) =>
  simulate(
    aPlan({
      profile: aProfile({ restartUs: SECOND, loadedUs: 5 * SECOND }),
      load: [aLoad({ upsertPerSec: 20, searchPerSec: 1, fetchOwn: 0.5 })],
      timeline: { warmupUs: 0, runUs: 25 * SECOND, settleUs: 15 * SECOND },
      faults: [fault],
    }),
  )

const endsOf = (events: readonly RecordEvent[]) =>
  events.filter((event): event is OpEnd => event.type === 'op.end')

test('writes that a frozen store answers too late are unknown to clients and equal in all regions', async () => {
  const { events } = await runWith({ kind: 'store-freeze', ...during })
  const unknown = endsOf(events).filter(({ outcome }) => outcome === 'unknown')
  expect(unknown.length).toBeGreaterThan(50)
  const finals = events.filter((event): event is ScanEvent => event.type === 'scan' && event.final)
  expect(finals).toHaveLength(2)
  expect(finals[0]?.digest).toBe(finals[1]?.digest)
})

test('a store that has not loaded its data makes a fetch fail, and never look like absence', async () => {
  const { events } = await runWith({ kind: 'store-crash', ...during })
  const fetches = new Set(
    events
      .filter((event): event is OpStart => event.type === 'op.start' && event.kind === 'fetch')
      .map(({ op }) => op),
  )
  const ends = endsOf(events).filter(({ op }) => fetches.has(op))
  expect(ends.filter(({ outcome }) => outcome === 'fail').length).toBeGreaterThan(5)
  expect(ends.filter(({ outcome, ids }) => outcome === 'ok' && ids?.length === 0)).toEqual([])
})
