import { expect, test } from 'vitest'
import type { AlertVerdict } from '../../../harness/model/alert.ts'
import { SECOND } from '../../../harness/model/units.ts'
import { suiteOf } from '../../../reports/ci/suite.ts'
import { renderHtml } from '../../../reports/html.ts'
import { markdownOf } from '../../../reports/markdown.ts'
import { summaryOf } from '../../../reports/summary.ts'
import { asleep, fired, labels, outcome } from '../../support/alerts.ts'
import { aJudgement, anAnalysis, aReport } from '../../support/analysis.ts'
import { balanced } from './balanced.ts'

const slept = outcome('Slept', { faults: [{ ...asleep, heldUs: 45 * SECOND }] })
const wrong = outcome('Wrong', {
  episodes: [
    { labels, activeUs: 20 * SECOND, firedUs: 20 * SECOND, endedUs: null, faults: [], wrong: true },
  ],
  faults: [asleep],
})
const untold = outcome('Untold', { cannotTell: 'capability missing: cpu_busy_ratio <b>.' })

const quiet: AlertVerdict = {
  expectation: { expect: 'quiet', alert: 'Wrong' },
  verdict: 'fail',
  because: 'Wrong should be quiet and fired 1 time.',
}
const fire: AlertVerdict = {
  expectation: { expect: 'fire', alert: 'Untold', fault: null, withinUs: 30 * SECOND },
  verdict: 'unknown',
  because: 'Nobody can tell of Untold.',
}
const report = aReport({
  analysis: anAnalysis({
    series: [],
    curves: [],
    metrics: [],
    alerts: [fired, slept, wrong, untold],
  }),
  judgement: aJudgement({ alerts: [quiet, fire] }),
})

test('the page has a section with a bar for each alert, and what each did about each fault', async () => {
  const page = await renderHtml(report)
  const section = /<section id="alerts">[\s\S]*?<\/section>/.exec(page)?.[0] ?? ''
  expect(balanced(section)).toEqual([])
  const text = section
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('\u00a0', ' ')
    .replace(/\s+/g, ' ')
  expect(text).toContain(
    '1 of 4 alerts would have woken somebody for a fault; 1 slept through one although the condition held; 1 fired wrongly; of 1 nobody can tell.',
  )
  expect(text).toContain('Not as expected: Wrong should be quiet and fired 1 time.')
  expect(text).toContain('Cannot tell: Nobody can tell of Untold.')
  expect(text).toContain(
    'Lag partition us-east → eu-west fired 15.0 s after it began, resolved 10.0 s after the heal',
  )
  expect(text).toContain('Slept partition silent: its condition held for 45.0 s')
  // Ten seconds of warm-up: 20 s of the record is 10 s of the scenario.
  expect(text).toMatch(/Wrong none fired wrongly 1 time, .*: first at 10 s/)
  expect(section).toContain('capability missing: cpu_busy_ratio &lt;b&gt;.')
  for (const name of ['Lag: fired', 'Slept: silent', 'Wrong: fired wrongly', 'Untold: cannot tell'])
    expect(section.split(`>${name}<`)).toHaveLength(3)
})

test('a scenario without alerts has no such section, in the page, in Markdown and in the summary', async () => {
  const without = aReport({ analysis: anAnalysis({ series: [], curves: [], metrics: [] }) })
  expect(await renderHtml(without)).not.toContain('id="alerts"')
  expect(markdownOf(without)).not.toContain('## Alerts')
  expect(summaryOf(without)).not.toHaveProperty('alerts')
})

test('Markdown tells the same, what was expected first', () => {
  const text = markdownOf(report)
  expect(text).toContain(
    '## Alerts\n\n- **fail**: Wrong should be quiet and fired 1 time.\n- **unknown**: ',
  )
  expect(text).toContain(
    '| Lag | partition | fired 15.0 s after it began, resolved 10.0 s after the heal |',
  )
})

test('the summary has a row for each rule, in microseconds from the start of warm-up', () => {
  const { alerts } = summaryOf(report)
  expect(alerts?.[0]).toMatchObject({
    alert: 'Lag',
    fired: 1,
    wrong: 0,
    faults: [{ fault: 'partition', firedAfterUs: 15 * SECOND, afterHealUs: 10 * SECOND }],
    episodes: [{ firedUs: 55 * SECOND, endedUs: 90 * SECOND }],
  })
  expect(alerts?.[2]).toMatchObject({ wrong: 1, expected: [{ verdict: 'fail' }] })
  expect(alerts?.[3]).toMatchObject({ cannotTell: expect.stringContaining('capability missing') })
})

test('for CI servers each expectation is a case: broken fails, what nobody can tell is skipped', () => {
  const { analysis, judgement } = report
  const { cases } = suiteOf(
    { analysis, judgement, environment: {}, run: null },
    { unmet: [], accepted: null },
  )
  expect(cases.filter(({ where }) => where === 'alerts')).toMatchObject([
    { name: 'Wrong stays quiet', outcome: 'failed' },
    { name: 'Untold fires for every fault within 30.0 s', outcome: 'skipped' },
  ])
})
