import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { withoutRegion } from '../../../../harness/experiments/capacity/lost-region.ts'
import { makeTrial } from '../../../../harness/experiments/capacity/trial.ts'
import type { LimitPlan } from '../../../../harness/model/limit.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { aLoad, aPlan } from '../../../support/plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'faultline-without-'))
afterAll(() => rmSync(folder, { recursive: true }))

const limit = (over: Partial<LimitPlan>): LimitPlan => ({
  ...{ metric: 'search.response', stat: { kind: 'quantile', q: 0.9 }, bound: 'at-most' },
  ...{ value: 300_000, region: null, link: null, phase: null, operation: null },
  ...{ pool: false, confidence: 0.95, text: 'limit' },
  ...over,
})

const plan = (limits: LimitPlan[]) =>
  aPlan({
    regions: ['us', 'eu', 'ap'],
    data: { set: 'glosses', base: 200 },
    load: ['us', 'eu', 'ap'].map((region) => aLoad({ region })),
    limits,
  })

test('a region is down for all of the measured time, and its links are not asked', () => {
  const lag = limit({ metric: 'lag', phase: 'baseline' })
  const { faults, timeline, limits } = withoutRegion(plan([limit({}), lag]), 'eu', 'x.yaml')
  expect(faults).toMatchObject([{ kind: 'region-crash', region: 'eu', atUs: 5 * SECOND }])
  expect(faults[0]?.atUs).toBeLessThan(timeline.warmupUs)
  expect(faults[0]?.untilUs).toBe(timeline.warmupUs + timeline.runUs)
  expect(limits.map(({ link, phase }) => [link, phase])).toEqual([
    [null, null],
    ['us>ap', 'fault:region-crash'],
    ['ap>us', 'fault:region-crash'],
  ])
})

test.each([
  ['mars', [], /has no region "mars".*us, eu, ap/],
  ['eu', [limit({ metric: 'lag', pool: true })], /pools all links.*without pool: true/],
])('without %s is refused where it says nothing', (region, limits, why) => {
  expect(() => withoutRegion(plan(limits), region, 'x.yaml')).toThrow(why)
})

test('users of the region are answered by others, farther away, and that is measured', async () => {
  const less = withoutRegion(plan([limit({})]), 'eu', 'x.yaml')
  const directory = join(folder, 'trial')
  const trial = await makeTrial({ plan: less, factor: 1, directory })
  expect(trial.verdict, trial.because).toBe('pass')
  const near = await makeTrial({ plan: plan([limit({})]), factor: 1, directory })
  expect(near.verdict, near.because).toBe('pass')
  const p99 = (one: typeof trial) => one.figures[0]?.low ?? 0
  expect(p99(trial)).toBeGreaterThan(p99(near) + 60_000)
})
