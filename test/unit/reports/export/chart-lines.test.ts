import { expect, test } from 'vitest'
import { chartLinesCsv } from '../../../../reports/export/chart-lines.ts'
import { anAnalysis, anEmptyAnalysis } from '../../../support/analysis.ts'

const rowsOf = (csv: string): string[][] =>
  csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','))

test('every point of every line is a row', () => {
  const analysis = anAnalysis()
  const rows = rowsOf(chartLinesCsv(analysis)).slice(1)
  const points = [...analysis.series, ...analysis.curves].map(({ points }) => points.length)
  expect(rows).toHaveLength(points.reduce((sum, count) => sum + count, 0))
  expect(new Set(rows.map(([chart]) => chart))).toContain('percentiles')
  expect(rows.flat()).not.toContain('NaN')
})

test('time counts from the end of warm-up in seconds, durations are seconds, shares stay as they are', () => {
  const series = [
    { chart: 'latency', key: 'us', line: 'p99', points: [[12_000_000, 41_500]] },
    { chart: 'recall', key: 'us', line: 'low', points: [[9_500_000, 0.25]] },
    { chart: 'catch-up', key: 'cut', line: 'open', points: [[10_000_000, 17]] },
  ] as ReturnType<typeof anAnalysis>['series']
  const curves = [
    { metric: 'search.service', region: 'us', phase: 'baseline', points: [[0.5, 3000]] },
  ]
  const { plan } = anAnalysis()
  const timeline = { ...plan.timeline, warmupUs: 10_000_000 }
  const analysis = anEmptyAnalysis({
    ...{ plan: { ...plan, timeline }, series },
    curves: curves as ReturnType<typeof anAnalysis>['curves'],
  })
  expect(chartLinesCsv(analysis)).toBe(`chart,key,phase,line,x,x_unit,y,y_unit
latency,us,,p99,2,s,0.0415,s
recall,us,,low,-0.5,s,0.25,ratio
catch-up,cut,,open,0,s,17,writes
percentiles,us,baseline,search.service,0.5,quantile,0.003,s
`)
})

test('of a run in which nothing was measured there is only the header', () => {
  expect(rowsOf(chartLinesCsv(anEmptyAnalysis()))).toHaveLength(1)
})
