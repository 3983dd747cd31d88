import { expect, test } from 'vitest'
import { fromJson } from '../../../../harness/base/json.ts'
import type { MetricRow } from '../../../../harness/model/metric.ts'
import { openMetricsText } from '../../../../reports/export/exposition.ts'
import { type Summary, summaryOf, summaryText } from '../../../../reports/summary.ts'
import { aFinding, anAnalysis, aReport } from '../../../support/analysis.ts'

const textWith = (...metrics: MetricRow[]): string =>
  openMetricsText(summaryOf(aReport({ analysis: anAnalysis({ metrics }) })))

/** Samples of one name, without the labels that all samples of a run have. */
const samplesOf = (text: string, name: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) =>
      line.replace(/^[^{]*\{scenario="[^"]*",system="[^"]*",world="[^"]*",seed="42",?/, '{'),
    )

const lag: MetricRow = { metric: 'lag', unit: 'us', link: 'us>eu', phase: 'baseline', count: 900 }

test('times are seconds, each figure a sample with its link and phase, and only what was measured is there', () => {
  const text = textWith({ ...lag, p50: 40_000, p99: 1_250_000 })
  expect(samplesOf(text, 'faultline_lag_seconds')).toEqual([
    '{link="us>eu",phase="baseline",stat="p50"} 0.04',
    '{link="us>eu",phase="baseline",stat="p99"} 1.25',
  ])
  expect(samplesOf(text, 'faultline_lag_samples')).toEqual(['{link="us>eu",phase="baseline"} 900'])
  expect(text).not.toContain('faultline_recall')
  expect(text).not.toMatch(/NaN|undefined|null/)
})

test('what never came about is +Inf, and a lower bound says that it is one', () => {
  const text = textWith({
    ...lag,
    max: Number.POSITIVE_INFINITY,
    censored: 3,
    atLeast: { p99: 2e6 },
  })
  expect(samplesOf(text, 'faultline_lag_seconds')).toEqual([
    '{link="us>eu",phase="baseline",stat="max"} +Inf',
    '{link="us>eu",phase="baseline",stat="p99_at_least"} 2',
  ])
  expect(samplesOf(text, 'faultline_lag_censored')).toEqual(['{link="us>eu",phase="baseline"} 3'])
})

test('a limit and a checker are 1 or 0 only where somebody can tell', () => {
  const findings = [
    aFinding(),
    aFinding({ checker: 'causal', verdict: 'unknown' }),
    aFinding({ checker: 'sequential', verdict: 'fail' }),
  ]
  const text = openMetricsText(summaryOf(aReport({ analysis: anAnalysis({ findings }) })))
  expect(samplesOf(text, 'faultline_checker_passed')).toEqual([
    '{checker="lost-writes",promised="true"} 1',
    '{checker="sequential",promised="true"} 0',
  ])
  const held = samplesOf(text, 'faultline_limit_held')
  expect(held).toContain(
    '{metric="search.response",stat="p99",bound="at-most",limit="0.04",region="eu-west",phase="settle"} 0',
  )
  expect(
    held.filter((line) => line.includes('recovery:partition') && line.includes('search')),
  ).toEqual([])
})

/** As the grammar of OpenMetrics 1.0 has it: families in one piece, units at the end of names, no sample twice. */
function checkGrammar(text: string): void {
  const lines = text.split('\n')
  expect(lines.slice(-2)).toEqual(['# EOF', ''])
  const families = new Set<string>()
  const samples = new Set<string>()
  let current = ''
  for (const line of lines.slice(0, -2)) {
    const meta = /^# (TYPE|UNIT|HELP) (\w+) (.+)$/.exec(line)
    if (meta) {
      const [, kind, name = '', said = ''] = meta
      if (kind === 'TYPE') {
        expect(families, name).not.toContain(name)
        families.add(name)
        current = name
      }
      expect(name).toBe(current)
      if (kind === 'UNIT') expect(name.endsWith(`_${said}`), line).toBe(true)
      continue
    }
    const sample = /^(\w+)(\{(?:\w+="(?:[^"\\\n]|\\[\\n"])*",?)*\}) (\S+)$/.exec(line)
    expect(sample, line).not.toBeNull()
    const [, name = '', labels = '', value = ''] = sample ?? []
    expect(name.replace(/_info$/, '')).toBe(current)
    expect(samples, line).not.toContain(name + labels)
    samples.add(name + labels)
    expect(value === '+Inf' || Number.isFinite(Number(value)), line).toBe(true)
  }
  expect(samples.size).toBeGreaterThan(50)
}

test('the whole of a run is OpenMetrics, and the kept summary gives the same', () => {
  const summary = summaryOf(aReport())
  const text = openMetricsText(summary)
  checkGrammar(text)
  expect(openMetricsText(fromJson(summaryText(summary)) as Summary)).toBe(text)
})
