import { expect, test } from 'vitest'
import { alertVerdicts } from '../../../../harness/analysis/alerts/expectations.ts'
import { alertOutcomes } from '../../../../harness/analysis/alerts/outcomes.ts'
import type { AlertPlan } from '../../../../harness/model/alert.ts'
import type { FaultPlan } from '../../../../harness/model/fault.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { readAlertFile } from '../../../../harness/scenario/parts/alerts.ts'
import { alertLines } from '../../../../harness/text/alert.ts'
import { aRecord, type RecordScript } from '../../../support/record.ts'

const cut: FaultPlan = {
  kind: 'partition',
  name: 'partition',
  links: [
    { from: 'us', to: 'eu' },
    { from: 'eu', to: 'us' },
  ],
  atUs: 20 * SECOND,
  untilUs: 40 * SECOND,
}

/** A minute of run after ten seconds of warm-up; a write every five seconds; `late`: when those of the time from … to arrive. */
function aRun(
  late: { from: number; to: number; arrive: number | null },
  { faults = [cut], confirmed = true } = {},
): RecordScript {
  const record = aRecord({
    timeline: { warmupUs: 10 * SECOND, runUs: 60 * SECOND, settleUs: 10 * SECOND },
    faults,
  })
  if (faults.length > 0)
    record.fault('partition', {
      injected: 20 * SECOND,
      ...(confirmed && { confirmed: 20.2 * SECOND }),
      healed: 40 * SECOND,
    })
  for (let op = 1; op <= 12; op++) {
    const at = op * 5 * SECOND
    const isLate = at >= late.from * SECOND && at < late.to * SECOND
    const seen = isLate ? late.arrive && late.arrive * SECOND : at + 100_000
    record.upsert({ op, id: 100 + op, at })
    record.hops(op, 100 + op, 'us', { applied: at, visible: at })
    if (seen !== null) record.hops(op, 100 + op, 'eu', { applied: seen, visible: seen })
  }
  return record.search({ op: 99, at: 78 * SECOND })
}

/** Read and evaluated every second. */
const rules = (rule: string, expect = ''): AlertPlan => {
  const text = `{ interval: 1s, scrape: 1s, rules: [{ alert: A, ${rule} }]${expect && `, expect: ${expect}`} }`
  const read = readAlertFile({ file: 'x', text }, null)
  if ('problems' in read) throw new Error(JSON.stringify(read.problems))
  return read.alerts
}
const lagOver2 = 'expr: replication_lag_seconds > 2'

const told = (record: RecordScript, plan: AlertPlan) => {
  const [outcome] = alertOutcomes(record.facts(), plan)
  if (!outcome) throw new Error('no outcome')
  return outcome
}
const verdicts = (record: RecordScript, plan: AlertPlan, doubt: string | null = null) =>
  alertVerdicts(alertOutcomes(record.facts(), plan), plan.expect, doubt).map(
    ({ verdict, because }) => `${verdict}: ${because}`,
  )

const duringTheCut = { from: 20, to: 40, arrive: 43 }

test('fired after the fault began, and resolved after the heal: both to the evaluation', () => {
  // The write of 20.001 s is 2 s late for the first time at the evaluation of 23 s; all have arrived at that of 43 s.
  const outcome = told(aRun(duringTheCut), rules(lagOver2))
  expect(outcome.faults).toMatchObject([
    {
      fault: 'partition',
      confirmed: true,
      firedAfterUs: 3 * SECOND,
      lastsUs: 20 * SECOND,
      afterHealUs: 3 * SECOND,
      open: false,
      series: [{ labels: { link: 'us>eu', from: 'us', to: 'eu' } }],
      heldUs: 19 * SECOND,
    },
  ])
  expect(alertLines(outcome, 10 * SECOND)).toEqual([
    ['partition', 'fired 3.00 s after it began, resolved 3.00 s after the heal'],
  ])
})

test('silent on a fault: its condition held, and not for as long as `for` asks', () => {
  const outcome = told(aRun(duringTheCut), rules(`${lagOver2}, for: 20s`))
  expect(outcome.faults).toMatchObject([{ firedAfterUs: null, heldUs: 19 * SECOND }])
  expect(alertLines(outcome, 10 * SECOND)[0]?.[1]).toBe(
    'silent: its condition held for 19.0 s, and `for` asks for 20.0 s',
  )
  const fires = told(aRun(duringTheCut), rules(`${lagOver2}, for: 19s`))
  expect(fires.faults).toMatchObject([{ firedAfterUs: 22 * SECOND, afterHealUs: 3 * SECOND }])
})

test('wrong: it fired when no fault was, and no fault is charged with it', () => {
  const outcome = told(aRun({ from: 50, to: 55, arrive: 58 }), rules(lagOver2))
  expect(outcome.episodes).toMatchObject([{ firedUs: 53 * SECOND, wrong: true, faults: [] }])
  expect(outcome.faults).toMatchObject([{ firedAfterUs: null, heldUs: null }])
  expect(alertLines(outcome, 10 * SECOND)[1]?.[1]).toMatch(
    /^fired wrongly 1 time, .*first at 43 s \(us>eu\)$/,
  )
  const without = told(aRun({ from: 50, to: 55, arrive: 58 }, { faults: [] }), rules(lagOver2))
  expect(without.episodes).toMatchObject([{ wrong: true }])
})

test('what a window still shows after the fault is of the fault', () => {
  const expr = 'expr: "max_over_time(replication_lag_seconds[20s]) > 2"'
  const outcome = told(aRun(duringTheCut), rules(expr))
  expect(outcome.episodes).toMatchObject([{ wrong: false, endedUs: 62 * SECOND }])
  expect(outcome.faults).toMatchObject([{ afterHealUs: 22 * SECOND }])
})

test('it fired already when the fault began: nobody is woken twice', () => {
  const outcome = told(aRun({ from: 10, to: 40, arrive: 43 }), rules(lagOver2))
  expect(outcome.episodes).toMatchObject([{ wrong: true, faults: [] }])
  expect(outcome.faults).toMatchObject([{ already: true, firedAfterUs: null }])
})

test('still firing when the record ends: a lower bound', () => {
  const outcome = told(aRun({ from: 35, to: 40, arrive: null }), rules(lagOver2))
  expect(outcome.faults).toMatchObject([{ open: true, afterHealUs: 38.001 * SECOND }])
})

test('nobody can tell: not recorded here, no data at all, a run shorter than `for`', () => {
  const record = aRun(duringTheCut)
  const why = (rule: string) => told(record, rules(rule)).cannotTell
  expect(why('expr: cpu_busy_ratio > 0.85')).toMatch(
    /^capability missing: cpu_busy_ratio .* --world containers\.$/,
  )
  expect(why('expr: "replication_lag_seconds{to=\\"nowhere\\"} > 2"')).toMatch(/^no data/)
  expect(
    why('expr: "histogram_quantile(0.99, rate(fetch_response_seconds_bucket[1m])) > 1"'),
  ).toMatch(/^no data/)
  expect(why(`${lagOver2}, for: 2m`)).toMatch(/^too short a run: `for` is 120 s/)
  expect(why(`${lagOver2}, for: 60s`)).toBe(null)
})

test('expectations: kept, broken, and never a pass where nobody can tell', () => {
  const late = aRun(duringTheCut)
  const fire = (more = '') => rules(lagOver2, `{ fire: [{ alert: A${more} }] }`)
  const quiet = (rule: string) => rules(rule, '{ quiet: [A] }')
  expect(verdicts(late, fire(', within: 3s'))).toEqual([
    'pass: A fired 3.00 s after partition began (evaluated every 1.00 s).',
  ])
  expect(verdicts(late, fire(', within: 2s'))[0]).toMatch(
    /^fail: A should fire within 2.00 s and fired 3.00 s after/,
  )
  expect(verdicts(aRun({ from: 0, to: 0, arrive: 0 }), fire())[0]).toMatch(
    /^fail: .* was silent\.$/,
  )
  expect(verdicts(aRun({ from: 50, to: 55, arrive: 58 }), fire())[0]).toMatch(
    /^fail: A fired 1 time outside/,
  )
  expect(verdicts(late, fire(', fault: other'))[0]).toMatch(/^unknown: .* never came\.$/)
  expect(verdicts(aRun(duringTheCut, { confirmed: false }), fire())[0]).toMatch(
    /^unknown: No canary/,
  )
  expect(verdicts(aRun(duringTheCut, { faults: [] }), fire())[0]).toMatch(
    /^fail: A fired 1 time outside/,
  )
  expect(verdicts(late, quiet(lagOver2))[0]).toMatch(/^fail: A should be quiet and fired 1 time\.$/)
  expect(verdicts(late, quiet(`${lagOver2}, for: 20s`))).toEqual(['pass: A was quiet.'])
  expect(verdicts(late, quiet('expr: cpu_busy_ratio > 1'))[0]).toMatch(
    /^unknown: .*capability missing/,
  )
  expect(verdicts(late, quiet(`${lagOver2}, for: 5m`))[0]).toMatch(/^unknown: .*too short/)
  const pending = aRun({ from: 35, to: 40, arrive: null })
  expect(verdicts(pending, quiet(`${lagOver2}, for: 50s`))[0]).toMatch(/^unknown: A was pending/)
  expect(verdicts(late, quiet(`${lagOver2}, for: 20s`), 'It was cut off.')).toEqual([
    'unknown: It was cut off.',
  ])
})

test('an expectation of alerts decides the verdict and the exit code of its run', async () => {
  const { judge } = await import('../../../../harness/analysis/limits/judge.ts')
  const judged = (expect: string) => {
    const record = aRun(duringTheCut)
    record.plan.alerts = rules(lagOver2, expect)
    const { exitCode, because, alerts } = judge(record.analysis())
    return { exitCode, because, verdicts: alerts?.map(({ verdict }) => verdict) }
  }
  expect(judged('{ quiet: [A] }')).toMatchObject({
    exitCode: 1,
    because: expect.stringContaining('An alert did not come as expected: A should be quiet'),
    verdicts: ['fail'],
  })
  expect(judged('{ fire: [A] }').verdicts).toEqual(['pass'])
})
