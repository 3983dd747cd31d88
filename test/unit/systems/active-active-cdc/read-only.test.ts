import { expect, test } from 'vitest'
import type { LinkName } from '../../../../harness/model/fault.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { activeActiveCdc } from '../../../../harness/systems/active-active-cdc/system.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

const around = (region: string, others: readonly string[]): LinkName[] =>
  others.flatMap((other) => [
    { from: region, to: other },
    { from: other, to: region },
  ])

/** Which regions refused writes as read-only, and how their modes changed, while `us` was cut off for 15 s. */
async function whileCut(regions: string[], onPartition: 'serve' | 'read-only') {
  const links = around('us', regions.slice(1))
  const { events } = await simulate(
    aPlan({
      regions,
      system: {
        kind: 'active-active-cdc',
        knobs: activeActiveCdc.knobs.parse({ onPartition }) as never,
      },
      load: regions.map((region) => aLoad({ region, upsertPerSec: 10, searchPerSec: 1 })),
      timeline: { warmupUs: 0, runUs: 35 * SECOND, settleUs: 5 * SECOND },
      faults: [{ kind: 'partition', name: 'cut', links, atUs: 10 * SECOND, untilUs: 25 * SECOND }],
    }),
  )
  const refusals = events.flatMap((event) =>
    event.type === 'op.end' && event.error?.includes('read-only') ? [event] : [],
  )
  const modes = events.flatMap((event) =>
    event.type === 'mode' ? [[event.region, event.what]] : [],
  )
  return { refusals, modes, where: new Set(refusals.map(({ gateway }) => gateway)) }
}

test('of three regions the one that is cut off refuses writes for certain, and takes them again when it is back', async () => {
  const { refusals, modes, where } = await whileCut(['us', 'eu', 'ap'], 'read-only')
  expect(where).toEqual(new Set(['us']))
  expect(refusals.length).toBeGreaterThan(50)
  expect(new Set(refusals.map(({ outcome }) => outcome))).toEqual(new Set(['fail']))
  expect(refusals[0]?.error).toBe('us is read-only: it reaches 1 of 3 regions')
  expect(modes).toEqual([
    ['us', 'read-only'],
    ['us', 'read-write'],
  ])
})

test('of two regions neither has more than half, so neither takes writes', async () => {
  const { where } = await whileCut(['us', 'eu'], 'read-only')
  expect(where).toEqual(new Set(['us', 'eu']))
})

test('a system that serves on refuses nothing', async () => {
  const { refusals, modes } = await whileCut(['us', 'eu', 'ap'], 'serve')
  expect([refusals, modes]).toEqual([[], []])
})
