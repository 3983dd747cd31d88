import { expect, test } from 'vitest'
import type { Operation } from '../../../../harness/model/operation.ts'
import type { MirrorPolicy } from '../../../../harness/model/plan.ts'
import type { RecordEvent } from '../../../../harness/model/record.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

const writes: Operation[] = Array.from({ length: 5 }, (_, i) => ({
  ...{ op: i + 1, region: 'us', client: 'us/0', intendedUs: (i + 1) * SECOND },
  ...{ kind: 'upsert' as const, id: 5000 + i, row: 1000 + i },
}))

const runUnder = (policy: MirrorPolicy, conflict = 'hybrid-logical-clock') =>
  simulate(
    aPlan({
      load: [aLoad({ searchPerSec: 0, upsertPerSec: 1 })],
      mirror: { delivery: 'at-least-once', flushUs: SECOND, policy },
      system: { kind: 'active-active-cdc', knobs: { conflict } },
      timeline: { warmupUs: 0, runUs: 8 * SECOND, settleUs: 5 * SECOND },
    }),
    { operations: writes },
  )

/** How often copies of a write that came from `from` stand in the log of `region`. */
const copies = (events: readonly RecordEvent[], write: number, region: string, from: string) =>
  events.filter(
    (e) =>
      e.type === 'hop' &&
      e.hop === 'mirrored' &&
      e.write === write &&
      e.region === region &&
      e.from === from,
  ).length

test('a mirror that names copies after their region copies a write once, and never back', async () => {
  const { events } = await runUnder('default')
  for (const { op } of writes) {
    expect(copies(events, op, 'eu', 'us')).toBe(1)
    expect(copies(events, op, 'us', 'eu')).toBe(0)
  }
})

test('mirrors that keep names copy a write back and forth for as long as they run', async () => {
  const { events } = await runUnder('identity')
  for (const { op, intendedUs } of writes) {
    // About one round a 92 ms: two links of 40 ms, twice 5 ms of the mirror and 1 ms of the log.
    const rounds = (13 * SECOND - intendedUs) / 92_000
    for (const [region, from] of [
      ['eu', 'us'],
      ['us', 'eu'],
    ] as const) {
      expect(copies(events, op, region, from)).toBeGreaterThan(0.4 * rounds)
      expect(copies(events, op, region, from)).toBeLessThan(rounds + 1)
    }
  }
})

test('appliers that read copies between own writes still converge, if they look at versions', async () => {
  const { events } = await runUnder('identity')
  const scans = events.flatMap((e) => (e.type === 'scan' && e.final ? [e] : []))
  expect(scans).toHaveLength(2)
  expect(scans[0]?.digest).toBe(scans[1]?.digest)
  expect(scans[0]?.points).toBe(1005)
  const applied = (region: string) =>
    events.filter((e) => e.type === 'hop' && e.hop === 'applied' && e.region === region).length
  expect([applied('us'), applied('eu')]).toEqual([5, 5])
})

test('an applier that does not look at versions applies every copy that comes round', async () => {
  const { events } = await runUnder('identity', 'arrival-order')
  const applied = events.filter((e) => e.type === 'hop' && e.hop === 'applied' && e.write === 1)
  expect(applied.length).toBeGreaterThan(50)
})
