import { expect, test } from 'vitest'
import { gateOf } from '../../../harness/experiments/gate/gate.ts'
import type { Night, NightHistory } from '../../../harness/experiments/gate/history.ts'
import { nightsResult } from '../../../harness/experiments/gate/nights-result.ts'
import { usualStrictness } from '../../../harness/experiments/gate/trend.ts'
import { nightsPage } from '../../../reports/nights.ts'
import { balanced } from './balanced.ts'

const day = (i: number) => `2026-11-${String(i + 1).padStart(2, '0')}`
const passed = { seed: 1, verdict: 'pass', exitCode: 0, because: 'All limits hold.' } as const

/** p99 of a search, the median of lag and how long convergence took, of one night. */
const aNight = (i: number, p99: number, lag: number | null, over: Partial<Night> = {}): Night => ({
  ...{ type: 'night', format: 1, night: day(i), series: 'a', scenario: 'cut', system: 'gossip' },
  ...{
    world: 'sim',
    commit: `c0ffee${i}`,
    faultline: '0',
    machine: 'any',
    command: 'faultline gate',
  },
  runs: [passed],
  figures: [
    { what: 'search.response p99', where: 'baseline', metric: 'search.response', values: [p99] },
    { what: 'lag p50', where: 'baseline', metric: 'lag', values: [lag] },
    { what: 'convergence', where: '', metric: 'convergence', values: [1_000] },
  ],
  ...over,
})
/** Up and down by 1 %. */
const wave = (i: number) => 1 + (i % 3) / 100
const nights = Array.from({ length: 20 }, (_, i) =>
  aNight(i, 4_000 * wave(i) * (i < 16 ? 1 : 1.3), i === 7 ? null : 250_000 * wave(i)),
)
const historyOf = (all: Night[]): NightHistory => ({
  ...{ file: 'x.jsonl', nights: all, acceptances: [] },
  quarantines: [],
})
const pageOf = (history: NightHistory) =>
  nightsPage(nightsResult(gateOf(history, usualStrictness), history))

test('the page says what got worse, since when, and shows it across the nights', async () => {
  const html = await pageOf(historyOf(nights))
  expect(balanced(html)).toEqual([])
  expect(html).toContain('<h1>cut on gossip: 20 nights</h1>')
  expect(html).toMatch(
    /<strong>REGRESSED<\/strong> <span>search\.response p99 \(baseline\) is at 5\.25\sms instead of 4\.04\sms \(\+30\s%\) since 2026-11-17, for 4 nights: further than chance moves its level\. It began 3 nights before the last\.</,
  )
  expect(html).toContain('Of 3 figures 1 got worse, 2 are as they were.')
  expect(html).toMatch(/\+30\s%: 4\.04\sms to 5\.25\sms, 4 nights since 2026-11-17/)
  // The drawing is told in words, and a night that measured nothing is in none of them.
  const labels = [...html.matchAll(/aria-label="([^"]+ by night[^"]+)"/g)].map(([, label]) => label)
  expect(labels).toHaveLength(3)
  expect(labels.find((label) => label?.startsWith('lag p50'))).not.toContain(day(7))
  expect(labels[0]).toMatch(/2026-11-17 5\.25\sms/)
  expect(html).toContain('<h3>convergence</h3>')
  expect(await pageOf(historyOf(nights))).toBe(html)
})

test('what is in quarantine says so, and a night that is invalid says why it measured nothing', async () => {
  const invalid = { ...passed, verdict: 'invalid', exitCode: 3, because: 'It was busy.' } as const
  const dark = aNight(20, 0, null, { figures: [], runs: [invalid] })
  const kept = { what: 'search.response p99', where: 'baseline', until: '2026-12-24' }
  const said = { type: 'quarantine', why: 'noisy disk', by: 'me', at: day(1) } as const
  const html = await pageOf({
    ...historyOf([...nights, dark]),
    quarantines: [{ ...said, ...kept }],
  })
  expect(html).toContain('<strong>NO DATA</strong> <span>No data: 1 of 1 runs are invalid')
  expect(html).toContain('no data, in quarantine until 2026-12-24: noisy disk')
  expect(html).toContain('seed 1 invalid: It was busy.')
})
