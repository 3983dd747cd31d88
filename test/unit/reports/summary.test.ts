import { expect, test } from 'vitest'
import type { MetricRow } from '../../../harness/model/metric.ts'
import { summaryOf, summaryText } from '../../../reports/summary.ts'
import { aFinding, aJudgement, aLimit, anAnalysis, aReport } from '../../support/analysis.ts'

const summaryWith = (row: MetricRow) =>
  summaryOf(aReport({ analysis: anAnalysis({ metrics: [row] }) })).metrics[0]

test('the head says what ran, where and how it went', () => {
  const summary = summaryOf(aReport())
  expect(summary).toMatchObject({
    format: 1,
    faultline: '0.1.0',
    scenario: 'partition-heal',
    seed: 42,
    world: 'sim',
    overlay: [],
    startedAt: '2026-11-21T12:00:00.000Z',
    verdict: 'fail',
    exitCode: 1,
    because: 'search.response p99 in eu-west is 40.02 ms in settle, over the limit of 40 ms.',
  })
})

test('what was not measured has no key', () => {
  expect(summaryWith({ metric: 'lag', unit: 'us', link: 'us>eu', count: 3, p50: 12 })).toEqual({
    metric: 'lag',
    unit: 'us',
    link: 'us>eu',
    count: 3,
    p50: 12,
  })
})

test('times are whole microseconds', () => {
  expect(summaryWith({ metric: 'lag', unit: 'us', count: 2, mean: 10.4, p99: 7.5 })).toMatchObject({
    mean: 10,
    p99: 8,
  })
  expect(summaryWith({ metric: 'recall', unit: 'ratio', count: 2, low: 0.975 })).toMatchObject({
    low: 0.975,
  })
})

test('an endless value is written as Infinity, and a lower bound stands under atLeast', () => {
  const row = summaryWith({
    metric: 'search.response',
    unit: 'us',
    count: 100,
    p50: 3000,
    p99: Number.POSITIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
    censored: 4,
    atLeast: { p99: 2_000_000, p999: Number.POSITIVE_INFINITY },
  })
  expect(row).toEqual({
    metric: 'search.response',
    unit: 'us',
    count: 100,
    p50: 3000,
    p99: Number.POSITIVE_INFINITY,
    max: Number.POSITIVE_INFINITY,
    censored: 4,
    atLeast: { p99: 2_000_000, p999: Number.POSITIVE_INFINITY },
  })
})

test('a limit says what it bounds, what was measured and in which unit', () => {
  const limit = aLimit({ stat: { kind: 'quantile', q: 0.999 } })
  const because = 'too slow'
  const results = [
    {
      limit,
      region: 'eu',
      phase: 'baseline',
      measured: 41_000.4,
      count: 9,
      verdict: 'fail',
      because,
    },
    { limit, region: 'ap', count: 0, verdict: 'unknown', because },
  ] as const
  const { limits } = summaryOf(aReport({ judgement: aJudgement({ limits: [...results] }) }))
  expect(limits[0]).toEqual({
    metric: 'search.response',
    stat: 'p99.9',
    region: 'eu',
    phase: 'baseline',
    bound: 'at-most',
    limit: 40_000,
    measured: 41_000,
    unit: 'us',
    count: 9,
    verdict: 'fail',
    because,
  })
  expect(limits[1]).not.toHaveProperty('measured')
})

test('a finding keeps its witnesses and their lines', () => {
  const events = [{ sentence: 'It was here.', lines: [3, 9] }]
  const analysis = anAnalysis({ findings: [aFinding({ verdict: 'fail', violations: 1, events })] })
  expect(summaryOf(aReport({ analysis })).findings).toEqual([
    {
      checker: 'lost-writes',
      verdict: 'fail',
      because: 'All 3,590 acknowledged writes are held or superseded everywhere.',
      evidence: 3590,
      violations: 1,
      promised: true,
      events,
    },
  ])
})

test('the text is JSON with one line for each row', () => {
  const summary = summaryOf(aReport())
  const text = summaryText(summary)
  expect(JSON.parse(text)).toEqual(summary)
  expect(text.split('\n').filter((line) => line.startsWith('    {'))).toHaveLength(
    summary.metrics.length + summary.limits.length + summary.findings.length,
  )
  expect(text).not.toMatch(/null|NaN|undefined/)
})
