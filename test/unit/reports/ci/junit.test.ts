import { expect, test } from 'vitest'
import type { Analysis, Judgement, Verdict } from '../../../../harness/model/finding.ts'
import { junitXml } from '../../../../reports/ci/junit.ts'
import {
  type Acceptance,
  type Case,
  type JudgedRun,
  suiteOf,
} from '../../../../reports/ci/suite.ts'
import {
  aFinding,
  aJudgement,
  aLimit,
  anAnalysis,
  anEnvironment,
  aThreeRegionPlan,
} from '../../../support/analysis.ts'

const plainly: Acceptance = { unmet: [], accepted: null }

const aRun = (judgement: Partial<Judgement> = {}, analysis: Partial<Analysis> = {}): JudgedRun => ({
  analysis: anAnalysis(analysis),
  judgement: aJudgement(judgement),
  environment: anEnvironment({ scenarioFile: 'scenarios/partition-heal.yaml' }),
  run: 'runs/partition-heal-42',
  seconds: 3.12,
})

const casesOf = (run: JudgedRun, acceptance = plainly): Case[] => suiteOf(run, acceptance).cases
const isRed = ({ outcome }: Case): boolean => outcome === 'failed' || outcome === 'error'
const find = (cases: Case[], where: string, name: RegExp): Case =>
  cases.find((one) => one.where === where && name.test(one.name)) as Case

test('a broken limit fails in its cell, what nobody can tell is skipped, and both say why', () => {
  const cases = casesOf(aRun())
  expect(find(cases, 'eu-west.settle', /^search.response p99/)).toMatchObject({
    outcome: 'failed',
    because: 'broken: p99 is 40.02 ms, 0.02 ms over the limit.',
  })
  expect(find(cases, 'us-east.recovery:partition', /p99/)).toMatchObject({
    outcome: 'skipped',
    because: 'cannot tell: Too few samples for a p99: it takes 1,000.',
  })
  expect(find(cases, 'us-east.baseline', /p99/).outcome).toBe('passed')
  expect(find(cases, 'us-east>eu-west.baseline', /^lag/).outcome).toBe('passed')
})

test('a checker is a case: broken promises fail, what nobody promised is skipped', () => {
  const findings = [
    aFinding({ checker: 'lost-writes', verdict: 'fail', because: '3 of 8 are gone.' }),
    aFinding({ checker: 'causal', verdict: 'fail', promised: false, because: '2 are late.' }),
    aFinding({ checker: 'regions-equal', verdict: 'invalid', because: 'Not judged.' }),
    aFinding({ checker: 'sequential', verdict: 'unknown', because: 'No id was fetched.' }),
  ]
  const cases = casesOf(aRun({}, { findings }))
  const of = (name: RegExp) => find(cases, 'checkers', name)
  expect(of(/lost-writes/)).toMatchObject({
    outcome: 'failed',
    because: 'broken: 3 of 8 are gone.',
  })
  expect(of(/causal/)).toMatchObject({
    outcome: 'skipped',
    because: 'not promised: 2 are late. The system does not promise this.',
  })
  expect(of(/regions-equal/).outcome).toBe('error')
  expect(of(/sequential/)).toMatchObject({ outcome: 'skipped' })
})

const verdicts: Verdict[] = ['pass', 'fail', 'unknown', 'invalid']

/** Nothing but the verdict is other than passed: the case that must not be green all the same. */
const quiet = (verdict: Verdict): JudgedRun =>
  aRun({ verdict, because: 'Said.', limits: [] }, { findings: [aFinding()] })

test.each(verdicts)('a run whose verdict is %s is green only if that is pass', (verdict) => {
  const cases = casesOf(quiet(verdict))
  expect(cases.some(isRed)).toBe(verdict !== 'pass')
  const accepted = casesOf(quiet(verdict), { unmet: [], accepted: 'as the scenario expects' })
  expect(accepted.some(isRed)).toBe(false)
  expect(accepted.every(({ outcome }) => outcome === 'passed')).toBe(verdict === 'pass')
})

test('what was interrupted, broke or is invalid is an error, and no failure of the system', () => {
  for (const how of ['interrupted', 'failed', 'cut off'] as const) {
    const ended = { how, because: 'a server died', atUs: 5, lines: 9 }
    const run = aRun({ verdict: 'unknown', limits: [] }, { ended, findings: [] })
    expect(casesOf(run)).toMatchObject([{ name: 'verdict', outcome: 'error' }])
  }
  expect(casesOf(quiet('invalid'))[0]).toMatchObject({ outcome: 'error' })
})

test('a run that does not come out as expected is red, also where it passes', () => {
  const unmet = ['the verdict should be fail and is pass']
  expect(casesOf(quiet('pass'), { unmet, accepted: null })[0]).toMatchObject({
    outcome: 'failed',
    because: 'not as expected: the verdict should be fail and is pass',
  })
})

test('a run that breaks as it is meant to has no failure, and every break is there to read', () => {
  const cases = casesOf(aRun(), { unmet: [], accepted: 'as the scenario expects' })
  expect(cases.filter(isRed)).toEqual([])
  expect(find(cases, 'eu-west.settle', /p99/)).toMatchObject({
    outcome: 'skipped',
    because: expect.stringContaining('as the scenario expects: broken: '),
  })
})

test('cases of one place and name are told apart', () => {
  const limit = aLimit({})
  const result = { limit, region: 'us', phase: 'baseline', count: 9, because: '' }
  const limits = [
    { ...result, verdict: 'pass' as const },
    { ...result, verdict: 'pass' as const },
  ]
  const names = casesOf(aRun({ limits })).map(({ where, name }) => `${where} ${name}`)
  expect(new Set(names).size).toBe(names.length)
})

/** Start tags with their attributes, as a reader of XML sees them. */
const tagsOf = (xml: string) =>
  [...xml.matchAll(/<(\w[\w-]*)((?: [\w-]+="[^"<]*")*)\/?>/g)].map(([, tag, rest]) => ({
    tag,
    ...Object.fromEntries(
      [...(rest ?? '').matchAll(/ ([\w-]+)="([^"]*)"/g)].map((m) => [m[1], m[2]]),
    ),
  })) as Record<string, string>[]

test('counts are those of the cases, suites are not nested, times are plain seconds', () => {
  const suite = { ...suiteOf(aRun(), plainly), seconds: 12_345.6 }
  const xml = junitXml([suite, suite])
  const tags = tagsOf(xml)
  const [root, ...others] = tags
  const cases = others.filter(({ tag }) => tag === 'testcase')
  expect(root).toMatchObject({ tag: 'testsuites', time: '24691.200' })
  expect(Number(root?.['tests'])).toBe(cases.length)
  expect(Number(root?.['failures'])).toBe(others.filter(({ tag }) => tag === 'failure').length)
  expect(others.filter(({ tag }) => tag === 'testsuite')).toHaveLength(2)
  expect(xml.match(/<testsuite [^>]*>(?:(?!<\/testsuite>)[\s\S])*<testsuite /)).toBeNull()
  for (const { time } of tags) if (time !== undefined) expect(time).toMatch(/^\d+\.\d{3}$/)
})

test('no text attribute begins like a number, whatever the scenario is called', () => {
  const plan = { ...aThreeRegionPlan(), name: '3-regions' }
  const findings = [aFinding({ verdict: 'unknown', because: '0 of 3 were seen.' })]
  const xml = junitXml([suiteOf(aRun({}, { plan, findings }), plainly)])
  const numbers = ['tests', 'failures', 'errors', 'skipped', 'time', 'timestamp']
  for (const tag of tagsOf(xml))
    for (const [key, value] of Object.entries(tag))
      if (!numbers.includes(key) && tag['name'] !== 'seed')
        expect(value, `${tag['tag']} ${key}`).not.toMatch(/^[\s+-]*[.\d]/)
})

test('what XML cannot hold is left out, and what it has a meaning for is escaped', () => {
  const because = 'a\u0000\u001b[31m <b> & "c"\ud800\ufffe\nend'
  const xml = junitXml([suiteOf(aRun({ because, limits: [] }, { findings: [] }), plainly)])
  expect(xml).toContain('message="fail: a[31m &lt;b&gt; &amp; &quot;c&quot;\ufffd end"')
  expect(xml).not.toMatch(/[^\t\n\x20-\ud7ff\ue000-\ufffd]/)
})
