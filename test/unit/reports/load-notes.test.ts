import { expect, test } from 'vitest'
import type { LoadPlan } from '../../../harness/model/plan.ts'
import { header } from '../../../reports/header.ts'
import { markdownOf } from '../../../reports/markdown.ts'
import { summaryOf } from '../../../reports/summary.ts'
import { anAnalysis, aReport, aThreeRegionPlan } from '../../support/analysis.ts'

const reportOf = (change: (load: LoadPlan[]) => LoadPlan[]) => {
  const plan = aThreeRegionPlan()
  return aReport({ analysis: anAnalysis({ plan: { ...plan, load: change(plan.load) } }) })
}

const everywhere = (report: ReturnType<typeof reportOf>): string[] => [
  header(report).markup,
  markdownOf(report),
  summaryOf(report).notes.join(),
]

test('a closed loop is called one at the top of the report, in summary.md and in summary.json', () => {
  const report = reportOf(([first, ...rest]) => [
    { ...(first as LoadPlan), searchPerSec: 0, closedLoop: { thinkUs: 0 } },
    ...rest,
  ])
  for (const text of everywhere(report)) {
    expect(text).toContain('Closed loop (us-east)')
    expect(text).toContain('compare rates (throughput), not p99s')
  }
})

test('where a region has two classes of clients it is said that its figures pool them', () => {
  const report = reportOf(([first, ...rest]) => [
    first as LoadPlan,
    { ...(first as LoadPlan), class: 'batch' },
    ...rest,
  ])
  for (const text of everywhere(report)) expect(text).toContain('(us-east, us-east/batch)')
})

test('an open loop of one class a region needs no note', () => {
  expect(summaryOf(aReport()).notes).toEqual([])
})
