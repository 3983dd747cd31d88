import { expect, test } from 'vitest'
import { fault } from '../../../../harness/experiments/prove/ground.ts'
import {
  earlierBy,
  endingAt,
  type ListedPlan,
  loadAsListed,
  without,
} from '../../../../harness/experiments/shrink/smaller-plans.ts'
import type { Operation } from '../../../../harness/model/operation.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { planOperations } from '../../../../harness/workload/operations.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'
import { pool, simulate } from '../../../support/simulate.ts'

const usToEu = { from: 'us', to: 'eu' }
const apToUs = { from: 'ap', to: 'us' }

const base = aPlan({
  regions: ['us', 'eu', 'ap'],
  load: [aLoad(), aLoad({ region: 'eu' })],
  faults: [
    fault('cut', [5, 12], { kind: 'partition', links: [usToEu, apToUs] }),
    fault('late', [15, 18], { kind: 'agent-pause', region: 'eu' }),
  ],
})
const plan: ListedPlan = { ...base, operations: planOperations(base, pool).operations }

test('a plan that ends earlier wants and breaks nothing later, and settles as long as before', () => {
  const shorter = endingAt(plan, 10 * SECOND)
  expect(shorter.timeline).toEqual({ ...plan.timeline, runUs: 8 * SECOND })
  expect(shorter.operations.every(({ intendedUs }) => intendedUs < 10 * SECOND)).toBe(true)
  expect(shorter.operations.length).toBeGreaterThan(0)
  expect(shorter.faults).toMatchObject([{ name: 'cut', atUs: 5 * SECOND, untilUs: 10 * SECOND }])
})

test('a plan moved earlier keeps the distances between what happens', () => {
  const late = { ...plan, operations: plan.operations.filter((one) => one.intendedUs > 4 * SECOND) }
  const moved = earlierBy(late, 4 * SECOND)
  expect(moved.faults.map(({ atUs }) => atUs)).toEqual([1 * SECOND, 11 * SECOND])
  const gaps = ({ operations }: ListedPlan) =>
    operations.map(({ intendedUs }) => intendedUs - (operations[0] as Operation).intendedUs)
  expect(gaps(moved)).toEqual(gaps(late))
  expect(moved.timeline.settleUs).toBe(late.timeline.settleUs)
})

test('without a region nothing of it is left', () => {
  const smaller = without(plan, 'eu')
  expect(smaller.regions).toEqual(['us', 'ap'])
  expect(JSON.stringify({ ...smaller, profile: null })).not.toContain('"eu"')
  expect(smaller.faults).toMatchObject([{ name: 'cut', links: [apToUs] }])
})

test('a plan with its operations listed runs like the one they were drawn from', async () => {
  const drawn = await simulate(base)
  const listed = await simulate(plan)
  expect(listed.events.slice(1)).toEqual(drawn.events.slice(1))
})

test('a plan with some of its operations runs those, under their own numbers', async () => {
  const operations = plan.operations.filter((_, i) => i % 50 === 7)
  const small = await simulate(loadAsListed({ ...plan, operations }))
  const started = small.events.flatMap((one) => (one.type === 'op.start' ? [one.op] : []))
  expect(started.sort((a, b) => a - b)).toEqual(operations.map(({ op }) => op))
})
