import { expect, test } from 'vitest'
import { campaignPage } from '../../../../harness/experiments/campaign/campaign-page.ts'
import { seedCampaign } from '../../../../harness/experiments/campaign/seed-campaign.ts'
import { rateSentence } from '../../../../harness/experiments/campaign/seed-table.ts'
import type { Row } from '../../../../harness/experiments/campaign/task.ts'
import { aPlan } from '../../../../harness/experiments/prove/plain-plan.ts'
import { aSeed, campaignOf } from '../../../support/campaign.ts'
import { balanced } from '../../reports/balanced.ts'

/** Every blank as a plain one. */
async function pageOf(rows: Row[]): Promise<string> {
  const page = await campaignPage(campaignOf(rows), rows, {
    ...{ plan: aPlan({ question: 'Does it hold?' }), file: 'failover.yaml', base: 'runs/x' },
  })
  return page.replaceAll('\u00a0', ' ')
}

const fails = (seed: number, ...failed: string[]) =>
  aSeed(seed, {
    ...{ verdict: 'fail', exitCode: 1, outcome: 'not as it should', failed },
    wrong: [`${failed[0]} is broken`],
  })

const passes = (count: number, from = 1): Row[] =>
  Array.from({ length: count }, (_, i) => aSeed(from + i))

test('without a failing seed the page says how many may fail all the same', () => {
  // 1 - 0.05^(1/100)
  expect(rateSentence(campaignOf(passes(100)))).toBe(
    'None of 100 seeds failed; with 95 % confidence at most 3.0 % of all seeds do.',
  )
})

test('seeds that cannot be counted are good for the lower end and failed for the upper one', () => {
  const open = aSeed(200, { verdict: 'unknown', outcome: 'not as it should', wrong: ['open'] })
  const campaign = campaignOf([
    ...passes(94),
    ...Array.from({ length: 5 }, (_, i) => fails(95 + i, 'lost-writes')),
    open,
  ])
  // Both ends of 5 and of 6 in 100, from Clopper and Pearson's tables as R's binom.test has them.
  expect(campaign.failureRate.low).toBeCloseTo(0.016432, 5)
  expect(campaign.failureRate.high).toBeCloseTo(0.126026, 4)
  expect(rateSentence(campaign)).toContain(
    '5 of 100 seeds failed (5.0 %), and 1 seed cannot be counted;',
  )
})

test('the page lists failing seeds with what failed and how to run them again, and draws how figures spread', async () => {
  const html = await pageOf([
    ...passes(6),
    fails(7, 'lost-writes', 'catch-up ≤ 1 s'),
    fails(8, 'lost-writes'),
  ])
  expect(balanced(html)).toEqual([])
  expect(html).toContain('<strong>FAIL</strong> <span>2 of 8 seeds failed (25 %)')
  expect(html).toMatch(/<td>lost-writes<\/td><td>2<\/td><td>25 %<\/td><td>7<\/td>/)
  expect(html).toContain('faultline run <a href="seed-7.plan.json">runs/x/seed-7.plan.json</a>')
  expect(html).toContain('faultline shrink runs/x/seed-7.plan.json')
  expect(html).toContain(
    'aria-label="catch-up, recovery:crash of 8 runs, smallest to largest: 1.00',
  )
  expect(html.match(/data-say="seed 8: 8\.00 s, failed"/)).not.toBeNull()
  expect(html).not.toContain('were not run')
})

test('a run without a verdict is no failure, and what never ended is drawn on top', async () => {
  const never = { low: 49_000_000, high: Number.POSITIVE_INFINITY }
  const rows = [
    ...passes(3),
    aSeed(4, {}, never),
    aSeed(5, { verdict: 'not run', outcome: 'not as it should', wrong: ['it broke'], figures: [] }),
  ]
  const html = await pageOf(rows)
  expect(html).toContain(
    '<strong>UNKNOWN</strong> <span>None of 5 seeds failed, and 1 seed cannot be counted',
  )
  expect(html).toContain('data-say="seed 4: ≥ 49.0 s"')
  expect(html).toMatch(/<td>≥ 49\.0 s<\/td><td>4</)
})

test('of an expectation every verdict counts that was not stated', () => {
  const odd = aSeed(3, {
    verdict: 'unknown',
    outcome: 'not as it should',
    wrong: ['it should fail'],
  })
  const campaign = seedCampaign([...passes(2), odd], () => undefined, {
    ...{ scenario: 'failover', faultline: '0', asked: 3, seconds: 1, jobs: 1 },
    ...{ interrupted: false, expecting: true },
  })
  expect(campaign.undecided).toBe(0)
  expect(rateSentence(campaign)).toContain('1 of 3 seeds came out otherwise than stated (33 %);')
})
