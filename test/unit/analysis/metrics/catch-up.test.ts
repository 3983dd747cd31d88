import { expect, test } from 'vitest'
import { judge } from '../../../../harness/analysis/limits/judge.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aLimit } from '../../../support/analysis-plan.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const cut: FaultPlan = {
  kind: 'partition',
  name: 'cut',
  links: [
    { from: 'us', to: 'eu' },
    { from: 'eu', to: 'us' },
  ],
  atUs: 2 * SECOND,
  untilUs: 6 * SECOND,
}
const aCut = (over: Partial<FaultPlan> = {}) =>
  aRecord({ faults: [{ ...cut, ...over } as FaultPlan] }).fault('cut', {
    injected: 2 * SECOND,
    confirmed: 2 * SECOND,
    healed: 6 * SECOND,
    'heal-confirmed': 6_500_000,
  })
const rows = (record: RecordScript, metric: string) =>
  record.analysis().metrics.filter((row) => row.metric === metric)
const aWrite = (record = aCut()) =>
  record.upsert({ op: 1, id: 9, at: 3 * SECOND }).hops(1, 9, 'us', { applied: 3 * SECOND })

test('catch-up is from the heal until the last write before it is everywhere, whenever a canary saw it', () => {
  const record = aWrite().hops(1, 9, 'eu', { applied: 8 * SECOND })
  expect(rows(record, 'catch-up')).toEqual([
    { metric: 'catch-up', unit: 'us', phase: 'recovery:cut', count: 2, value: 2_000_000 },
    { metric: 'catch-up', unit: 'us', region: 'us', phase: 'recovery:cut', count: 1, value: 0 },
    {
      metric: 'catch-up',
      unit: 'us',
      region: 'eu',
      phase: 'recovery:cut',
      count: 1,
      value: 2_000_000,
    },
  ])
})

test('a write that gave way to a later one, there or found there, is caught up with', () => {
  const older = aWrite().hops(1, 9, 'eu', { older: 7 * SECOND })
  expect(rows(older, 'catch-up')[0]).toMatchObject({ value: 1_000_000 })
  const replaced = aWrite()
    .upsert({ op: 2, id: 9, row: 8, at: 4 * SECOND })
    .hops(2, 9, 'us', { applied: 4 * SECOND })
    .hops(2, 9, 'eu', { applied: 6_600_000 })
  expect(rows(replaced, 'catch-up')[0]).toMatchObject({ count: 4, value: 600_000 })
})

test('of two writes at once the one that never came is caught up with where the other one stands in the end', () => {
  // Both were under way together; eu was only ever told of the one that won.
  const record = aCut()
    .upsert({ op: 1, id: 9, at: 3 * SECOND, done: 3_200_000 })
    .upsert({ op: 2, id: 9, row: 8, at: 3_100_000, done: 3_150_000 })
    .hops(1, 9, 'us', { applied: 3_050_000 })
    .hops(2, 9, 'us', { applied: 3_120_000 })
    .hops(2, 9, 'eu', { applied: 7 * SECOND })
  expect(rows(record, 'catch-up')[0]).toMatchObject({ count: 4, value: 1_000_000 })
})

test('a write that an earlier one stands in the place of is never caught up with', () => {
  const record = aCut()
    .upsert({ op: 1, id: 9, at: 2_500_000 })
    .hops(1, 9, 'us', { applied: 2_500_000 })
    .hops(1, 9, 'eu', { applied: 7 * SECOND })
    .upsert({ op: 2, id: 9, row: 8, at: 4 * SECOND })
    .hops(2, 9, 'us', { applied: 4 * SECOND })
  expect(rows(record, 'catch-up')[0]).toHaveProperty('censored')
})

test('a write after the heal does not count, and a fault that blocked nothing caught up at once', () => {
  const record = aWrite()
    .hops(1, 9, 'eu', { applied: 4 * SECOND })
    .upsert({ op: 2, id: 8, at: 7 * SECOND })
  expect(rows(record, 'catch-up')[0]).toMatchObject({ count: 2, value: 0 })
})

test('what never arrives leaves only a lower bound', () => {
  const [all, us, eu] = rows(aWrite(), 'catch-up')
  expect(all).toEqual({
    metric: 'catch-up',
    unit: 'us',
    phase: 'recovery:cut',
    count: 2,
    low: 9_000_000,
    censored: 1,
  })
  expect(us).toMatchObject({ value: 0 })
  expect(eu).toMatchObject({ low: 9_000_000, censored: 1 })
})

test('an end that nobody confirmed has its row all the same, and one that never came has none', () => {
  const unseen = aRecord({ faults: [cut] }).fault('cut', {
    injected: 2 * SECOND,
    healed: 6 * SECOND,
  })
  const late = aWrite(unseen).hops(1, 9, 'eu', { applied: 8 * SECOND })
  expect(rows(late, 'catch-up')[0]).toMatchObject({ value: 2_000_000 })
  const never = aRecord({ faults: [cut] }).fault('cut', { injected: 2 * SECOND })
  expect(rows(aWrite(never), 'catch-up')).toEqual([])
})

test('a limit on a fault whose end nobody saw is no pass, but what breaks it breaks it', () => {
  const judgedBy = (max: number) => {
    const limits = [aLimit({ metric: 'catch-up', stat: { kind: 'value' }, value: max })]
    const record = aRecord({ faults: [cut], limits }).fault('cut', {
      injected: 2 * SECOND,
      confirmed: 2 * SECOND,
      healed: 6 * SECOND,
    })
    const late = aWrite(record).hops(1, 9, 'eu', { applied: 8 * SECOND })
    return judge(late.scans().analysis()).limits[0]
  }
  expect(judgedBy(3 * SECOND)).toMatchObject({ verdict: 'unknown', measured: 2 * SECOND })
  expect(judgedBy(3 * SECOND)?.because).toContain('no canary saw the end of the fault')
  expect(judgedBy(SECOND)).toMatchObject({ verdict: 'fail', measured: 2 * SECOND })
})

test('where the heal took time the figure is an interval, and a limit has to hold for all of it', () => {
  const judgedBy = (max: number) => {
    const limits = [aLimit({ metric: 'catch-up', stat: { kind: 'value' }, value: max })]
    const record = aRecord({ faults: [cut], limits })
      .fault('cut', { injected: 2 * SECOND, confirmed: 2 * SECOND, 'heal-confirmed': 8 * SECOND })
      .say({
        type: 'fault',
        t: 7 * SECOND,
        name: 'cut',
        what: 'healed',
        bracket: [6 * SECOND, 7 * SECOND],
      })
    // Acknowledged while it was being healed: whether it counts nobody knows.
    aWrite(record)
      .hops(1, 9, 'eu', { applied: 7_500_000 })
      .upsert({ op: 2, id: 8, at: 6_500_000 })
      .hops(2, 8, 'us', { applied: 6_500_000 })
      .hops(2, 8, 'eu', { applied: 9 * SECOND })
    return judge(record.scans().analysis()).limits[0]
  }
  const measured = { low: 500_000, high: 3 * SECOND }
  expect(judgedBy(3 * SECOND)).toMatchObject({ verdict: 'pass', measured })
  expect(judgedBy(2 * SECOND)).toMatchObject({ verdict: 'unknown', measured })
  expect(judgedBy(400_000)).toMatchObject({ verdict: 'fail', measured })
})

test('the curve counts open pairs of write and region until the last one', () => {
  const record = aWrite()
    .upsert({ op: 2, id: 8, at: 4 * SECOND })
    .hops(2, 8, 'us', { applied: 4 * SECOND })
    .hops(1, 9, 'eu', { applied: 7 * SECOND })
    .hops(2, 8, 'eu', { applied: 8 * SECOND })
  const [curve] = record.analysis().series.filter(({ chart }) => chart === 'catch-up')
  expect(curve).toMatchObject({ chart: 'catch-up', key: 'cut', line: 'open' })
  // From the heal to the last of them, in steps of a hundredth: 20 ms here.
  const points = curve?.points ?? []
  expect(points).toHaveLength(101)
  expect(points[0]).toEqual([6_000_000, 2])
  expect(points.filter(([us]) => us < 7_000_000).every(([, open]) => open === 2)).toBe(true)
  expect(points.find(([, open]) => open === 1)?.[0]).toBe(7_000_000)
  expect(points.at(-1)).toEqual([8_000_000, 0])
})

const remote = { region: 'us', gateway: 'eu' }

test('a client recovers with its first success on a path that had failed', () => {
  const record = aCut()
    .search({ op: 5, at: 1 * SECOND, ...remote })
    .search({ op: 1, at: 3 * SECOND, done: 5 * SECOND, outcome: 'unknown', ...remote })
    .search({ op: 2, at: 7 * SECOND, ...remote })
  expect(rows(record, 'client-recovery')).toEqual([
    {
      metric: 'client-recovery',
      unit: 'us',
      region: 'us',
      link: 'us>eu',
      phase: 'recovery:cut',
      count: 1,
      value: 1_001_000,
    },
  ])
})

test('a success before the heal was confirmed is a recovery all the same', () => {
  const record = aCut()
    .search({ op: 1, at: 3 * SECOND, outcome: 'fail', ...remote })
    .search({ op: 2, at: 6_200_000, ...remote })
  expect(rows(record, 'client-recovery')).toMatchObject([{ value: 201_000 }])
})

test('a path without a failure has no recovery, and one without a success only a bound', () => {
  expect(rows(aCut().search({ op: 1, at: 3 * SECOND, ...remote }), 'client-recovery')).toEqual([])
  const lost = aCut().search({ op: 1, at: 3 * SECOND, outcome: 'fail', ...remote })
  // Nobody asked there again: clients that were moved elsewhere say nothing about this path.
  expect(rows(lost, 'client-recovery')).toEqual([])
  const again = lost.search({ op: 2, at: 9 * SECOND, outcome: 'fail', ...remote })
  expect(rows(again, 'client-recovery')).toMatchObject([{ low: 9_000_000, censored: 1 }])
})

test('mirrors carry no users: their faults hurt no path', () => {
  const record = aCut({ kind: 'mirror-kill' }).search({
    op: 1,
    at: 3 * SECOND,
    outcome: 'fail',
    ...remote,
  })
  expect(rows(record, 'client-recovery')).toEqual([])
})

test('a fault of a region hurts every path that ends there, also of an attempt that was given up', () => {
  const crash = {
    kind: 'region-crash',
    name: 'cut',
    region: 'eu',
    atUs: 2 * SECOND,
    untilUs: 6 * SECOND,
  } as const
  const record = aRecord({ faults: [crash] }).fault('cut', {
    injected: 2 * SECOND,
    healed: 6 * SECOND,
    'heal-confirmed': 6 * SECOND,
  })
  record
    .search({
      op: 1,
      at: 3 * SECOND,
      done: 5 * SECOND,
      outcome: 'unknown',
      region: 'eu',
      gateway: 'eu',
    })
    .retry(1, 4 * SECOND, 'us')
    .search({ op: 2, at: 7 * SECOND, region: 'eu' })
  expect(rows(record, 'client-recovery')).toMatchObject([{ link: 'eu>eu', value: SECOND + 1000 }])
})
