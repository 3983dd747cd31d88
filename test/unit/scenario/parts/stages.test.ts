import { expect, test } from 'vitest'
import { expectedIn } from '../../../../harness/limits/cells.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { renderCheck } from '../../../../harness/scenario/shown/timeline.ts'
import { aScenario, planOf, saidOf } from '../known.ts'

const withStages = (load: string, timeline = 'timeline: { warmup: 10s, run: 100s, settle: 20s }') =>
  aScenario({ load: `load: [{ in: us, ${load} }]`, timeline })

const k6 = `stages: [{ target: 50/s, duration: 30s }, { target: 50/s, duration: 1m }, { target: 200/s, duration: 10s }]`

const nothing = { given: [], excepted: [] }

test('stages as k6 writes them run: up, hold, spike, counted from the end of warm-up', () => {
  const plan = planOf(withStages(`search: 200/s, arrivals: { ${k6} }`))
  expect(plan.load[0]?.arrivals).toEqual({
    kind: 'stages',
    ...{ startUs: 10 * SECOND, from: 0 },
    stages: [
      { target: 0.25, forUs: 30 * SECOND },
      { target: 0.25, forUs: 60 * SECOND },
      { target: 1, forUs: 10 * SECOND },
    ],
  })
  // 30 s up to 50/s, 60 s of 50/s, 10 s from 50 to 200/s.
  const expected = expectedIn(plan, 'us', ['search'], 'baseline')
  expect(expected).toBeCloseTo(750 + 3_000 + 1_250, 6)
  expect(renderCheck(plan, nothing).replace(/\s+/g, ' ')).toContain(
    'stages: 0/s in warm-up, straight lines to 50/s at 30s, 50/s at 90s, 200/s at 100s, held to the end',
  )
})

test('a load of several operations has stages in shares of all its rates', () => {
  const arrivals = 'arrivals: { from: 50%, stages: [{ target: 300%, for: 40s }] }'
  const plan = planOf(withStages(`search: 20/s, upsert: 10/s, ${arrivals}`))
  const expected = (kind: 'search' | 'upsert') => expectedIn(plan, 'us', [kind], 'baseline')
  expect(expected('search')).toBeCloseTo(20 * (1.75 * 40 + 3 * 60), 6)
  expect(expected('upsert')).toBeCloseTo(10 * (1.75 * 40 + 3 * 60), 6)
  expect(renderCheck(plan, nothing).replace(/\s+/g, ' ')).toContain(
    'stages: 50% in warm-up, straight lines to 300% at 40s, held to the end',
  )
})

test('samples of a limit are counted with the stages, not with the rate beside them', () => {
  const limits = 'limits: [{ metric: search.response, p: 99, max: 40ms, phase: fault:partition }]'
  const faults = 'faults: [{ partition: us <-> eu, at: 20s, for: 30s }]'
  const quiet =
    'arrivals: { stages: [{ target: 1/s, for: 20s }, { target: 1/s, for: 30s }, { target: 50/s, for: 50s }] }'
  const said = saidOf(
    aScenario({ load: `load: [{ in: us, search: 50/s, ${quiet} }]`, faults, limits }),
  )
  expect(said.join()).toContain('too few samples for p99: 30 searches are expected in us')
})

test.each([
  [
    'search: 200/s, arrivals: { stages: [{ target: 50/s, for: 10s }] }',
    'the highest stage reaches 50/s, and search says 200/s. Write search: 50/s',
  ],
  [
    'search: 20/s, upsert: 5/s, arrivals: { stages: [{ target: 20/s, for: 10s }] }',
    'this load has rates for search and upsert, and a stage with a rate as its target does not name one of them',
  ],
  [
    'search: 20/s, arrivals: { stages: [{ target: 20/s, for: 3m }] }',
    'the stages last 180s, and arrivals end 100s after warm-up. Shorten them, or write timeline: { run: 180s }',
  ],
  [
    'search: 20/s, arrivals: { stages: [{ target: 0, for: 10s }] }',
    'no stage has a target above 0, so no operations arrive',
  ],
  [
    'search: 20/s, arrivals: { stages: [{ target: 20/s }] }',
    'a stage needs a length. Write { target: 50/s, for: 30s }',
  ],
  [
    'search: 20/s, arrivals: { stages: [{ target: 20/s, for: 10s, duration: 10s }] }',
    'a stage has one length, and this one has "for" and "duration"',
  ],
  [
    'search: 20/s, arrivals: { stages: [{ target: 20, for: 10s }] }',
    '20 has no unit. Write a rate such as 50/s, or a share',
  ],
  ['search: 20/s, arrivals: { stages: [{ targt: 20/s, for: 10s }] }', 'unknown key "targt"'],
  ['search: 20/s, arrivals: { stages: [] }', 'the list is empty'],
])('%s is refused with what to write', (load, message) => {
  expect(saidOf(withStages(load)).join('\n')).toContain(message)
})
