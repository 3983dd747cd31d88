import { expect, test } from 'vitest'
import { annotations } from '../../../../reports/ci/annotations.ts'
import { stepSummary } from '../../../../reports/ci/step-summary.ts'
import { type Case, type Suite, suiteOf, suiteOfOne } from '../../../../reports/ci/suite.ts'
import {
  aFinding,
  aJudgement,
  anAnalysis,
  anEnvironment,
  aReport,
} from '../../../support/analysis.ts'

const plainly = { unmet: [], accepted: null }
const sample = suiteOf(aReport(), plainly)

const aCase = (over: Partial<Case>): Case => ({
  where: 'us.baseline',
  name: 'search.response p99 ≤ 1 ms',
  outcome: 'failed',
  because: 'broken: 4 ms.',
  more: [],
  written: 'metric: search.response, p: 99, max: 1ms',
  ...over,
})
const aSuite = (...cases: Case[]): Suite => ({
  name: 'small on gossip-quorum, sim',
  file: 'ci/small.yaml',
  properties: [],
  cases: [
    {
      ...{ where: 'run', name: 'verdict', outcome: 'failed' },
      ...{ because: 'fail: Said.', more: [] },
    },
    ...cases,
  ],
})
const placeOf = (file: string, written: string) =>
  written.startsWith('metric: search') ? { file, line: 12 } : null
const noted = (...suites: Suite[]) => annotations(suites, placeOf, (file) => file)

test('the summary says the verdict, then limits with the worst first, findings and the report', () => {
  const text = stepSummary([sample])
  const at = (part: string) => {
    expect(text).toContain(part)
    return text.indexOf(part)
  }
  const order = [
    at('# ❌ failed: partition-heal on '),
    at('fail: search.response p99 in eu-west is 40.02 ms'),
    at('| ❌ failed | eu-west · settle | search.response p99 ≤ 40 ms |'),
    at('| ❔ cannot tell | us-east · recovery:partition |'),
    at('| ✅ passed | us-east · baseline |'),
    at('- **read-your-writes** not promised: 3 of 242'),
    at('Report: `runs/partition-heal-42/report.html`'),
  ]
  expect(order).toEqual(order.toSorted((a, b) => a - b))
})

test('of several limits that break the one missed furthest comes first', () => {
  const text = stepSummary([
    aSuite(aCase({ name: 'near', excess: 1.1 }), aCase({ name: 'far', excess: 7 })),
  ])
  expect(text.indexOf('| far |')).toBeLessThan(text.indexOf('| near |'))
})

test('many runs are a table, the odd ones first and in full, the length has an end', () => {
  const green = suiteOfOne('green', { name: 'verdict', outcome: 'passed', because: 'pass: yes.' })
  const red = aSuite(aCase({}))
  const text = stepSummary([green, red])
  expect(text).toContain('# 1 of 2 runs not as it should be')
  expect(text.indexOf('small on')).toBeLessThan(text.indexOf('| green |'))
  expect(text).toContain('## ❌ failed: small on')
  const many = Array.from({ length: 1000 }, () => aSuite(...Array(50).fill(aCase({}))))
  expect(stepSummary(many).length).toBeLessThan(100_000)
})

test('names and sentences cannot leave their cell or become markup', () => {
  const text = stepSummary([aSuite(aCase({ because: 'a | b <img src=x> `c`\n# d' }))])
  expect(text).toContain('a \\| b &lt;img src=x> \\`c\\` \\# d')
})

test('a broken limit is an error at its line, its cells together, and escaped as GitHub wants', () => {
  const cells = [
    aCase({ because: 'broken: 3 ms, 99 %.', excess: 3 }),
    aCase({ because: 'broken: 5 ms, 99 %.', excess: 5, where: 'eu.baseline' }),
  ]
  expect(noted(aSuite(...cells))[1]).toBe(
    '::error file=ci/small.yaml,line=12,title=small on gossip-quorum%2C sim%3A search.response p99 ≤ 1 ms::broken: 5 ms, 99 %25. And in 1 more cell.',
  )
})

test('what was asked and nobody can tell is a warning, what nobody asked is nothing', () => {
  const open = aCase({ outcome: 'skipped', because: 'cannot tell: too few.' })
  const aside = aCase({ outcome: 'skipped', written: 'metric: lag', aside: true })
  const warnings = noted(aSuite(open, aside)).filter((line) => line.startsWith('::warning'))
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toMatch(/line=12.*cannot tell: too few\./)
})

test('each mistake of a scenario is an error where it stands', () => {
  const because = 'not done: a.yaml:15:35: too few: take p: 95.\na.yaml:17:2: unknown key "x"'
  const suite = suiteOfOne('a.yaml', { name: 'command', outcome: 'error', because, file: 'a.yaml' })
  expect(noted(suite)).toEqual([
    '::error file=a.yaml,line=15,col=35,title=a.yaml%3A command::too few: take p: 95.',
    '::error file=a.yaml,line=17,col=2,title=a.yaml%3A command::unknown key "x"',
  ])
})

test('there are never more than GitHub shows, and the last says how many are left', () => {
  const cases = Array.from({ length: 40 }, (_, i) => aCase({ written: `limit ${i}` }))
  const lines = noted(aSuite(...cases))
  expect(lines).toHaveLength(9)
  expect(lines[0]).toContain('verdict::fail: Said.')
  expect(lines.at(-1)).toContain('33 more in the step summary')
})

test('a run that breaks as it is meant to marks no line', () => {
  const findings = [aFinding({ verdict: 'fail' })]
  const run = {
    ...{ analysis: anAnalysis({ findings }), judgement: aJudgement() },
    ...{ environment: anEnvironment(), run: null },
  }
  expect(noted(suiteOf(run, { unmet: [], accepted: 'as the scenario expects' }))).toEqual([])
})
