import { expect, test } from 'vitest'
import type { FaultPlan } from '../../harness/model/fault.ts'
import { MS, SECOND } from '../../harness/model/units.ts'
import { judged } from '../support/judged.ts'
import { aLoad, aPlan, aProfile } from '../support/plan.ts'
import { healUs, inFlightAt, quantileOf, rawOperations } from '../support/raw-record.ts'

/** One worker of 8 ms under 100 searches a second: what a freeze of 3 s leaves takes four times as long to serve. */
const freeze: FaultPlan = {
  ...{ kind: 'store-freeze', name: 'freeze', region: 'us' },
  ...{ atUs: 12 * SECOND, untilUs: 15 * SECOND },
}
const plan = aPlan({
  regions: ['us'],
  data: { set: 'glosses-10k', base: 200 },
  profile: aProfile({ workers: 1, search: { baseUs: 7 * MS, tailUs: MS } }),
  load: [
    aLoad({
      arrivals: { kind: 'constant' },
      searchPerSec: 100,
      upsertPerSec: 2,
      deadlineUs: 30 * SECOND,
      queries: { law: 'zipf', exponent: 3 },
    }),
  ],
  timeline: { warmupUs: 2 * SECOND, runUs: 43 * SECOND, settleUs: 5 * SECOND },
  faults: [freeze],
})

test('the baseline is what was intended outside a freeze and the queue it left: p99 within 5 %', async () => {
  const run = await judged(plan)
  const healedUs = healUs(run.events, 'freeze')
  const operations = rawOperations(run.events)
  const calm = operations.filter(({ intended }) => intended >= 2 * SECOND && intended < freeze.atUs)
  const before = Math.max(...calm.map(({ intended }) => inFlightAt(operations, intended)))
  const served = operations
    .map(({ done }) => done)
    .filter((us) => us > healedUs)
    .sort((a, b) => a - b)
    .find((us) => inFlightAt(operations, us) <= before)
  expect(served).toBeGreaterThan(healedUs + 6 * SECOND)
  expect(served).toBeLessThan(healedUs + 24 * SECOND)

  const spans = run.analysis.phases.map(({ name, fromUs, toUs }) => [name, fromUs, toUs])
  expect(spans.slice(2, 5)).toEqual([
    ['fault:freeze', freeze.atUs, healedUs],
    ['recovery:freeze', healedUs, served],
    ['baseline', served, 45 * SECOND],
  ])

  const outside = operations
    .filter(({ kind, intended }) => kind === 'search' && intended >= 2 * SECOND)
    .filter(({ intended }) => intended < freeze.atUs || intended >= (served ?? 0))
    .map(({ intended, done }) => done - intended)
  const truthUs = quantileOf(outside, 0.99)
  const [baseline] = run.rows('search.response', { region: 'us', phase: 'baseline' })
  expect(baseline?.count).toBe(outside.length)
  expect(Math.abs((baseline?.p99 ?? 0) / truthUs - 1)).toBeLessThan(0.05)
  // What the queue cost, which is none of the baseline's business.
  const [recovery] = run.rows('search.response', { region: 'us', phase: 'recovery:freeze' })
  expect(recovery?.p50).toBeGreaterThan(20 * truthUs)
})
