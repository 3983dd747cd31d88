import { expect, test } from 'vitest'
import {
  busiestLink,
  catchUpOf,
  catchUpPlans,
} from '../../../../harness/experiments/capacity/catch-up.ts'
import type { Trial } from '../../../../harness/model/capacity.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { catchUpSentence, catchUpTable } from '../../../../reports/planning-tables.ts'
import { aPlan } from '../../../support/plan.ts'

const trial = (factor: number, perSec: number, more: Partial<Trial> = {}): Trial => ({
  ...{ factor, seed: 1, verdict: 'pass', because: '', limits: [], figures: [], seconds: 1 },
  linkBytes: [
    { link: 'us>eu', perSec },
    { link: 'eu>us', perSec: 10 },
  ],
  ...more,
})
const busiest = { link: { from: 'us', to: 'eu' }, bytesPerSec: 50_000 }

test('the busiest link is that at the rate that is kept, by the middle of its seeds', () => {
  const trials = [trial(2, 9e9), trial(4, 40_000), trial(4, 50_000), trial(4, 90_000)]
  expect(busiestLink(trials, 4)).toEqual(busiest)
  expect(busiestLink([trial(4, 0, { linkBytes: [] })], 4)).toBeNull()
})

test('each plan cuts the link both ways, gives it one bandwidth, and lasts until it can have caught up', () => {
  const plans = catchUpPlans(aPlan(), busiest)
  expect(plans).toHaveLength(12)
  for (const { plan, cutUs, bytesPerSec } of plans) {
    const [fault] = plan.faults
    if (fault?.kind !== 'partition') throw new Error('a cut')
    expect(fault.untilUs - fault.atUs).toBe(cutUs)
    expect(fault.links).toContainEqual({ from: 'eu', to: 'us' })
    const { warmupUs, runUs, settleUs } = plan.timeline
    expect(fault.untilUs).toBeLessThan(warmupUs + runUs)
    expect(settleUs).toBeGreaterThan(2 * cutUs)
    const link = plan.links.find(({ from, to }) => from === 'us' && to === 'eu')
    if (bytesPerSec !== null) expect(link?.bitsPerSec).toBe(8 * bytesPerSec)
    expect(plan.limits).toEqual([])
  }
  const wide = [...new Set(plans.map(({ bytesPerSec }) => bytesPerSec))]
  expect(wide).toEqual([null, 400_000, 200_000, 100_000])
})

test('the table has a row for each bandwidth, and what never came or was not run says so', () => {
  const wanted = (bytesPerSec: number | null, cutSec: number) => ({
    bytesPerSec,
    cutUs: cutSec * SECOND,
  })
  const took = (low: number, high?: number) =>
    trial(4, 1, {
      catchUp: { low: low * SECOND, ...(high !== undefined && { high: high * SECOND }) },
    })
  const table = catchUpOf(busiest, [
    { ...wanted(null, 5), trial: took(2, 2) },
    { ...wanted(null, 20), trial: took(8, 9) },
    { ...wanted(100_000, 5), trial: took(40) },
    { ...wanted(100_000, 20), trial: undefined },
  ])
  const plain = (text: string) => text.replace(/\s/g, ' ')
  const { head, rows } = catchUpTable(table)
  expect(head.map(plain)).toEqual([
    'bandwidth of the link',
    '5.00 s cut, 250 kB behind',
    '20.0 s cut, 1.00 MB behind',
  ])
  expect(rows.map((row) => row.map(plain))).toEqual([
    ['as the scenario has it', '2.00 s', '8.00 s … 9.00 s'],
    ['100 kB/s, 2 × its flow', 'more than 40.0 s', 'not run'],
  ])
  expect(plain(catchUpSentence(table))).toContain('after us → eu was cut')
})
