import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Lack, Plan } from '../../../../harness/model/plan.ts'
import type { Known } from '../../../../harness/scenario/known.ts'
import { loadPlan, type Overrides } from '../../../../harness/scenario/load.ts'
import { formatProblem } from '../../../../harness/scenario/yaml/problem.ts'
import { aScenario, known as one } from '../known.ts'

const knobs = z.strictObject({ copies: z.int().min(1).max(9).default(3) })
const known: Known = {
  ...one,
  systems: { ...one.systems, quorum: { about: 'copies that vote', knobs } },
}

const load = (systems: string, overrides: Overrides = {}, more: Record<string, string> = {}) => {
  const text = aScenario({
    system: 'system: { kind: active-active-cdc, batch: 7, index: hnsw }',
    ...{ systems, expect: 'expect: { verdict: pass, quiet: [lost-writes] }' },
    limits: 'limits: [{ metric: lost-writes, max: 0 }]',
    ...more,
  })
  return loadPlan(text, 'a.yaml', known, overrides)
}

function planOn(systems: string, system?: string) {
  const loaded = load(systems, { ...(system !== undefined && { system }) })
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded.plan
}

function problemsOf(systems: string, overrides: Overrides = {}): string {
  const loaded = load(systems, overrides)
  return 'problems' in loaded ? loaded.problems.map(formatProblem).join('\n') : ''
}

test('another system has the knobs given for it, the same index and limits, and expects what is said there', () => {
  const systems =
    'systems: { quorum: { copies: 5, expect: { verdict: fail, fire: [lost-writes] } } }'
  const own = planOn(systems)
  expect(own.system.kind).toBe('active-active-cdc')
  const plan = planOn(systems, 'quorum')
  expect(plan.system).toEqual({ kind: 'quorum', knobs: { copies: 5 } })
  expect(plan.expect).toEqual({ verdict: 'fail', mustFire: ['lost-writes'], mustNotFire: [] })
  expect([plan.index, plan.limits, plan.load]).toEqual([own.index, own.limits, own.load])
  expect(plan.overlay[0]).toBe('system: kind active-active-cdc -> quorum')
})

test('nothing is expected of another system unless it is said, and limits can be others', () => {
  expect(planOn('systems: [quorum]', 'quorum')).toMatchObject({ expect: null })
  const systems = 'systems: { quorum: { limits: [{ metric: recall, mean: 0.5 }] } }'
  expect(planOn(systems, 'quorum').limits.map(({ metric }) => metric)).toEqual(['recall'])
  expect(planOn(systems).limits.map(({ metric }) => metric)).toEqual(['lost-writes'])
})

test('asking for the scenario’s own system changes nothing', () => {
  expect(planOn('systems: [quorum]', 'active-active-cdc')).toEqual(planOn('systems: [quorum]'))
})

test('what is wrong with another system is told where it stands, also when the own one is run', () => {
  expect(problemsOf('systems: { quorum: { copies: 50 } }')).toMatch(/^a\.yaml:7:30: .*9/)
  expect(problemsOf('systems: { quorum: { coppies: 5 } }')).toMatch(
    /^a\.yaml:7:22: system quorum has no knob "coppies".*"copies"/,
  )
  expect(problemsOf('systems: { quorum: { expect: { verdict: maybe } } }')).toMatch(
    /^a\.yaml:7:\d+/,
  )
})

test('what real servers lack for another system is no matter in the simulator, and is told for them', () => {
  const lacks = (plan: Plan): Lack[] =>
    plan.system.kind === 'quorum' ? [{ what: 'votes', why: 'No.', at: ['system', 'kind'] }] : []
  const there = { ...known, lacks: { ...known.lacks, containers: lacks } }
  const text = aScenario({
    systems: 'systems: [quorum]',
    worlds: 'worlds: { containers: { rate: 50% } }',
  })
  expect(loadPlan(text, 'a.yaml', there, {})).toHaveProperty('plan')
  expect(loadPlan(text, 'a.yaml', there, { system: 'quorum' })).toHaveProperty('plan')
  const real = loadPlan(text, 'a.yaml', there, { system: 'quorum', world: 'containers' })
  expect(JSON.stringify(real)).toContain('cannot do votes')
})

test('unknown systems, the own one, and one that is not named are refused', () => {
  expect(problemsOf('systems: [quorun]')).toContain(
    'unknown system "quorun". Did you mean "quorum"?',
  )
  expect(problemsOf('systems: [active-active-cdc]')).toContain("is the scenario's own system")
  expect(problemsOf('systems: 5')).toContain('found 5. Write systems: [wal-sharded]')
  expect(problemsOf('', { system: 'quorum' })).toContain(
    'this scenario does not list quorum among its systems. It runs on active-active-cdc. Add quorum to its systems:',
  )
})
