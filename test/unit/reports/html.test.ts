import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { parseSelector } from '../../../harness/analysis/lines/selector.ts'
import type { Analysis } from '../../../harness/model/finding.ts'
import type { MetricRow } from '../../../harness/model/metric.ts'
import type { Plan } from '../../../harness/model/plan.ts'
import { SECOND } from '../../../harness/model/units.ts'
import { renderHtml } from '../../../reports/html.ts'
import {
  aFinding,
  aJudgement,
  aLimit,
  anAnalysis,
  anEmptyAnalysis,
  anEnvironment,
  aReport,
  aThreeRegionPlan,
} from '../../support/analysis.ts'
import { balanced } from './balanced.ts'

/** What the drawing library complains about would stand on the terminal of every run. */
const warnings = vi.spyOn(console, 'warn')
afterEach(() => expect(warnings).not.toHaveBeenCalled())

/** The text of a page as a reader sees it. */
const textOf = (page: string): string =>
  page
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&gt;', '>')
    .replace(/\s+/g, ' ')

/** A page without charts: quick to make, for what stands in words and tables. */
const wordsOnly = (over: Partial<Analysis> = {}): Analysis =>
  anAnalysis({ series: [], curves: [], metrics: [], ...over })

describe('the report of a realistic run', () => {
  let page = ''
  let text = ''
  beforeAll(async () => {
    page = await renderHtml(aReport())
    text = textOf(page)
  }, 60_000)

  test('is one file that asks for nothing, and runs two scripts that its policy names by their bytes', () => {
    expect(page).toMatch(
      /<meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; style-src &#39;sha256-[\w+/=]{44}&#39;; script-src(?: &#39;sha256-[\w+/=]{44}&#39;){2}; base-uri/,
    )
    expect(page.match(/<script/g)).toEqual(['<script', '<script'])
    const still = page.replace(/<script type="module">[\s\S]*?<\/script>/g, '')
    expect(still).not.toMatch(/<script|<link|\son\w+=|javascript:|@import|url\(|<iframe|<img/i)
    expect(still).not.toMatch(/(?:src|href)="(?!#)/)
  })

  test('is well-formed, with every id once', () => {
    expect(page.startsWith('<!doctype html>\n<html lang="en">')).toBe(true)
    expect(balanced(page.replace('<!doctype html>', ''))).toEqual([])
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('has its sections in the order people read them', () => {
    expect([...page.matchAll(/<section id="([^"]+)"/g)].map(([, id]) => id)).toEqual([
      'limits',
      'timeline',
      'percentiles',
      'hops',
      'recall-loss',
      'catch-up',
      'findings',
      'measurements',
      'method',
      'faults',
      'scenario',
      'profile',
      'environment',
      'repeat',
      'glossary',
    ])
  })

  test('says the verdict with a word and a shape, and why in one sentence', () => {
    expect(page).toMatch(/<header class="fail">/)
    expect(page).toMatch(/<svg class="icon"[^>]*>.*?<\/svg><strong>FAIL<\/strong>/)
    expect(text).toContain('search.response p99 in eu-west is 40.02 ms in settle')
    expect(text).toContain('Does eu-west catch up after a 40-second cut')
  })

  test('says that times are simulated, and that nobody has measured how far off they are', () => {
    expect(text).toContain('simulated · profile milvus-2.3.5-2core')
    expect(text).toContain('Its error against real servers has not been measured in this version.')
  })

  test('answers the four questions in words', () => {
    expect(text).toMatch(
      /Worst response: p99 [\d.]+ ms in baseline \(ap-south\); p95 [\d.]+ ms while/,
    )
    expect(text).toMatch(/Lowest mean recall: 0.948 to 0.951 during partition .*replication/)
    expect(text).toContain('Caught up 3.00 s after the end of partition.')
    expect(text).toContain('0 lost of 3,590 acknowledged writes')
  })

  test('every drawing has a role, a label and its data beside it', () => {
    const drawings = page.match(/<svg viewBox[^>]*role="img"[^>]*>/g) ?? []
    expect(drawings.length).toBeGreaterThan(20)
    for (const drawing of drawings) expect(drawing).toMatch(/aria-label="[^"]{10,}"/)
    for (const figure of page.match(/<figure[\s\S]*?<\/figure>/g) ?? [])
      expect(figure).toMatch(/<details class="data">/)
  })

  test('no drawing takes more than 60 KB, and the page no more than 1.5 MB', () => {
    for (const svg of page.match(/<svg viewBox[\s\S]*?<\/svg>/g) ?? [])
      expect(svg.length).toBeLessThan(60_000)
    expect(Buffer.byteLength(page)).toBeLessThan(1_500_000)
  })

  test('says of every figure how it was measured, with a command that faultline understands', () => {
    const ids = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const leads = [...page.matchAll(/<a [^>]*href="#([^"]+)"/g)].map(([, id]) => id)
    expect(leads.filter((id) => !ids.has(id))).toEqual([])
    expect(leads).toContain('how-search.response')
    const section = page.slice(
      page.indexOf('<section id="method"'),
      page.indexOf('<section id="faults"'),
    )
    const selectors = [
      ...section.matchAll(/faultline lines \S+ (?:&#39;)?(metric=.*?)(?:&#39;)?<\/code>/g),
    ].map(([, selector = '']) => selector.replaceAll('&gt;', '>').replaceAll('&lt;', '<'))
    expect(selectors.length).toBeGreaterThan(5)
    expect(selectors).toContain('metric=lag,link=eu-west>us-east,phase=fault:partition')
    for (const selector of selectors) expect(parseSelector(selector).kind).toBe('figure')
  })

  test('shows no figure that is none', () => {
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/)
  })

  test('quotes witnesses with their lines and a command that shows them', () => {
    expect(text).toContain('its fetch from us-east found nothing. Lines 26114, 26190.')
    expect(text).toContain('faultline lines runs/partition-heal-42 finding=read-your-writes')
    expect(text).toContain('faultline lines runs/partition-heal-42 line=18422')
  })

  test('says when canaries saw the fault begin and end', () => {
    expect(text).toMatch(/30.2 s \(\+200 ms\)/)
    expect(text).toMatch(/70.4 s \(\+400 ms\)/)
    expect(text).toContain('echo missing')
  })

  test('has seed and command to repeat it, and follows the colours of the reader', () => {
    expect(text).toContain('faultline run scenarios/partition-heal.yaml --seed 42')
    expect(page).toContain('color-scheme:light dark')
    expect(page).toContain('prefers-color-scheme:dark')
    expect(page).toContain('@media print')
  })

  test('is the same bytes when made again', async () => {
    expect(await renderHtml(aReport())).toBe(page)
  })
})

test('a run with nothing measured says what is missing, and draws nothing', async () => {
  const judgement = aJudgement({ verdict: 'unknown', because: 'Nothing was measured.', limits: [] })
  const text = textOf(await renderHtml(aReport({ analysis: anEmptyAnalysis(), judgement })))
  expect(text).toContain(
    'The record is cut off at −0.5 s, after 12 lines: the last line is not complete.',
  )
  expect(text.match(/not measured/gi)?.length).toBeGreaterThan(8)
  expect(text).toContain('No fault was planned')
  expect(text).not.toMatch(/NaN|undefined|Infinity|null/)
})

test('nothing of a scenario becomes markup', async () => {
  const evil = `"><script>alert('x')</script>&amp;`
  const plan = aThreeRegionPlan({ name: evil, question: evil, regions: [evil, 'b'], file: evil })
  const analysis = anAnalysis({
    plan,
    faultline: evil,
    phases: [{ name: evil, fromUs: 0, toUs: SECOND }],
    faults: [
      {
        name: evil,
        kind: evil,
        where: evil,
        fromUs: 0,
        toUs: SECOND,
        confirmedUs: null,
        healConfirmedUs: null,
        saw: evil,
      },
    ],
    series: [{ chart: 'latency', key: evil, line: evil, points: [[0, 1000]] }],
    curves: [
      {
        metric: 'search.response',
        region: evil,
        phase: evil,
        points: [
          [0, 1000],
          [0.5, 2000],
        ],
      },
    ],
    metrics: [
      { metric: 'lag', unit: 'us', link: evil, phase: evil, hop: evil, count: 9, p50: 1000 },
      {
        metric: 'recall-loss',
        unit: 'ratio',
        region: evil,
        phase: evil,
        cause: evil,
        count: 1,
        value: 0.5,
      },
    ],
    findings: [
      aFinding({
        checker: evil,
        because: evil,
        verdict: 'fail',
        events: [{ sentence: evil, lines: [1] }],
      }),
    ],
  })
  const limits = [
    { limit: aLimit(), region: evil, count: 1, verdict: 'fail' as const, because: evil },
  ]
  const judgement = aJudgement({ because: evil, limits })
  const environment = anEnvironment({ host: evil })
  const page = await renderHtml({ analysis, judgement, environment, run: evil })
  expect(page.match(/<script[^>]*>/g)).toEqual(Array(2).fill('<script type="module">'))
  expect(page).toContain('&lt;script&gt;')
  expect(balanced(page.replace('<!doctype html>', ''))).toEqual([])
})

test('passed limits fold away when there are many, and the closest to each limit stays', async () => {
  const [first] = aJudgement().limits
  const limits = Array.from({ length: 20 }, (_, i) => ({
    limit: first!.limit,
    region: `region-${i}`,
    measured: 1000 * (i + 1),
    count: 100,
    verdict: 'pass' as const,
    because: '',
  }))
  const page = await renderHtml(
    aReport({ analysis: wordsOnly(), judgement: aJudgement({ limits }) }),
  )
  const section = /<section id="limits">([\s\S]*?)<\/section>/.exec(page)?.[1] ?? ''
  const [before = '', inside = ''] = section.split('<details')
  expect(before).toContain('region-19')
  expect(before).not.toContain('region-7<')
  expect(inside).toContain('All 20 passed cells')
  expect(inside).toContain('region-7<')
})

test('what the system does not promise is told, and not called a failure', async () => {
  const finding = aFinding({ verdict: 'fail', promised: false, violations: 2 })
  const page = await renderHtml(aReport({ analysis: wordsOnly({ findings: [finding] }) }))
  expect(page).toContain('<span class="verdict note">not promised</span>')
  expect(textOf(page)).toContain('The system does not promise this')
})

test('a fault no canary saw is named as unproven', async () => {
  const [fault] = anAnalysis().faults
  const faults = [{ ...fault!, confirmedUs: null, healConfirmedUs: null }]
  const text = textOf(await renderHtml(aReport({ analysis: wordsOnly({ faults }) })))
  expect(text).toContain('Not confirmed by any canary: partition.')
  expect(text).toContain(
    'Catch-up was not measured: no fault ended after a write was acknowledged.',
  )
  expect(text).toContain('partition: us-east ↔ eu-west (not confirmed)')
})

test('a lower bound is never told as a measurement', async () => {
  const at = { unit: 'us', phase: 'baseline', count: 2000 } as const
  const metrics: MetricRow[] = [
    {
      metric: 'search.response',
      ...at,
      region: 'us-east',
      p50: 3000,
      censored: 40,
      atLeast: { p99: 2 * SECOND },
    },
    {
      metric: 'catch-up',
      unit: 'us',
      phase: 'recovery:partition',
      count: 9,
      low: 4 * SECOND,
      censored: 2,
    },
    { metric: 'convergence', unit: 'us', count: 1, low: 40 * SECOND, censored: 1 },
  ]
  const text = textOf(await renderHtml(aReport({ analysis: wordsOnly({ metrics }) })))
  expect(text).toContain('Worst response: p99 at least 2.00 s in baseline (us-east).')
  expect(text).toContain('not within 4.00 s after partition, when the record ends')
  expect(text).toContain('regions had not converged')
  expect(text).toContain('≥ 2.00 s')
  expect(text).not.toMatch(/p99 2\.00 s/)
})

test('a large run stays under 1.5 MB and says what it left out', async () => {
  const [row] = anAnalysis().metrics
  const [limit] = aJudgement().limits
  const metrics = Array.from(
    { length: 5000 },
    (_, i): MetricRow => ({
      ...row!,
      region: `region-${i}`,
    }),
  )
  const limits = Array.from({ length: 3000 }, () => limit!)
  const report = aReport({ analysis: wordsOnly({ metrics }), judgement: aJudgement({ limits }) })
  const page = await renderHtml(report)
  expect(Buffer.byteLength(page)).toBeLessThan(1_500_000)
  expect(textOf(page)).toContain('The first 1,000; the other 4,000 are in summary.json.')
  expect(textOf(page)).toContain('The first 400; the other 2,600 are in summary.json.')
})

test('a run on real servers says so, how they were set, and what was laid over for it', async () => {
  const overlay = ['load: 60/s -> 20/s searches in us-east', 'limit lag p90 dropped']
  const plan = aThreeRegionPlan({ world: 'containers', overlay })
  const page = await renderHtml(aReport({ analysis: wordsOnly({ plan }) }))
  const text = textOf(page)
  expect(text).toContain('real servers · containers')
  expect(text).toContain(
    'Laid over for containers: load: 60/s -> 20/s searches in us-east limit lag p90 dropped',
  )
  expect(text).toContain('Milvus session TTL 30.0 s')
  expect(text).not.toMatch(/simulated|modelled/)
  expect(balanced(page.replace('<!doctype html>', ''))).toEqual([])
})

test('a record of before there were overlays still gives a report', async () => {
  const { overlay: _, servers: __, ...plan } = aThreeRegionPlan()
  const page = await renderHtml(aReport({ analysis: wordsOnly({ plan: plan as Plan }) }))
  expect(textOf(page)).not.toContain('Laid over')
})

describe('the scenario in the report', () => {
  const used = 'partition-heal, seed 42\n\nLinks\n  us-east -> eu-west  38ms  76ms'

  test('is shown as it was written and as it was run, folded where it is long', async () => {
    const written = `# Why?\nname: <b>\n${'# a line\n'.repeat(40)}`
    const page = await renderHtml(
      aReport({ analysis: wordsOnly(), scenario: { written, plan: used } }),
    )
    const section = page.slice(page.indexOf('<section id="scenario"'), page.indexOf('id="profile"'))
    expect(section).toContain('partition-heal.yaml as it was written, 42 lines')
    expect(section).toContain('name: &lt;b&gt;')
    expect(section).toContain('us-east -&gt; eu-west  38ms  76ms')
    expect(section.match(/<details[^>]*>/g)?.map((tag) => tag.includes(' open'))).toEqual([
      false,
      true,
    ])
  })

  test('that was not kept is said to be missing, and the plan is shown all the same', async () => {
    const scenario = { written: null, plan: used }
    const text = textOf(await renderHtml(aReport({ analysis: wordsOnly(), scenario })))
    expect(text).toContain('was not kept with this run')
    expect(text).toContain('us-east -> eu-west 38ms 76ms')
  })
})

test('moments count from the end of warm-up, as in the scenario: in the fault table and on the axis', async () => {
  const analysis = anAnalysis()
  const { plan, faults } = analysis
  const [fault] = faults
  const from = ((fault?.fromUs ?? 0) - plan.timeline.warmupUs) / SECOND
  const text = textOf(await renderHtml(aReport({ analysis }))).replaceAll('\u00a0', ' ')
  expect(text).toContain(`${from} s to`)
  expect(text).toContain('Time counts from the end of warm-up, as in the scenario.')
  expect(text).toContain('−10 s')
})
