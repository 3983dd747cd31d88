import { expect, test } from 'vitest'
import { judge } from '../../../harness/analysis/limits/judge.ts'
import type { FaultPlan } from '../../../harness/model/fault.ts'
import { keptByAll, type Layout } from '../../../harness/model/layout.ts'
import type { LimitPlan } from '../../../harness/model/limit.ts'
import type { MetricName } from '../../../harness/model/metric.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import { aLimit } from '../../support/analysis.ts'
import { aRecord, everythingPromised, type RecordScript } from '../../support/record.ts'

const rows = (record: RecordScript, metric: MetricName, layout?: Layout) =>
  record.analysis(everythingPromised, layout).metrics.filter((row) => row.metric === metric)

const loss: FaultPlan = {
  kind: 'region-crash',
  name: 'loss',
  region: 'us',
  atUs: 5 * SECOND,
  untilUs: 8 * SECOND,
}
const lossOfUs = (limits: LimitPlan[] = []) =>
  aRecord({ faults: [loss], limits }).fault('loss', { injected: 5 * SECOND, healed: 8 * SECOND })

/** Four writes of us before it is gone: one applied elsewhere, one in the log there, one too late, one never. */
const fourWrites = (record = lossOfUs()) =>
  record
    .upsert({ op: 1, id: 11, at: 2 * SECOND })
    .hops(1, 11, 'eu', { applied: 3 * SECOND })
    .upsert({ op: 2, id: 12, at: 3 * SECOND })
    .hops(2, 12, 'eu', { mirrored: 4 * SECOND })
    .upsert({ op: 3, id: 13, at: 4 * SECOND - 1000 })
    .hops(3, 13, 'eu', { applied: 9 * SECOND })
    .upsert({ op: 4, id: 14, at: 5 * SECOND - 1000 })
    .upsert({ op: 5, id: 15, at: 4 * SECOND, region: 'eu' })

test('rpo counts acknowledged writes of a lost region that nobody else had by its return', () => {
  expect(rows(fourWrites(), 'rpo')).toEqual([
    { metric: 'rpo', unit: 'count', phase: 'recovery:loss', count: 4, value: 2 },
  ])
  expect(rows(fourWrites(), 'rpo-time')).toMatchObject([{ value: SECOND }])
})

test('a write that was superseded elsewhere in time is not lost with the region', () => {
  const record = lossOfUs()
    .upsert({ op: 1, id: 11, at: 2 * SECOND })
    .upsert({ op: 2, id: 11, at: 3 * SECOND, region: 'eu' })
    .hops(2, 11, 'eu', { applied: 3 * SECOND })
  expect(rows(record, 'rpo')).toMatchObject([{ count: 1, value: 0 }])
})

test('where no region goes away there is no rpo and no rto', () => {
  const record = aRecord({ faults: [{ ...loss, kind: 'store-crash' } as FaultPlan] })
    .fault('loss', { injected: 5 * SECOND, healed: 8 * SECOND })
    .upsert({ op: 1, id: 11, at: 2 * SECOND })
  for (const metric of ['rpo', 'rpo-time', 'rto'] as const) expect(rows(record, metric)).toEqual([])
})

const afterTheLoss = (record: RecordScript) =>
  record
    .search({ op: 11, at: 4 * SECOND, done: 5_200 * MS })
    .search({ op: 12, at: 5_100 * MS, outcome: 'fail' })
    .search({ op: 13, at: 6 * SECOND, done: 6_500 * MS, gateway: 'eu' })
    .search({ op: 14, at: 5_100 * MS, region: 'eu' })
    .upsert({ op: 15, id: 16, at: 7 * SECOND, outcome: 'unknown' })

test('rto lasts until a user of the region is answered ok, by kind of operation', () => {
  expect(rows(afterTheLoss(lossOfUs()), 'rto')).toEqual([
    {
      ...{ metric: 'rto', unit: 'us', phase: 'recovery:loss' },
      ...{ operation: 'search', count: 2, value: 1_500 * MS },
    },
    {
      ...{ metric: 'rto', unit: 'us', phase: 'recovery:loss' },
      ...{ operation: 'write', count: 1, low: 10 * SECOND, censored: 1 },
    },
  ])
})

test('limits on rpo and rto are judged for each fault that takes a region away', () => {
  const cut: FaultPlan = {
    ...{ kind: 'partition', name: 'cut', links: [{ from: 'us', to: 'eu' }] },
    ...{ atUs: 2 * SECOND, untilUs: 3 * SECOND },
  }
  const limits = [
    aLimit({ metric: 'rpo', stat: { kind: 'value' }, value: 0 }),
    aLimit({ metric: 'rto', stat: { kind: 'value' }, value: 2 * SECOND, operation: 'search' }),
  ]
  const record = fourWrites(
    aRecord({ faults: [cut, loss], limits }).fault('loss', {
      injected: 5 * SECOND,
      confirmed: 5 * SECOND,
      healed: 8 * SECOND,
      'heal-confirmed': 8 * SECOND,
    }),
  )
  const results = judge(afterTheLoss(record).scans().analysis()).limits
  expect(results.map(({ limit, verdict, phase }) => [limit.metric, phase, verdict])).toEqual([
    ['rpo', 'recovery:loss', 'fail'],
    ['rto', 'recovery:loss', 'pass'],
  ])
})

test('replicas tell the time until n holders have a write, in order of arrival', () => {
  const record = aRecord({ regions: ['us', 'eu', 'ap'] })
    .upsert({ op: 1, id: 9, at: 2 * SECOND - 1000 })
    .hops(1, 9, 'us', { applied: 2 * SECOND })
    .hops(1, 9, 'ap', { applied: 2 * SECOND + 80 * MS })
    .hops(1, 9, 'eu', { applied: 2 * SECOND + 30 * MS })
  expect(rows(record, 'replicas')).toMatchObject([
    { hop: 'on-2', region: 'us', count: 1, max: 30 * MS },
    { hop: 'on-3', region: 'us', count: 1, max: 80 * MS },
  ])
})

test('a copy that never came is a lower bound, and a limit names how many it means', () => {
  const limit = (hop: string) =>
    aLimit({ metric: 'replicas', hop, stat: { kind: 'mean' }, value: SECOND, phase: 'baseline' })
  const record = aRecord({
    regions: ['us', 'eu', 'ap'],
    limits: [limit('on-2'), limit('on-3')],
  })

  for (let op = 1; op <= 30; op++)
    record
      .upsert({ op, id: op + 8, at: 2 * SECOND - 1000 })
      .hops(op, op + 8, 'us', { applied: 2 * SECOND })
      .hops(op, op + 8, 'ap', { applied: 2 * SECOND + 80 * MS })
  record.scans()
  const judged = judge(record.analysis()).limits.filter(({ region }) => region === 'us')
  expect(judged.map(({ verdict, because }) => [verdict, because])).toEqual([
    [
      'pass',
      'replicas on-2 mean ≤ 1 s in us during baseline: 80.0 ms; 30 values show 80.0 ms at 95 %.',
    ],
    [
      'fail',
      'replicas on-3 mean ≤ 1 s in us during baseline: ≥ 13.0 s; 30 values show ≥ 13.0 s at 95 %.',
    ],
  ])
})

test('what answers say of themselves has rows once one of them says it', () => {
  const plain = aRecord()
    .search({ op: 1, at: 2 * SECOND })
    .fetch({ op: 2, at: 2 * SECOND, id: 1 })
  for (const metric of ['cache-hits', 'stale-answers', 'partial-answers'] as const)
    expect(rows(plain, metric)).toEqual([])
  const record = plain
    .search({ op: 3, at: 3 * SECOND, cacheAge: 5, stale: true })
    .search({ op: 4, at: 4 * SECOND, partial: true })
  const shares = (metric: MetricName) =>
    rows(record, metric).map(({ operation, count, value }) => [operation, count, value])
  expect(shares('cache-hits')).toEqual([
    [undefined, 4, 0.25],
    ['search', 3, 1 / 3],
    ['fetch', 1, 0],
  ])
  expect(shares('stale-answers')[1]).toEqual(['search', 3, 1 / 3])
  expect(shares('partial-answers')[0]).toEqual([undefined, 4, 0.25])
})

test('where a limit asks for what answers say, none of them saying it is 0', () => {
  const limits = [
    aLimit({ metric: 'stale-answers', stat: { kind: 'value' }, value: 0, phase: 'baseline' }),
  ]
  const record = aRecord({ limits })
    .search({ op: 1, at: 2 * SECOND })
    .scans()
  const [us] = judge(record.analysis()).limits
  expect(us).toMatchObject({ region: 'us', verdict: 'pass', measured: 0, count: 1 })
})

test('the largest share of one shard is told where there are several', () => {
  const record = aRecord()
    .upsert({ op: 1, id: 10, at: 2 * SECOND })
    .upsert({ op: 2, id: 12, at: 2 * SECOND })
    .upsert({ op: 3, id: 13, at: 2 * SECOND })
    .delete({ op: 4, id: 2, at: 2 * SECOND })
  const two: Layout = { ...keptByAll(['us', 'eu']), shards: 2, shardOf: (id) => id % 2 }
  expect(rows(record, 'shard-share', two)).toMatchObject([
    { region: 'us', phase: 'baseline', count: 4, value: 0.75 },
  ])
  expect(rows(record, 'shard-share')).toEqual([])
})
