import { expect, test } from 'vitest'
import { analyse } from '../../../harness/analysis/analyse.ts'
import { bucketWidthUs } from '../../../harness/analysis/metrics/buckets.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { aLimit } from '../../support/analysis.ts'
import { aRecord, everythingPromised, neighboursOnALine, recordFile } from '../../support/record.ts'

const fromFile = (path: string) =>
  analyse(
    path,
    () => neighboursOnALine(50),
    () => everythingPromised,
  )
const aRun = () =>
  aRecord()
    .search({
      op: 1,
      at: 2 * SECOND,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
    .scans()

test('a file gives the same analysis as its events', () => {
  expect(fromFile(aRun().file())).toEqual(aRun().analysis())
})

test('a run that came to its end says so', () => {
  expect(fromFile(aRun().file()).ended).toEqual({
    how: 'complete',
    because: '',
    atUs: 15 * SECOND,
    lines: 6,
  })
})

test('a run that failed says why', () => {
  const { ended } = fromFile(aRun().ends('failed', 'no socket').file())
  expect(ended).toMatchObject({ how: 'failed', because: 'no socket' })
})

test('a record cut in the middle of a line is analysed up to there, and says where that was', () => {
  const text = aRun().text()
  const { ended, metrics } = fromFile(recordFile(text.slice(0, text.indexOf('"digest"'))))
  expect(ended).toEqual({
    how: 'cut off',
    because: 'line 4 is only part of an event; the last whole one is at 2001000 µs',
    atUs: 2_001_000,
    lines: 3,
  })
  expect(metrics.some(({ metric }) => metric === 'search.response')).toBe(true)
})

test('a record without an end was cut off between two lines', () => {
  expect(aRun().ends(null).analysis().ended).toMatchObject({ how: 'cut off', lines: 5 })
})

test('rows come in the order of metrics, regions and phases', () => {
  const record = aRecord()
    .search({ op: 1, at: 2 * SECOND, region: 'eu' })
    .search({ op: 2, at: 0, region: 'eu' })
    .search({ op: 3, at: 2 * SECOND, region: 'us' })
  const rows = record.analysis().metrics.filter(({ metric }) => metric === 'search.response')
  expect(rows.map(({ region, phase }) => `${region} ${phase}`)).toEqual([
    'us baseline',
    'eu warmup',
    'eu baseline',
  ])
})

test('rates are offered by intended time, achieved by answer, good if within the limit', () => {
  const record = aRecord({ limits: [aLimit({ value: 40 * MS })] })
    .search({ op: 1, at: 2 * SECOND })
    .search({ op: 2, at: 2 * SECOND, done: 3 * SECOND })
    .search({ op: 3, at: 2 * SECOND, outcome: 'unknown' })
  const line = (name: string) =>
    record.analysis().series.find(({ chart, line }) => chart === 'rates' && line === name)
  expect(line('offered')?.points).toEqual([[2 * SECOND, 3]])
  expect(line('achieved')?.points).toEqual([
    [2 * SECOND, 1],
    [3 * SECOND, 1],
  ])
  expect(line('goodput')?.points).toEqual([[2 * SECOND, 1]])
})

test('what is only known from below is drawn on a line of its own', () => {
  const record = aRecord()
    .search({ op: 1, at: 2 * SECOND, done: 2 * SECOND + 5 * MS })
    .search({ op: 2, at: 2 * SECOND, done: 4 * SECOND, outcome: 'unknown' })
  const lines = record.analysis().series.filter(({ chart }) => chart === 'latency')
  expect(lines.map(({ key, line, points }) => [key, line, points])).toEqual([
    ['us', 'p50', [[2 * SECOND, 5 * MS]]],
    ['us', 'p99-at-least', [[2 * SECOND, 2 * SECOND]]],
  ])
})

test('no series has more than 600 points, however long the run', () => {
  for (const endUs of [0, 599 * SECOND, 600 * SECOND, 1200 * SECOND, 86_400 * SECOND])
    expect(Math.floor(endUs / bucketWidthUs(endUs))).toBeLessThan(600)
})

test('a percentile curve ends at the maximum, and where values are only bounds', () => {
  const record = aRecord()
  for (let op = 1; op <= 100; op++)
    record.search({ op, at: 2 * SECOND, done: 2 * SECOND + op * MS })
  const curve = (last: number) =>
    record
      .analysis()
      .curves.find(({ metric }) => metric === 'search.response')
      ?.points.slice(last)
  expect(curve(-2)).toEqual([
    [0.95, 95 * MS],
    [0.99, 100 * MS],
  ])
  record.search({ op: 101, at: 3 * SECOND, done: null })
  expect(curve(-1)).toEqual([[0.99, 100 * MS]])
})

test('findings tell moments from the end of warm-up, as the scenario counts them', () => {
  const timeline = { warmupUs: 4 * SECOND, runUs: 10 * SECOND, settleUs: 4 * SECOND }
  const { findings } = aRecord({ timeline })
    .upsert({ op: 1, id: 9, at: SECOND, client: 'c' })
    .fetch({ op: 2, id: 9, at: 6 * SECOND, client: 'c' })
    .analysis()
  const sentences = findings.flatMap(({ events }) => events.map(({ sentence }) => sentence))
  expect(sentences.filter((one) => one.includes('showed nothing'))[0]).toMatch(
    /at 2\.000 s, showed nothing.*acknowledged at -[23]\.\d{3} s/,
  )
  expect(JSON.stringify(findings)).not.toMatch(/[‹›]/)
})
