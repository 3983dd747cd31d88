import { expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../../harness/model/fault.ts'
import type { FaultEvent, RecordEvent } from '../../../harness/model/record.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import type { World } from '../../../harness/ports/world.ts'
import { aLoad, aPlan, aProfile } from '../../support/plan.ts'
import { simulate } from '../../support/simulate.ts'

const there = { from: 'us', to: 'eu' }
const back = { from: 'eu', to: 'us' }
const both = [there, back]
const region = 'eu'

/** Every kind of fault, and by how much later than planned its canaries may see beginning and end. */
const kinds: [FaultKind, { beginMs: number; endMs: number }][] = [
  [
    { kind: 'partition', links: both },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'one-way-cut', links: [there] },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'hold', links: [there] },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'flap', links: both, upUs: 700 * MS, downUs: 300 * MS },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'latency', links: both, addUs: 300 * MS },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'jitter', links: [there], addUs: 40 * MS, law: 'pareto' },
    { beginMs: 3000, endMs: 1000 },
  ],
  [
    { kind: 'loss', links: [there], share: 0.05 },
    { beginMs: 3000, endMs: 1000 },
  ],
  [
    { kind: 'bandwidth', links: [there], bitsPerSec: 1_000_000 },
    { beginMs: 1000, endMs: 1500 },
  ],
  [
    { kind: 'connection-bandwidth', links: [there], bitsPerSec: 1_000_000 },
    { beginMs: 1000, endMs: 1500 },
  ],
  [
    { kind: 'connection-reset', links: [there] },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'connection-reset', links: both },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'mirror-kill', links: [there] },
    { beginMs: 250, endMs: 5500 },
  ],
  [
    { kind: 'mirror-pause', links: [there] },
    { beginMs: 250, endMs: 250 },
  ],
  [
    { kind: 'mirror-stall', links: [there] },
    { beginMs: 250, endMs: 250 },
  ],
  [
    { kind: 'region-loss', region },
    { beginMs: 200, endMs: 10_400 },
  ],
  [
    { kind: 'log-disk-full', region },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'broker-loss', region, count: 1 },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'broker-loss', region, count: 2 },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'index-rebuild', region, factor: 3 },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'clock-strobe', region, offsetUs: SECOND, everyUs: 500 * MS },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'clock-strobe', region, offsetUs: -SECOND, everyUs: 100 * MS },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'region-pause', region },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'region-crash', region },
    { beginMs: 100, endMs: 2100 },
  ],
  [
    { kind: 'agent-pause', region },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'agent-crash', region },
    { beginMs: 100, endMs: 2100 },
  ],
  [
    { kind: 'store-freeze', region },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'store-crash', region },
    { beginMs: 200, endMs: 10_400 },
  ],
  [
    { kind: 'log-freeze', region },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'log-crash', region },
    { beginMs: 200, endMs: 2200 },
  ],
  [
    { kind: 'brown-out', region, factor: 10, share: 1 },
    { beginMs: 100, endMs: 100 },
  ],
  [
    { kind: 'brown-out', region, factor: 20, share: 0.2 },
    { beginMs: 3000, endMs: 1500 },
  ],
  [
    { kind: 'clock-skew', region, offsetUs: 5 * SECOND, driftPpm: 0 },
    { beginMs: 200, endMs: 200 },
  ],
  [
    { kind: 'clock-skew', region, offsetUs: 0, driftPpm: 5000 },
    { beginMs: 1000, endMs: 200 },
  ],
]

const planned = (fault: FaultKind): FaultPlan => ({
  ...fault,
  name: 'fault',
  atUs: 5 * SECOND,
  untilUs: 15 * SECOND,
})

const quickStart = aProfile({ restartUs: SECOND, loadedUs: 10 * SECOND })

const planWith = (fault: FaultPlan) =>
  aPlan({
    profile: quickStart,
    load: [aLoad({ searchPerSec: 5, upsertPerSec: 2 })],
    timeline: { warmupUs: 2 * SECOND, runUs: 20 * SECOND, settleUs: 15 * SECOND },
    faults: [fault],
  })

const seen = (events: readonly RecordEvent[], what: FaultEvent['what']) =>
  events.find((event): event is FaultEvent => event.type === 'fault' && event.what === what)

test.each(kinds)('canaries bracket $kind, its beginning and its end', async (kind, late) => {
  const fault = planned(kind)
  const { events } = await simulate(planWith(fault))
  const [lastBefore, first] = seen(events, 'confirmed')?.bracket ?? [-1, -1]
  expect(first).toBeGreaterThanOrEqual(fault.atUs)
  expect(first - fault.atUs).toBeLessThanOrEqual(late.beginMs * MS)
  expect(lastBefore).toBeLessThanOrEqual(first)
  const [, firstNormal] = seen(events, 'heal-confirmed')?.bracket ?? [-1, -1]
  expect(firstNormal).toBeGreaterThanOrEqual(fault.untilUs)
  expect(firstNormal - fault.untilUs).toBeLessThanOrEqual(late.endMs * MS)
})

const doingNothing = (world: World): World => ({
  ...world,
  clock: world.clock,
  faults: { missing: () => [], inject: async () => ({ heal: async () => {} }) },
})

test.each(kinds)('a %o that does nothing is never confirmed', async (kind) => {
  const { events } = await simulate(planWith(planned(kind)), { world: doingNothing })
  expect(seen(events, 'injected')).toBeDefined()
  expect(seen(events, 'confirmed')).toBeUndefined()
  expect(seen(events, 'heal-confirmed')).toBeUndefined()
})
