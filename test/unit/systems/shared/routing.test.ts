import { expect, test } from 'vitest'
import type { RecordEvent } from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

const crash = {
  kind: 'region-crash' as const,
  name: 'crash',
  region: 'us',
  atUs: 10 * SECOND,
  untilUs: 20 * SECOND,
}

/** Where the users of `us` were sent, by second of dispatch. */
async function gateways(affinityUs: number): Promise<Map<number, Set<string>>> {
  const { events } = await simulate(
    aPlan({
      system: { kind: 'active-active-cdc', knobs: { affinityUs } },
      load: [aLoad({ searchPerSec: 40, upsertPerSec: 0 })],
      timeline: { warmupUs: 0, runUs: 60 * SECOND, settleUs: 2 * SECOND },
      faults: [crash],
    }),
  )
  const bySecond = new Map<number, Set<string>>()
  for (const event of events as RecordEvent[]) {
    if (event.type !== 'op.start') continue
    const second = Math.floor(event.t / SECOND)
    bySecond.set(second, (bySecond.get(second) ?? new Set()).add(event.gateway))
  }
  return bySecond
}

test('users go to their own region, to the nearest other when it dies, and back when it is well', async () => {
  const at = await gateways(0)
  expect(at.get(5)).toEqual(new Set(['us']))
  // Three probes a second apart must fail first.
  expect(at.get(11)).toEqual(new Set(['us']))
  expect(at.get(16)).toEqual(new Set(['eu']))
  // The agent is back 2 s after the end of the crash, and two good probes later its users are too.
  expect(at.get(28)).toEqual(new Set(['us']))
})

test('with affinity a client stays where fail-over put it until its time is over', async () => {
  const at = await gateways(20 * SECOND)
  expect(at.get(28)).toContain('eu')
  expect(at.get(50)).toEqual(new Set(['us']))
})
