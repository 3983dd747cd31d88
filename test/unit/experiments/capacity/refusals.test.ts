import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { folderName, seekCapacity } from '../../../../harness/experiments/capacity/capacity.ts'
import { offeredRate, scaledPlan } from '../../../../harness/experiments/capacity/scaled-plan.ts'
import { makeTrial } from '../../../../harness/experiments/capacity/trial.ts'
import type { CapacityResult } from '../../../../harness/model/capacity.ts'
import type { LimitPlan } from '../../../../harness/model/limit.ts'
import { capacityPage } from '../../../../reports/capacity.ts'
import { aLoad, aPlan, aProfile } from '../../../support/plan.ts'

const folder = mkdtempSync(join(tmpdir(), 'faultline-capacity-'))
afterAll(() => rmSync(folder, { recursive: true }))

const scenario = (load: string, more = 'limits: [{ metric: availability, min: 99% }]') => `# Asked?

name: asked
seed: 42
regions: [us-east]
data: { set: glosses, base: 100 }
system: { kind: active-active-cdc, index: flat }
load: [{ in: us-east, clients: 5, ${load} }]
timeline: { warmup: 1s, run: 10s, settle: 1s }
${more}
`

const seek = (text: string) => {
  const file = join(folder, 'asked.yaml')
  writeFileSync(file, text)
  return seekCapacity(file, {
    ...{ out: join(folder, 'out'), seeds: 3, width: 0.05 },
    ...{ stopped: () => false, onNote() {}, onBegin() {}, onTrial() {} },
  })
}

test.each([
  ['no limits', scenario('search: 50/s', ''), /sets no limits.*Write some/],
  ['a closed loop', scenario('search: max'), /come from a closed loop.*Give it a rate/],
  [
    'a sweep',
    scenario(
      'search: 50/s',
      'limits: [{ metric: availability, min: 99% }]\nsweep: { vary: { load.0.search: [50/s, 60/s] }, show: [{ metric: recall }] }',
    ),
    /is a sweep.*Take its sweep: section out/,
  ],
])('a scenario with %s is refused before anything runs', async (_what, text, why) => {
  await expect(seek(text)).rejects.toThrow(why)
})

test('searches of other values or without another region have a folder each, whatever the values are', () => {
  const folder = (set?: Record<string, string | number>, without?: string) =>
    folderName('cut', { ...(set && { set }), ...(without !== undefined && { without }) })
  expect(folder()).toBe('cut-capacity')
  expect(folder({ rate: 300 }, 'eu')).toBe('cut-capacity-without-eu-rate=300')
  expect(folder({ b: 1, a: 2 })).toBe(folder({ a: 2, b: 1 }))
  const odd = ['a/b', 'a b', '../..', '60/s', '60-s', 'a'.repeat(300), `${'a'.repeat(300)}b`]
  const names = odd.map((value) => folder({ rate: value }))
  expect(new Set(names).size).toBe(odd.length)
  for (const name of names) expect(name).toMatch(/^cut-capacity-rate=[A-Za-z0-9._%+-]{1,60}$/)
})

test('all classes are scaled alike, and fetches of own writes follow their writes', () => {
  const plan = aPlan({
    load: [
      aLoad({ searchPerSec: 20, upsertPerSec: 10, fetchOwn: 0.5 }),
      aLoad({ region: 'eu', searchPerSec: 5, upsertPerSec: 0, deletePerSec: 1, fetchPerSec: 2 }),
    ],
  })
  expect(offeredRate(plan)).toEqual({ perSec: 43, searchPerSec: 25 })
  expect(offeredRate(scaledPlan(plan, 2, 7))).toEqual({ perSec: 86, searchPerSec: 50 })
})

const limit: LimitPlan = {
  ...{ metric: 'search.response', stat: { kind: 'quantile', q: 0.9 }, bound: 'at-most' },
  ...{ value: 20_000, region: null, link: null, phase: null, operation: null },
  ...{ pool: false, confidence: 0.95, text: 'metric: search.response, p: 90, max: 20ms' },
}

const trialAt = (searchPerSec: number, over: object = {}) =>
  makeTrial({
    plan: aPlan({
      data: { set: 'glosses', base: 200 },
      load: [aLoad({ searchPerSec, upsertPerSec: 0, ...over })],
      profile: aProfile({ workers: 1, search: { baseUs: 5_000, tailUs: 0 } }),
      limits: [limit],
    }),
    factor: 1,
    directory: join(folder, 'trial'),
  })

test('a run says which limit it keeps or breaks', async () => {
  const [calm, full] = [await trialAt(40), await trialAt(260)]
  expect(calm).toMatchObject({ verdict: 'pass', limits: [{ text: limit.text, verdict: 'pass' }] })
  expect(full).toMatchObject({ verdict: 'fail', limits: [{ text: limit.text, verdict: 'fail' }] })
  expect(calm.figures.map(({ title }) => title)).toHaveLength(3)
})

test('a cap of the plan that is reached before the servers makes a run invalid, shed or queued', async () => {
  const shed = await trialAt(260, { inFlight: { max: 2, onFull: 'shed' } })
  expect(shed.verdict).toBe('invalid')
  expect(shed.because).toMatch(/^The plan's in-flight cap shed \d+.* %.*Raise inFlight.max/)
  const queued = await trialAt(260, { inFlight: { max: 2, onFull: 'queue' } })
  expect(queued.verdict).toBe('invalid')
})

test('a page says the bracket, the headroom and why a rate is refused', async () => {
  const [pass, fail] = [await trialAt(40), await trialAt(260)]
  const result: CapacityResult = {
    ...{ format: 1, scenario: 'asked', question: 'Asked?', file: 'asked.yaml', faultline: '0.0.0' },
    ...{
      world: 'sim',
      profile: 'test',
      seeds: [42],
      width: 0.05,
      notes: [],
      regions: 1,
      seconds: 1,
    },
    ...{ own: { perSec: 40, searchPerSec: 40 }, limits: [limit], exitCode: 0 },
    outcome: { kind: 'bracketed', keeps: 2, fails: 2.05 },
    trials: [
      { ...pass, factor: 2 },
      { ...fail, factor: 2.05 },
    ],
  }
  const page = await capacityPage(result)
  expect(page).toContain('Keeps all limits up to 80.0/s')
  expect(page).toContain('at 82.0/s this breaks: search.response p90 ≤ 20\u00a0ms')
  expect(page).toContain('the headroom is 50\u00a0%')
  expect(page).not.toMatch(/<script(?! type="module">)|https?:\/\/(?!www\.w3\.org)/)
  const why = 'It passes at 64 × its own rates, and no limit breaks.'
  const outcome = { kind: 'refused', why: 'not bracketed', because: why } as const
  expect(await capacityPage({ ...result, outcome })).toContain(why)
})

test('a search with --set says what was set', async () => {
  const file = join(folder, 'set.yaml')
  writeFileSync(file, `vars: { rate: 50/s }\n${scenario(`search: "\${rate}"`)}`)
  const { result } = await seekCapacity(file, {
    ...{ out: join(folder, 'set'), seeds: 1, width: 0.05, set: { rate: '60/s' } },
    ...{ stopped: () => true, onNote() {}, onBegin() {}, onTrial() {} },
  })
  expect(result.notes).toContain('Searched with --set rate=60/s.')
  expect(result.own).toEqual({ perSec: 60, searchPerSec: 60 })
})
