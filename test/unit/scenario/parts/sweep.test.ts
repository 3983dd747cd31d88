import { describe, expect, test } from 'vitest'
import { isSweep, loadSweep, type Overrides } from '../../../../harness/scenario/load.ts'
import { formatProblem } from '../../../../harness/scenario/yaml/problem.ts'
import { aScenario, known, planOf } from '../known.ts'

const sweeping = (sweep: string, given: Record<string, string> = {}): string =>
  aScenario({ ...given, sweep: `sweep:\n${sweep.replace(/^/gm, '  ')}` })

const SHOW = 'show: [{ metric: lost-writes }]'

function sweepOf(text: string, overrides: Overrides = {}) {
  const loaded = loadSweep(text, 'x', known, overrides)
  if ('problems' in loaded) throw new Error(loaded.problems.map(formatProblem).join('\n'))
  return loaded.sweep
}

function saidOf(text: string): string[] {
  const loaded = loadSweep(text, 'x', known, {})
  return 'problems' in loaded
    ? loaded.problems.map((problem) => formatProblem(problem).slice('x:'.length))
    : []
}

describe('the points of a sweep', () => {
  test('are every combination, the first path slowest, each with its own plan', () => {
    const { points } = sweepOf(
      sweeping(`vary:
  system.conflict: [last-writer-wins, hybrid-logical-clock]
  load.0.upsert: [10/s, 20/s]
${SHOW}`),
    )
    expect(points.map(({ at }) => Object.values(at))).toEqual([
      ['last-writer-wins', '10/s'],
      ['last-writer-wins', '20/s'],
      ['hybrid-logical-clock', '10/s'],
      ['hybrid-logical-clock', '20/s'],
    ])
    const plans = points.map(({ plan }) => plan)
    expect(plans.map(({ system }) => system.knobs.conflict)).toEqual([
      'last-writer-wins',
      'last-writer-wins',
      'hybrid-logical-clock',
      'hybrid-logical-clock',
    ])
    expect(plans.map(({ load }) => load[0]?.upsertPerSec)).toEqual([10, 20, 10, 20])
    expect(points[3]?.plan.point).toEqual(points[3]?.at)
  })

  test('differ from the scenario in what is varied and in nothing else', () => {
    const { points } = sweepOf(sweeping(`vary: { system.batch: [1, 4096] }\n${SHOW}`))
    const plain = planOf(aScenario())
    const knobs = { ...plain.system.knobs, batch: 4096 }
    const point = { 'system.batch': '4096' }
    expect(points[1]?.plan).toEqual({
      ...plain,
      file: 'x',
      system: { ...plain.system, knobs },
      point,
    })
  })

  test('may take a whole section, and a key that the scenario leaves to its default', () => {
    const { points } = sweepOf(
      sweeping(`vary:
  links: [{ us <-> eu: { latency: 40ms } }, { us <-> eu: { latency: 200ms } }]
  system.conflict: [arrival-order]
${SHOW}`),
    )
    expect(points.map(({ plan }) => plan.links[0]?.latencyUs)).toEqual([40_000, 200_000])
    expect(points[0]?.at.links).toBe(
      '{us <-> eu:{latency: "40ms"}}'.replace('us <-> eu', '"us <-> eu"'),
    )
  })

  test('carry the first expectation that fits them, else that of the scenario', () => {
    const { points } = sweepOf(
      sweeping(
        `vary: { system.conflict: [last-writer-wins, arrival-order, hybrid-logical-clock] }
${SHOW}
expect:
  - { at: { system.conflict: last-writer-wins }, verdict: fail, fire: [lost-writes] }
  - { at: { system.conflict: arrival-order }, verdict: fail, fire: [regions-equal], quiet: [invented-point] }`,
        { expect: 'expect: { verdict: pass }' },
      ),
    )
    expect(points.map(({ plan }) => plan.expect)).toEqual([
      { verdict: 'fail', mustFire: ['lost-writes'], mustNotFire: [] },
      { verdict: 'fail', mustFire: ['regions-equal'], mustNotFire: ['invented-point'] },
      { verdict: 'pass', mustFire: [], mustNotFire: [] },
    ])
  })

  test('are what a scenario without the section has none of', () => {
    expect(isSweep({ file: 'x', text: aScenario() }, known)).toBe(false)
    expect(
      isSweep({ file: 'x', text: sweeping(`vary: { system.batch: [1, 2] }\n${SHOW}`) }, known),
    ).toBe(true)
  })
})

test('what is shown pools regions and links, and says in its title what it is', () => {
  const { show } = sweepOf(
    sweeping(`vary: { system.batch: [1, 2] }
show:
  - { metric: search.response, p: 99, phase: baseline }
  - { metric: lag, p: 90, link: us -> eu }
  - { metric: recall }
  - { metric: write.response, mean: true }
  - { finding: lost-writes }`),
  )
  expect(show.map(({ title }) => title)).toEqual([
    'search.response p99 (baseline)',
    'lag p90 (us>eu)',
    'recall mean',
    'write.response mean',
    'lost-writes violations',
  ])
  expect(show.map((one) => one.kind === 'metric' && one.limit.pool)).toEqual([
    true,
    false,
    true,
    true,
    false,
  ])
})

describe('a bad sweep is refused where it is wrong', () => {
  test('a value that cannot be, at the value', () => {
    expect(
      saidOf(sweeping(`vary: { system.conflict: [last-writer-wins, newest] }\n${SHOW}`)),
    ).toEqual([expect.stringMatching(/^8:\d+: .*newest/)])
  })

  test('a section that is no part of what runs', () => {
    expect(saidOf(sweeping(`vary: { limits.0.max: [1s, 2s] }\n${SHOW}`))).toEqual([
      expect.stringMatching(
        /^8:11: "limits" cannot be varied. Known sections: regions, links, data/,
      ),
    ])
  })

  test('a place that the scenario does not have', () => {
    expect(saidOf(sweeping(`vary: { faults.0.offset: [1s] }\n${SHOW}`))).toEqual([
      '8:11: there is no faults.0 in this scenario, so nothing to vary in it. ' +
        'Write it as in system.conflict, load.0.search or faults.0.offset (lists count from 0).',
    ])
  })

  test('an expectation of a point that is not there', () => {
    expect(
      saidOf(
        sweeping(
          `vary: { system.batch: [1, 2] }\n${SHOW}\nexpect: [{ at: { system.batch: 3 }, verdict: pass }]`,
        ),
      ),
    ).toEqual([expect.stringMatching(/^10:34: 3 is none of the values of system.batch/)])
  })

  test('an expectation that no point comes to, because one before it holds there', () => {
    const expecting = (expected: string) =>
      saidOf(sweeping(`vary: { system.batch: [1, 2] }\n${SHOW}\nexpect: ${expected}`))
    const one = '{ at: { system.batch: 1 }, verdict: pass }'
    expect(expecting(`[${one}, ${one}]`)).toEqual([
      expect.stringMatching(
        /^10:56: this entry applies to no point: entries before it apply to all/,
      ),
    ])
    expect(expecting(`[{ at: {}, verdict: pass }, ${one}]`)).toHaveLength(1)
    expect(expecting(`[${one}, { at: {}, verdict: pass }]`)).toEqual([])
  })

  test('a metric without the percentile it needs', () => {
    expect(saidOf(sweeping('vary: { system.batch: [1, 2] }\nshow: [{ metric: lag }]'))).toEqual([
      expect.stringMatching(/^9:\d+: lag has many samples: say which percentile/),
    ])
  })

  test('more points than a table can show', () => {
    const many = Array.from({ length: 40 }, (_, i) => i + 1).join(', ')
    expect(
      saidOf(sweeping(`vary: { system.batch: [${many}], data.base: [100, 200] }\n${SHOW}`)),
    ).toEqual([expect.stringMatching(/^8:\d+: these are 80 points, and a sweep has at most 64/)])
  })
})

test('a phase that no point has is no column', () => {
  const show = (phase: string): string[] =>
    saidOf(
      sweeping(`vary: { load.0.k: [5, 6] }\nshow: [{ metric: recall, phase: ${phase} }]`, {
        faults: 'faults: [{ partition: us <-> eu, at: 10s, for: 10s, name: cut }]',
      }),
    )
  for (const phase of ['baseline', 'fault:cut', 'recovery:cut', 'fault'])
    expect(show(phase)).toEqual([])
  expect(show('fault:cutt')).toEqual([
    expect.stringContaining('unknown phase "fault:cutt". Did you mean "fault:cut"?'),
  ])
})
