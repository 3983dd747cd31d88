import { expect, test } from 'vitest'
import { Exported } from '../../../../harness/analysis/alerts/exported.ts'
import { valuesAt } from '../../../../harness/analysis/alerts/expression.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { readAlertExpr } from '../../../../harness/scenario/parts/alert-expr.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

/** What a term is at each second from 0 to 15, read every second: pairs of labels and value. */
function at(record: RecordScript, second: number, term: string): [string, number][] {
  const read = readAlertExpr(`${term} > 0`)
  if ('wrong' in read) throw new Error(read.wrong)
  const exported = new Exported(record.facts(), SECOND)
  return valuesAt(read.expr, exported, second * SECOND).map(({ labels, value }) => [
    Object.values(labels).join(' '),
    value,
  ])
}

const aWrite = () =>
  aRecord()
    .upsert({ op: 1, id: 9, at: 2 * SECOND, done: 2.5 * SECOND })
    .hops(1, 9, 'eu', { visible: 5.5 * SECOND })

test('lag is the age of the oldest write that has not arrived: it grows, and falls to 0 when it has', () => {
  const lag = (second: number) => at(aWrite(), second, 'replication_lag_seconds')
  expect(lag(2)).toEqual([['us>eu us eu', 0]])
  expect(lag(3)).toEqual([['us>eu us eu', 0.5]])
  expect(lag(5)).toEqual([['us>eu us eu', 2.5]])
  expect(lag(6)).toEqual([['us>eu us eu', 0]])
})

test('a write that never arrives is late for good, and younger ones that do arrive change nothing', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 8, at: 3 * SECOND, done: 3 * SECOND })
    .upsert({ op: 3, id: 7, at: 4 * SECOND, done: 4 * SECOND })
    .hops(3, 7, 'eu', { visible: 4.2 * SECOND })
  expect(at(record, 15, 'replication_lag_seconds')).toEqual([['us>eu us eu', 12]])
  expect(at(record, 4, 'replication_backlog_writes')).toEqual([['us>eu us eu', 3]])
  expect(at(record, 15, 'replication_backlog_writes')).toEqual([['us>eu us eu', 1]])
})

test('an operation that is under way is in flight and not known otherwise: no future', () => {
  const record = aRecord().search({ op: 1, at: 2 * SECOND, done: 6.5 * SECOND, outcome: 'unknown' })
  const seen = (second: number) => [
    at(record, second, 'operations_in_flight')[0]?.[1],
    at(record, second, 'increase(operations_total{outcome="unknown"}[2s])')[0]?.[1],
    at(
      record,
      second,
      'histogram_quantile(0.99, rate(search_response_seconds_bucket[2s]))',
    )[0]?.[1],
  ]
  expect(seen(1)).toEqual([0, 0, Number.NaN])
  expect(seen(6)).toEqual([1, 0, Number.NaN])
  // From two readings 1 s apart to a window of 2 s: 1 grows to 1, since the counter was 0 before.
  expect(seen(7)).toEqual([0, 1, 4.5])
  expect(seen(8)).toEqual([0, 0, Number.NaN])
})

test('a quantile is of what ended in its window, by region and together, as long as there is any', () => {
  const record = aRecord()
  for (let i = 1; i <= 10; i++)
    record.search({
      op: i,
      at: 3 * SECOND,
      done: 3 * SECOND + i * 10_000,
      region: i > 8 ? 'eu' : 'us',
    })
  const p = (second: number, by: string) =>
    at(
      record,
      second,
      `histogram_quantile(0.5, sum by (${by}) (rate(search_response_seconds_bucket[3s])))`,
    )
  expect(p(4, 'le, region')).toEqual([
    ['us', 0.04],
    ['eu', 0.09],
  ])
  expect(p(4, 'le')).toEqual([['', 0.05]])
  expect(p(7, 'le')).toEqual([['', Number.NaN]])
  expect(at(record, 0, 'rate(search_response_seconds_count[3s])')).toEqual([])
})

test('what failed or was shed has no response time, and is counted', () => {
  const record = aRecord()
    .search({ op: 1, at: 2 * SECOND, outcome: 'fail', error: 'refused' })
    .shed({ op: 2, at: 2 * SECOND })
  const counted = (outcome: string) =>
    at(record, 4, `increase(operations_total{outcome="${outcome}"}[4s])`)[0]?.[1]
  expect(['ok', 'fail', 'unknown', 'shed'].map(counted)).toEqual(
    [0, 1, 0, 1].map((n) => n && expect.closeTo(n, 5)),
  )
  expect(at(record, 4, 'rate(search_response_seconds_count[4s])')).toEqual([['us', 0]])
})

test('up follows agents and stores, from the moment something is said', () => {
  const record = aRecord()
    .agent('eu', 'crash', 3 * SECOND)
    .agent('eu', 'start', 5 * SECOND, 2)
    .store('us', 'unloaded', 4 * SECOND)
  const down = (second: number) =>
    at(record, second, 'up')
      .filter(([, value]) => value === 0)
      .map(([name]) => name)
  expect(down(2)).toEqual([])
  expect(down(4)).toEqual(['store us', 'agent eu'])
  expect(down(6)).toEqual(['store us'])
})

test('what a server says of itself stands for a minute', () => {
  const record = aRecord({ timeline: { warmupUs: SECOND, runUs: 100 * SECOND, settleUs: SECOND } })
    .say({ type: 'figure', t: 2 * SECOND, region: 'us', figure: 'group-lag applier', value: 7 })
    .search({ op: 1, at: 80 * SECOND })
  const said = (second: number) => at(record, second, 'server_figure{figure="group-lag applier"}')
  expect(said(1)).toEqual([])
  expect(said(62)).toEqual([['us group-lag applier', 7]])
  expect(said(63)).toEqual([])
})

test('the CPU of the machine is what its health says, on real servers', () => {
  const facts = aRecord()
    .search({ op: 1, at: 2 * SECOND })
    .facts()
  const line = { wallMs: 0, rssMiB: 1, lines: 1 }
  const history = {
    ...facts.history,
    health: [
      { ...line, runUs: 1.5 * SECOND, busyShare: 0.5 },
      { ...line, runUs: 3 * SECOND, busyShare: 0.9 },
    ],
  }
  const exported = new Exported({ ...facts, history }, SECOND)
  const [series] = exported.readingsOf({ metric: 'cpu_busy_ratio', matchers: [] })
  expect(series?.values.slice(0, 5)).toEqual([null, null, 0.5, 0.9, 0.9])
})
