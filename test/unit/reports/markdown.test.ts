import { expect, test } from 'vitest'
import { markdownOf } from '../../../reports/markdown.ts'
import {
  aFinding,
  aJudgement,
  aLimit,
  anAnalysis,
  anEmptyAnalysis,
  aReport,
  aThreeRegionPlan,
} from '../../support/analysis.ts'

test('what did not pass stands in full, what passed is counted', () => {
  const text = markdownOf(aReport())
  expect(text).toContain('# FAIL: partition-heal')
  expect(text).toContain(
    '| fail | search.response p99 | eu-west · settle | 40.02 ms |  | ≤ 40 ms | 1,204 |',
  )
  expect(text).toContain('17 cells of 21 within limits.')
  expect(text).not.toContain('| pass |')
})

test('what a count shows stands beside what was measured, the low end first', () => {
  const limit = aLimit({
    ...{ metric: 'availability', stat: { kind: 'value' }, bound: 'at-least', value: 0.99999 },
  })
  const shown = { low: 0.96336, high: 1 }
  const short = {
    limit,
    region: 'us',
    phase: 'recovery:cut',
    count: 3,
    verdict: 'unknown',
  } as const
  const judgement = aJudgement({
    limits: [
      { ...short, measured: 1, shown, count: 101, phase: 'baseline', because: 'Too few.' },
      { ...short, measured: 1, shown: { low: 0.4385, high: 1 }, because: 'Few.', unasked: true },
    ],
  })
  const text = markdownOf(aReport({ judgement }))
  expect(text).toContain('| us · baseline | 1 | 0.963 … 1 at 95 % | ≥ 0.99999 | 101 |')
  expect(text).toContain('0 cells of 1 within limits. 1 cell of recoveries too short to tell.')
})

test('a failed finding quotes its first witness and the command that shows the lines', () => {
  const events = [{ sentence: 'Write 12 is nowhere.', lines: [101, 202] }]
  const analysis = anAnalysis({
    findings: [aFinding({ verdict: 'fail', because: '1 was lost.', violations: 1, events })],
  })
  const text = markdownOf(aReport({ analysis }))
  expect(text).toContain('- **lost-writes** (fail): 1 was lost.')
  expect(text).toContain(
    '> Write 12 is nowhere. `faultline lines runs/partition-heal-42 finding=lost-writes`',
  )
})

test('it ends with the command that repeats the run', () => {
  expect(markdownOf(aReport())).toMatch(
    /faultline run scenarios\/partition-heal\.yaml --seed 42\n```\n$/,
  )
})

test('it stays short however many limits break', () => {
  const [limit] = aJudgement().limits
  const limits = Array.from({ length: 500 }, () => ({ ...limit!, verdict: 'fail' as const }))
  const text = markdownOf(aReport({ judgement: aJudgement({ limits }) }))
  expect(text.split('\n').length).toBeLessThan(60)
  expect(text).toContain('480 more in report.html.')
})

test('a run with nothing measured says so', () => {
  const text = markdownOf(
    aReport({
      analysis: anEmptyAnalysis(),
      judgement: aJudgement({ verdict: 'unknown', limits: [] }),
    }),
  )
  expect(text).toContain('**cut off** at −0.5 s after 12 lines.')
  expect(text).toContain('Search response was not measured')
  expect(text).not.toMatch(/NaN|undefined|Infinity/)
})

test('text of a scenario cannot become markup', () => {
  const judgement = aJudgement({ because: '<img src=x> | **bold** `code`\n# title', limits: [] })
  const text = markdownOf(aReport({ judgement }))
  expect(text).toContain('&lt;img src=x> \\| \\*\\*bold\\*\\* \\`code\\` \\# title')
})

test('a run on real servers says so, and what was laid over for it', () => {
  const plan = aThreeRegionPlan({
    world: 'containers',
    overlay: ['load: 60/s -> 20/s searches in us-east', 'limit lag p90 dropped'],
  })
  const text = markdownOf(aReport({ analysis: anAnalysis({ plan }) }))
  expect(text).toContain(
    'Laid over for containers:\n\n- load: 60/s -> 20/s searches in us-east\n- limit lag p90 dropped\n',
  )
  expect(text).toContain('On real servers, in containers, vectors in Milvus.')
  expect(text).toContain('--world containers --seed 42')
  expect(text).not.toContain('simulated')
  expect(markdownOf(aReport())).not.toContain('Laid over')
})
