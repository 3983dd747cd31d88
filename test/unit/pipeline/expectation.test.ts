import { expect, test } from 'vitest'
import type { Analysis, Finding, Judgement } from '../../../harness/model/finding.ts'
import { unmet } from '../../../harness/pipeline/expectation.ts'
import { aPlan } from '../../support/plan.ts'

const aFinding = (over: Partial<Finding>): Finding => ({
  ...{ checker: 'regions-equal', verdict: 'pass', because: '', evidence: 1, violations: 0 },
  ...{ events: [], about: 'promise', measures: 'time', promised: true },
  ...over,
})

function saidOf(finding: Partial<Finding>): string[] {
  const expect = { verdict: 'pass', mustFire: [], mustNotFire: ['regions-equal'] } as const
  const plan = aPlan({ expect: { ...expect, mustFire: [], mustNotFire: ['regions-equal'] } })
  const analysis = { plan, findings: [aFinding(finding)] } as unknown as Analysis
  return unmet(analysis, { verdict: 'pass', limits: [] as Judgement['limits'] } as Judgement)
}

test('a checker that was to be quiet and found something is said to fire', () => {
  expect(saidOf({})).toEqual([])
  expect(saidOf({ verdict: 'fail', violations: 2 })).toEqual([
    'regions-equal should be quiet and fires',
  ])
})

test('one that had no evidence is said to have none: silence was not shown either', () => {
  expect(saidOf({ verdict: 'unknown', because: 'No region holds anything.' })).toEqual([
    'regions-equal should be quiet and cannot say: No region holds anything.',
  ])
})

test('a limit that was to break has to break: another broken one does not stand in for it', () => {
  const saidOfBroken = (metric: 'lag' | 'recall') => {
    const plan = aPlan({
      expect: { verdict: 'fail', mustFire: [], mustNotFire: [], mustBreak: ['lag'] },
    })
    const limits = [{ limit: { metric }, verdict: 'fail' }]
    const judgement = { verdict: 'fail', limits } as unknown as Judgement
    return unmet({ plan, findings: [] } as unknown as Analysis, judgement)
  }
  expect(saidOfBroken('lag')).toEqual([])
  expect(saidOfBroken('recall')).toEqual(['a limit on lag should break and none does'])
})
