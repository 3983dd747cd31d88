import { expect, test } from 'vitest'
import type { Analysed } from '../../../../harness/analysis/analyse.ts'
import { judge } from '../../../../harness/analysis/limits/judge.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import type { LimitPlan } from '../../../../harness/model/limit.ts'
import type { Plan } from '../../../../harness/model/plan.ts'
import { MS, SECOND } from '../../../../harness/model/units.ts'
import { aLimit } from '../../../support/analysis.ts'
import { aLoad } from '../../../support/plan.ts'
import { aRecord, everythingPromised, type RecordScript } from '../../../support/record.ts'

const s = (seconds: number) => seconds * SECOND
const freeze: FaultPlan = {
  kind: 'store-freeze',
  name: 'freeze',
  region: 'eu',
  atUs: s(2),
  untilUs: s(4),
}

/** One region with searches alone, so that only limits decide. */
const searching = (limits: LimitPlan[], over: Partial<Plan> = {}) =>
  aRecord({ limits, load: [aLoad({ region: 'us', upsertPerSec: 0 })], ...over })

/** `count` searches in the baseline of which the last `slow` take 50 ms, the others 10. */
function searches(record: RecordScript, count: number, slow = 0, at = s(5)): RecordScript {
  for (let i = 0; i < count; i++) {
    const op = 10_000 * Math.round(at / SECOND) + i
    record.search({
      op,
      at,
      done: at + (i < count - slow ? 10 : 50) * MS,
      answer: [
        [0, 0],
        [1, 0],
      ],
    })
  }
  return record
}

const judged = (record: RecordScript) => judge(record.analysis())
const verdicts = (record: RecordScript) => judged(record).limits.map(({ verdict }) => verdict)

test('a run whose limits hold and whose checkers are silent passes', () => {
  const record = searches(searching([aLimit()]), 1000, 3).scans()
  expect(judged(record)).toMatchObject({
    verdict: 'pass',
    exitCode: 0,
    because: 'The limit holds and no checker found anything wrong.',
    limits: [
      {
        region: 'us',
        phase: 'baseline',
        verdict: 'pass',
        measured: 10 * MS,
        count: 1000,
        because:
          'search.response p99 ≤ 40 ms in us during baseline: 10.0 ms; 1,000 values show 10.0 ms at 95 %.',
      },
    ],
  })
})

test('a broken limit fails the run, and the sentence names it', () => {
  expect(judged(searches(searching([aLimit()]), 1000, 18))).toMatchObject({
    verdict: 'fail',
    exitCode: 1,
    because:
      'A limit was broken: search.response p99 ≤ 40 ms in us during baseline: 50.0 ms; 1,000 values show 50.0 ms at 95 %.',
  })
})

test('of several broken limits the one missed furthest is named', () => {
  const limits = [
    aLimit({ value: 45 * MS }),
    aLimit({ value: 5 * MS, stat: { kind: 'quantile', q: 0.5 } }),
  ]
  expect(judged(searches(searching(limits), 1000, 18)).because).toContain(
    '(and 1 more): search.response p50 ≤ 5 ms',
  )
})

test('a bound that already breaks the limit fails it, one below leaves it unknown', () => {
  const unanswered = (waited: number) => {
    const record = searches(searching([aLimit()]), 982)
    for (let op = 1; op <= 18; op++)
      record.search({ op, at: s(6), done: s(6) + waited, outcome: 'unknown', error: 'deadline' })
    return record
  }
  expect(verdicts(unanswered(41 * MS))).toEqual(['fail'])
  const open = judged(unanswered(30 * MS))
  expect(open).toMatchObject({ verdict: 'unknown', exitCode: 3 })
  expect(open.limits[0]).toMatchObject({
    measured: { low: 30 * MS, high: Number.POSITIVE_INFINITY },
  })
  expect(open.because).toBe(
    'A limit could not be judged: search.response p99 ≤ 40 ms in us during baseline: ≥ 30.0 ms; 1,000 values show ≥ 30.0 ms at 95 %.',
  )
})

test('a percentile of few values fails where even the most favourable reading of them breaks the limit', () => {
  expect(verdicts(searches(searching([aLimit()]), 197, 197))).toEqual(['fail'])
  expect(verdicts(searches(searching([aLimit()]), 197, 6))).toEqual(['fail'])
  expect(verdicts(searches(searching([aLimit()]), 197, 5))).toEqual(['unknown'])
})

test('a percentile does not pass on the maximum of a few values', () => {
  const few = judged(searches(searching([aLimit()]), 197))
  expect(few.limits).toMatchObject([
    { verdict: 'unknown', shown: { low: 10 * MS, high: Number.POSITIVE_INFINITY } },
  ])
  expect(few.because).toContain('197 values show ≥ 10.0 ms at 95 %')
  expect(verdicts(searches(searching([aLimit()]), 367))).toEqual(['unknown'])
  expect(verdicts(searches(searching([aLimit()]), 368))).toEqual(['pass'])
  const sure = aLimit({ confidence: 0.99 })
  expect(verdicts(searches(searching([sure]), 368))).toEqual(['unknown'])
})

test('the mean of a few values shows nothing, that of many what the normal law says', () => {
  const mean = aLimit({ stat: { kind: 'mean' }, value: 20 * MS })
  expect(verdicts(searches(searching([mean]), 29))).toEqual(['unknown'])
  expect(verdicts(searches(searching([mean]), 100, 10))).toEqual(['pass'])
  // A mean of 22 ms and a standard deviation of 18.4 ms: 100 values tell it from 17 ms, not from 20.
  const slower = (value: number) => verdicts(searches(searching([{ ...mean, value }]), 100, 30))
  expect([slower(20 * MS), slower(17 * MS)]).toEqual([['unknown'], ['fail']])
})

test('a place where values were planned and none came is unknown', () => {
  const record = searches(
    aRecord({ limits: [aLimit()], load: ['us', 'eu'].map((region) => aLoad({ region })) }),
    1000,
  )
  expect(
    judged(record).limits.map(({ region, verdict, count }) => [region, verdict, count]),
  ).toEqual([
    ['us', 'pass', 1000],
    ['eu', 'unknown', 0],
  ])
})

test('a limit holds in every phase with load apart, warm-up and settle excepted', () => {
  const record = searching([aLimit()], { faults: [freeze] }).fault('freeze', {
    injected: s(2),
    confirmed: s(2),
    healed: s(4),
    'heal-confirmed': s(5),
  })
  searches(searches(searches(record, 1000, 0, s(3)), 1000, 18, s(6)), 50, 50, 0)
  record.upsert({ op: 88_888, id: 9, at: s(3) }).everywhere(88_888, 9, s(5) + 1)
  const places = judged(record).limits.map(({ phase, verdict }) => `${phase} ${verdict}`)
  expect(places).toEqual(['baseline fail', 'fault:freeze pass'])
})

test('a fault that was planned and never came leaves its limit unknown', () => {
  const record = searches(
    searching([aLimit({ phase: 'fault:freeze' })], { faults: [freeze] }),
    1000,
  )
  expect(judged(record).limits).toMatchObject([
    { phase: 'fault:freeze', verdict: 'unknown', count: 0 },
  ])
})

test('a pooled limit judges all regions as one sample', () => {
  const record = aRecord({
    limits: [aLimit({ pool: true })],
    load: ['us', 'eu'].map((region) => aLoad({ region })),
  })
  searches(record, 997)
  for (let op = 1; op <= 3; op++) record.search({ op, at: s(6), done: s(7), region: 'eu' })
  const { limits } = judged(record)
  expect(limits).toMatchObject([{ verdict: 'pass', count: 1000, measured: 10 * MS }])
  expect(limits[0]).not.toHaveProperty('region')
})

const recallLimit = (value: number) =>
  aLimit({ metric: 'recall', stat: { kind: 'mean' }, bound: 'at-least', value })

test('the whole interval of a recall must satisfy its limit', () => {
  const aRun = (value: number) =>
    verdicts(
      searching([recallLimit(value)])
        .upsert({ op: 1, id: 9, row: 0, at: s(4), done: s(6) })
        .search({
          op: 2,
          at: s(5),
          answer: [
            [0, 0],
            [1, 0],
          ],
        }),
    )
  // One answer to one query, of which one of two is undetermined: it shows 9 % to all.
  expect([aRun(0.09), aRun(0.5), aRun(1)]).toEqual([['pass'], ['unknown'], ['unknown']])
  const missed = searching([recallLimit(0.95)]).search({ op: 2, at: s(5), answer: [[0, 0]] })
  expect(verdicts(missed)).toEqual(['fail'])
})

test('a limit on recall loss speaks of all causes together', () => {
  const limit = aLimit({ metric: 'recall-loss', stat: { kind: 'mean' }, value: 0.05 })
  const record = searching([limit]).search({ op: 2, at: s(5), answer: [[0, 0]] })
  expect(judged(record).limits).toMatchObject([{ measured: 0.5, verdict: 'fail' }])
})

test('limits on lag are judged by link, those on a region by the links that lead to it', () => {
  const lag = aLimit({ metric: 'lag', stat: { kind: 'quantile', q: 0.5 }, value: 50 * MS })
  const aRun = (over: Partial<LimitPlan>) => {
    const record = aRecord({ limits: [{ ...lag, ...over }] })
    for (let op = 1; op <= 40; op++) {
      const region = op <= 20 ? 'us' : 'eu'
      record
        .upsert({ op, id: op + 8, at: s(5), region })
        .hops(op, op + 8, region === 'us' ? 'eu' : 'us', {
          visible: s(5) + (region === 'us' ? 20 : 90) * MS,
        })
    }
    return judged(record).limits.map(({ link, verdict }) => `${link} ${verdict}`)
  }
  expect(aRun({})).toEqual(['us>eu pass', 'eu>us fail'])
  expect(aRun({ region: 'eu' })).toEqual(['us>eu pass'])
  expect(aRun({ link: 'eu>us' })).toEqual(['eu>us fail'])
})

const catchUp = aLimit({ metric: 'catch-up', stat: { kind: 'value' }, value: s(1) })
const aFreeze = (over: Partial<Plan> = {}) =>
  aRecord({ limits: [catchUp], faults: [freeze], ...over }).upsert({ op: 1, id: 9, at: s(3) })
const healed = (record: RecordScript) =>
  record
    .fault('freeze', { injected: s(2), confirmed: s(2), healed: s(4), 'heal-confirmed': s(4) })
    .hops(1, 9, 'us', { applied: s(3) })

test('catch-up is judged once for each fault', () => {
  expect(judged(healed(aFreeze()).hops(1, 9, 'eu', { applied: s(5) })).limits).toMatchObject([
    { phase: 'recovery:freeze', measured: s(1), verdict: 'pass' },
  ])
  expect(verdicts(healed(aFreeze()).hops(1, 9, 'eu', { applied: s(6) }))).toEqual(['fail'])
  expect(verdicts(healed(aFreeze()))).toEqual(['fail'])
  expect(verdicts(aFreeze())).toEqual(['unknown'])
})

test('client recovery is judged where something had failed; where nothing had there is no evidence', () => {
  const limits = [{ ...catchUp, metric: 'client-recovery' as const }]
  const search = { region: 'us', gateway: 'eu' }
  expect(verdicts(healed(aFreeze({ limits })))).toEqual(['unknown'])
  const hurt = healed(aFreeze({ limits })).search({ op: 5, at: s(3), outcome: 'fail', ...search })
  expect(verdicts(hurt.search({ op: 6, at: s(4.5), ...search }))).toEqual(['pass'])
})

test('count limits are judged by value, and without final scans not at all', () => {
  const limits = [aLimit({ metric: 'lost-writes', stat: { kind: 'value' }, value: 0 })]
  const aWrite = () => aRecord({ limits }).upsert({ op: 1, id: 9, at: s(3) })
  expect(verdicts(aWrite().scans({ 9: 1 }))).toEqual(['pass'])
  expect(verdicts(aWrite().scans())).toEqual(['fail'])
  expect(verdicts(aWrite())).toEqual(['unknown'])
})

/** `count` searches of which the first `refused` were not answered ok. */
function availabilities(limit: Partial<LimitPlan>, count: number, refused = 0): RecordScript {
  const record = searching([
    aLimit({ metric: 'availability', stat: { kind: 'value' }, bound: 'at-least', ...limit }),
  ])
  for (let op = 1; op <= count; op++)
    record.search({ op, at: s(5), outcome: op <= refused ? 'fail' : 'ok' })
  return record
}

test('a share is held to what its count shows, not to what it happened to be', () => {
  const nines = judged(availabilities({ value: 0.99999 }, 101))
  expect(nines).toMatchObject({ verdict: 'unknown', exitCode: 3 })
  expect(nines.limits[0]).toMatchObject({ measured: 1, shown: { high: 1 }, count: 101 })
  expect(nines.because).toBe(
    'A limit could not be judged: availability ≥ 0.99999 of search in us during baseline: 1; ' +
      '101 operations show 0.963 … 1 at 95 %.',
  )
  expect(verdicts(availabilities({ value: 0.96 }, 101))).toEqual(['pass'])
  expect(verdicts(availabilities({ value: 0.99 }, 101, 2))).toEqual(['unknown'])
  expect(verdicts(availabilities({ value: 0.99 }, 101, 7))).toEqual(['fail'])
  expect(verdicts(availabilities({ value: 0.96, confidence: 0.99 }, 101))).toEqual(['unknown'])
})

test('all or none is judged on what happened in the run alone', () => {
  const all = judged(availabilities({ value: 1 }, 101))
  expect(all.limits).toMatchObject([{ verdict: 'pass', measured: 1 }])
  expect(all.limits[0]?.because).toContain('at 95 % (all or none, so judged on this run alone)')
  expect(verdicts(availabilities({ value: 1 }, 101, 1))).toEqual(['fail'])
})

test('a recovery too short for a limit that does not name it leaves the run as it is', () => {
  const aRun = (phase: string | null, slow: number) => {
    const record = searching([aLimit({ phase })], { faults: [freeze] }).fault('freeze', {
      ...{ injected: s(2), confirmed: s(2), healed: s(4), 'heal-confirmed': s(4) },
    })
    for (const at of [s(1.5), s(3), s(7)]) searches(record, 1000, 0, at)
    searches(record, 20, slow, s(4.5))
    record.upsert({ op: 88_888, id: 9, at: s(3) }).everywhere(88_888, 9, s(5) + 1)
    return judged(record.scans({ 9: 88_888 }))
  }
  const short = aRun(null, 0)
  // What nobody could tell does not hold: the sentence must not count it.
  expect(short.because).toBe(
    '2 of 3 limits hold, the rest is of recoveries too short to tell, and no checker found anything wrong.',
  )
  expect(short.limits.map(({ phase, verdict, unasked }) => [phase, verdict, unasked])).toEqual([
    ['baseline', 'pass', undefined],
    ['fault:freeze', 'pass', undefined],
    ['recovery:freeze', 'unknown', true],
  ])
  expect(short).toMatchObject({ verdict: 'pass' })
  expect(aRun('recovery:freeze', 0)).toMatchObject({ verdict: 'unknown' })
  expect(aRun(null, 20)).toMatchObject({ verdict: 'fail', exitCode: 1 })
})

const lossy = (analysis: RecordScript) => analysis.upsert({ op: 77_777, id: 9, at: s(3) }).scans()

test('a promised finding outranks a broken limit', () => {
  expect(judged(lossy(searches(searching([aLimit()]), 1000, 18)))).toMatchObject({
    verdict: 'fail',
    exitCode: 6,
    because:
      'lost-writes failed: Of 1 acknowledged write 1 vanished and 0 were overwritten by a write that the writer already knew of.',
  })
})

test('a finding the system does not promise is reported and lets the run pass', () => {
  const record = lossy(searches(searching([]), 10))
  const analysis = record.analysis({ ...everythingPromised, durability: null })
  expect(judge(analysis)).toMatchObject({
    verdict: 'pass',
    exitCode: 0,
    because: 'No limit was set and what 1 checker found is not promised by the system.',
  })
})

function late(record: RecordScript): RecordScript {
  for (let op = 1; op <= 200; op++) record.search({ op, intended: s(5), at: s(5) + 20 * MS })
  return record
}

test('a generator that could not keep up makes timed limits invalid; a correctness finding survives', () => {
  const limits = [
    aLimit({ value: 5 * MS }),
    aLimit({ metric: 'convergence', stat: { kind: 'value' }, value: s(9) }),
    aLimit({ metric: 'lost-writes', stat: { kind: 'value' }, value: 0 }),
  ]
  const invalid = judged(late(searching(limits)).scans())
  expect(invalid).toMatchObject({ verdict: 'invalid', exitCode: 3 })
  expect(invalid.limits.map(({ verdict }) => verdict)).toEqual(['invalid', 'invalid', 'unknown'])
  expect(invalid.because).toMatch(/^The machine could not keep up: 200 operations scheduled/)
  expect(judged(lossy(late(searching(limits))))).toMatchObject({ exitCode: 6 })
})

test('an invalid generator outranks a broken limit on a count', () => {
  const limits = [aLimit({ metric: 'lost-writes', stat: { kind: 'value' }, value: 0 })]
  const analysis = lossy(late(searching(limits))).analysis({
    ...everythingPromised,
    durability: null,
  })
  const judgement = judge(analysis)
  expect(judgement.limits.map(({ verdict }) => verdict)).toEqual(['fail'])
  expect(judgement).toMatchObject({ verdict: 'invalid', exitCode: 3 })
})

test('an interrupted run and one that failed outrank everything', () => {
  const aRun = () => lossy(searches(searching([aLimit()]), 1000, 18))
  expect(judged(aRun().ends('interrupted'))).toMatchObject({ exitCode: 130, verdict: 'unknown' })
  expect(judged(aRun().ends('failed', 'no socket'))).toMatchObject({
    exitCode: 5,
    because: 'The run failed: no socket.',
  })
})

test('a record that was cut off never passes', () => {
  expect(judged(searches(searching([aLimit()]), 1000).ends(null))).toMatchObject({
    verdict: 'unknown',
    exitCode: 3,
    because: expect.stringMatching(/^The record was cut off: /),
  })
})

test('operations that were under way when a record was cut off break no limit on availability', () => {
  const whole: LimitPlan = aLimit({
    ...{ metric: 'availability', stat: { kind: 'value' }, bound: 'at-least', value: 1 },
    ...{ confidence: 0.95, operation: 'search' },
  })
  const record = searches(searching([whole]), 200)
  for (let op = 1; op <= 9; op++) record.search({ op: 9_000 + op, at: 4 * SECOND, done: null })
  const cut = judged(record.ends(null))
  expect(cut.limits.map(({ verdict }) => verdict)).not.toContain('fail')
  expect(cut).toMatchObject({ verdict: 'unknown', because: expect.stringMatching(/cut off/) })
})

test('a limit that was broken before a record was cut off is broken, and it is said that it was cut off', () => {
  const cut = judged(searches(searching([aLimit({ value: 1 })]), 1000).ends(null))
  expect(cut).toMatchObject({ verdict: 'fail', exitCode: 1 })
  expect(cut.because).toMatch(/^A limit was broken.*The record was cut off/)
})

test('a fault that nobody saw leaves the run unknown', () => {
  expect(judged(searches(searching([], { faults: [freeze] }), 10).scans())).toMatchObject({
    verdict: 'unknown',
    exitCode: 3,
    because:
      'No evidence from faults-confirmed: Of 1 fault 1 could not be confirmed: freeze was never injected.',
  })
})

test('planned writes without final scans leave it unknown, a run of searches alone does not', () => {
  expect(judged(searches(aRecord(), 10)).because).toMatch(/^No evidence from lost-writes: /)
  expect(judged(searches(searching([]), 10))).toMatchObject({ verdict: 'pass' })
})

test('a judgement is plain data made from the analysis and nothing else', () => {
  const analysis: Analysed = searches(searching([aLimit()]), 1000).analysis()
  const before = JSON.stringify(analysis)
  expect(judge(analysis)).toEqual(judge(analysis))
  expect(JSON.stringify(analysis)).toBe(before)
})
