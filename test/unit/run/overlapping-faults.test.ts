import { expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../../harness/model/fault.ts'
import { maskedBy } from '../../../harness/model/masking.ts'
import type { FaultEvent, RecordEvent } from '../../../harness/model/record.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import type { World } from '../../../harness/ports/world.ts'
import { aLoad, aPlan, aProfile } from '../../support/plan.ts'
import { simulate } from '../../support/simulate.ts'

const there = { from: 'us', to: 'eu' }
const back = { from: 'eu', to: 'us' }
const at = (kind: FaultKind, name: string, from: number, to: number): FaultPlan => ({
  ...kind,
  name,
  atUs: from * SECOND,
  untilUs: to * SECOND,
})
const planWith = (faults: FaultPlan[]) =>
  aPlan({
    profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
    load: [aLoad({ searchPerSec: 5, upsertPerSec: 2, queries: { law: 'zipf', exponent: 3 } })],
    timeline: { warmupUs: 2 * SECOND, runUs: 20 * SECOND, settleUs: 10 * SECOND },
    faults,
  })

/** Two faults in force together, of which one shows in the canary of the other as that does. */
const pairs: [string, FaultPlan, FaultPlan][] = [
  [
    'a partition that outlasts a cut of one way',
    at({ kind: 'one-way-cut', links: [there] }, 'one', 6, 12),
    at({ kind: 'partition', links: [there, back] }, 'two', 10, 15),
  ],
  [
    'two delays of one link',
    at({ kind: 'latency', links: [there], addUs: 200 * MS }, 'one', 6, 12),
    at({ kind: 'latency', links: [there], addUs: 300 * MS }, 'two', 10, 15),
  ],
  [
    'a region that stands still while its store does',
    at({ kind: 'store-freeze', region: 'eu' }, 'one', 6, 12),
    at({ kind: 'region-pause', region: 'eu' }, 'two', 9, 15),
  ],
  [
    'a mirror that stands still, and then the log it writes to',
    at({ kind: 'mirror-pause', links: [there] }, 'one', 6, 12),
    at({ kind: 'log-freeze', region: 'eu' }, 'two', 9, 15),
  ],
]

function seen(events: readonly RecordEvent[], name: string, what: FaultEvent['what']) {
  return events.find(
    (event): event is FaultEvent =>
      event.type === 'fault' && event.name === name && event.what === what,
  )
}

test.each(pairs)('%s: both are confirmed apart, and both ends', async (_, one, two) => {
  const plan = planWith([one, two])
  for (const fault of plan.faults) expect(maskedBy(fault, plan.faults, 32 * SECOND)).toEqual([])
  const { events } = await simulate(plan)
  for (const { name, atUs, untilUs } of plan.faults) {
    const [, first] = seen(events, name, 'confirmed')?.bracket ?? [-1, -1]
    expect(first, `${name} begins`).toBeGreaterThanOrEqual(atUs)
    expect(first, `${name} begins`).toBeLessThan(untilUs)
    const [, firstNormal] = seen(events, name, 'heal-confirmed')?.bracket ?? [-1, -1]
    expect(firstNormal, `${name} ends`).toBeGreaterThanOrEqual(untilUs)
  }
})

/** A world that does nothing when asked for one of the faults. */
const sparing =
  (name: string) =>
  (world: World): World => ({
    ...world,
    clock: world.clock,
    faults: {
      missing: () => [],
      inject: async (fault) =>
        fault.name === name ? { heal: async () => {} } : world.faults.inject(fault),
    },
  })

test.each(pairs)('%s: what the other one does confirms neither', async (_, one, two) => {
  for (const { name } of [one, two]) {
    const { events } = await simulate(planWith([one, two]), { world: sparing(name) })
    expect(seen(events, name, 'injected')).toBeDefined()
    expect(seen(events, name, 'confirmed')).toBeUndefined()
  }
})
