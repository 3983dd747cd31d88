import { describe, expect, test } from 'vitest'
import { SECOND } from '../../../../harness/model/units.ts'
import { worldsNamed } from '../../../../harness/scenario/load.ts'
import { aScenario, known, planOf, saidOf } from '../known.ts'

const named = (text: string) => worldsNamed({ file: 'x', text }, known)
const containers = { world: 'containers' } as const
const limits = `limits:
  - { metric: search.response, p: 99, max: 40ms }
  - { metric: lag, p: 90, max: 2s, link: us -> eu, phase: baseline }
  - { metric: recall, mean: 0.95 }`
const faults = 'faults: [{ latency: us <-> eu, add: 300ms, at: 30s, for: 40s }]'
const laidOver = (overlay: string) =>
  aScenario({ limits, faults, worlds: `worlds:\n  containers:\n${overlay.replace(/^/gm, '    ')}` })

describe('what is laid over for a world', () => {
  test('changes nothing of the scenario in another', () => {
    const text = laidOver('rate: 50%\ntimeline: { run: 150s }\nlimits: []')
    const plain = aScenario({ limits, faults })
    expect(planOf(text)).toEqual(planOf(plain))
    expect(planOf(text).overlay).toEqual([])
    expect(planOf(plain, containers)).toEqual({ ...planOf(plain), world: 'containers' })
  })

  test('replaces lists as a whole, and of maps the keys it has', () => {
    const plan = planOf(
      laidOver(
        'timeline: { run: 150s }\ndata: { base: 2000 }\nservers: { tick: 20ms }\nlimits: []\nfaults: []',
      ),
      containers,
    )
    expect(plan.timeline).toEqual({
      warmupUs: 10 * SECOND,
      runUs: 150 * SECOND,
      settleUs: 20 * SECOND,
    })
    expect(plan.data).toEqual({ set: 'glosses', base: 2000 })
    expect(plan.servers.tickUs).toBe(20_000)
    expect([plan.limits, plan.faults]).toEqual([[], []])
  })

  test('may be a share of all rates', () => {
    const [us] = planOf(
      laidOver('rate: 35.7%\ntimeline: { run: 200s }\nlimits: []'),
      containers,
    ).load
    expect(us).toMatchObject({ searchPerSec: 21.42, upsertPerSec: 3.57, clients: 10 })
  })

  test('is told in plain sentences', () => {
    const plan = planOf(
      laidOver(`load: [{ in: us, clients: 4, search: 30/s, upsert: 10/s, k: 5 }]
timeline: { run: 150s, settle: 30s }
data: { base: 2000 }
probes: off
servers: { tick: 20ms, sessionTtl: 10s }
faults:
  - { latency: us <-> eu, add: 100ms, at: 40s, for: 10s }
  - { partition: us <-> eu, at: 100s, for: 10s, name: cut }
limits:
  - { metric: search.response, p: 90, max: 400ms }
  - { metric: lag, p: 90, max: 5s, link: us -> eu, phase: baseline }
expect: { verdict: pass, quiet: [lost-writes] }`),
      containers,
    )
    expect(plan.overlay).toEqual([
      'load: 60/s -> 30/s searches in us',
      'load: 10 -> 4 clients in us',
      'load: 10 -> 5 k in us',
      'load: none any more in eu',
      'timeline: run 100s -> 150s',
      'timeline: settle 20s -> 30s',
      'data: base 5,000 -> 2,000',
      'probes: pairs every 1s -> off',
      'servers: tick 50ms -> 20ms',
      'servers: sessionTtl 30s -> 10s',
      'fault latency us <-> eu, add 300ms, 30s to 70s -> us <-> eu, add 100ms, 40s to 50s',
      'fault cut (partition) added: us <-> eu, 100s to 110s',
      'limit search.response p99 dropped',
      'limit lag p90 in us -> eu during baseline max 2s -> max 5s',
      'limit recall dropped',
      'limit search.response p90 added: max 400ms',
      'expected: verdict nothing -> pass',
      'expected: to stay quiet nothing -> lost-writes',
    ])
  })

  test('is read whatever world is asked for, and found wrong where it stands', () => {
    const text = laidOver('timeline: { rnu: 150s }')
    const said = ['14:17: unknown key "rnu" in timeline. Did you mean "run"?']
    expect(saidOf(text)).toEqual(said)
    expect(saidOf(text, 'containers')).toEqual(said)
  })

  test('and does not say again what is wrong without it', () => {
    const text = laidOver('rate: 90%').replace('max: 40ms', 'max: 40')
    expect(saidOf(text, 'containers')).toEqual([
      '8:44: search.response is a duration: 40 has no unit. Write 40s or 40ms.',
    ])
  })

  test('mends what real servers cannot do of the scenario', () => {
    const hold = { faults: 'faults: [{ hold: us <-> eu, at: 30s, for: 40s }]' }
    expect(saidOf(aScenario(hold), 'containers')).toHaveLength(1)
    const worlds =
      'worlds: { containers: { faults: [{ partition: us <-> eu, at: 30s, for: 40s }] } }'
    expect(saidOf(aScenario({ ...hold, worlds }), 'containers')).toEqual([])
    expect(saidOf(aScenario({ ...hold, worlds }))).toEqual([])
  })
})

test('a scenario says where it runs, or runs everywhere', () => {
  expect(named(aScenario())).toEqual(['sim', 'containers'])
  expect(named(aScenario({ runs: 'runs-in: [containers]' }))).toEqual(['containers'])
  expect(named('runs-in: [nowhere]')).toEqual(['sim', 'containers'])
})
