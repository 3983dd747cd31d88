import { expect, test } from 'vitest'
import type { FaultPlan } from '../../harness/model/fault.ts'
import type { FaultEvent } from '../../harness/model/record.ts'
import { SECOND } from '../../harness/model/units.ts'
import { aLoad, aPlan } from '../support/plan.ts'
import { simulate } from '../support/simulate.ts'

test('the end of a clock fault is not confirmed by an agent that is dead', async () => {
  const faults: FaultPlan[] = [
    {
      kind: 'clock-skew',
      name: 'ahead',
      region: 'us',
      offsetUs: 5 * SECOND,
      driftPpm: 0,
      atUs: 4 * SECOND,
      untilUs: 10 * SECOND,
    },
    {
      kind: 'region-crash',
      name: 'crash',
      region: 'us',
      atUs: 8 * SECOND,
      untilUs: 12 * SECOND,
    },
  ]
  const { events } = await simulate(
    aPlan({ load: [aLoad({ searchPerSec: 0, upsertPerSec: 0 })], faults }),
  )
  const healed = events.find(
    (event): event is FaultEvent =>
      event.type === 'fault' && event.name === 'ahead' && event.what === 'heal-confirmed',
  )
  const agentUp = events.find(
    (event) => event.type === 'agent' && event.what === 'start' && event.incarnation === 2,
  )
  expect(agentUp?.t).toBeGreaterThan(12 * SECOND)
  // A reading that no agent answered says nothing about its clock.
  expect(healed?.bracket?.[1]).toBeGreaterThanOrEqual(agentUp?.t ?? 0)
})
