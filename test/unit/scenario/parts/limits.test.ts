import { describe, expect, test } from 'vitest'
import { cellsOf, expectedIn, plannedPhases, tightest } from '../../../../harness/limits/cells.ts'
import type { LimitPlan } from '../../../../harness/model/limit.ts'
import { aScenario, planOf, saidOf } from '../known.ts'

const cut = 'faults: [{ partition: us <-> eu, at: 30s, for: 40s }]'
const load = 'load: [{ in: [us, eu], search: 60/s, upsert: 10/s, delete: 5/s, fetchOwn: 50% }]'
const withLimit = (limit: string, given: Record<string, string> = {}) =>
  aScenario({ load, faults: cut, ...given, limits: `limits: [${limit}]` })
const limitOf = (limit: string, given?: Record<string, string>): LimitPlan => {
  const [plan] = planOf(withLimit(limit, given)).limits
  if (!plan) throw new Error('no limit')
  return plan
}

describe('a limit becomes a bound on one figure', () => {
  test.each([
    [
      '{ metric: search.response, p: 99, max: 40ms }',
      { kind: 'quantile', q: 0.99 },
      'at-most',
      40_000,
    ],
    [
      '{ metric: search.service, p: 50, min: 1ms }',
      { kind: 'quantile', q: 0.5 },
      'at-least',
      1_000,
    ],
    ['{ metric: write.response, mean: 5ms }', { kind: 'mean' }, 'at-most', 5_000],
    ['{ metric: recall, at: 10, mean: 95% }', { kind: 'mean' }, 'at-least', 0.95],
    ['{ metric: recall-loss, mean: 0.01 }', { kind: 'mean' }, 'at-most', 0.01],
    ['{ metric: catch-up, max: 30s }', { kind: 'value' }, 'at-most', 30_000_000],
    ['{ metric: availability, min: 97% }', { kind: 'value' }, 'at-least', 0.97],
    ['{ metric: lost-writes, max: 0 }', { kind: 'value' }, 'at-most', 0],
    ['{ metric: link-bytes, max: 10MB }', { kind: 'value' }, 'at-most', 10_000_000],
    ['{ metric: amplification, max: 3.5 }', { kind: 'value' }, 'at-most', 3.5],
    ['{ metric: cache-hits, min: 60% }', { kind: 'value' }, 'at-least', 0.6],
  ])('%s', (written, stat, bound, value) => {
    expect(limitOf(written)).toMatchObject({ stat, bound, value })
  })

  test('that keeps its own words and names a link as the record does', () => {
    expect(limitOf('{ metric: lag, p: 90, max: 2s, link: us -> eu, phase: baseline }')).toEqual({
      metric: 'lag',
      stat: { kind: 'quantile', q: 0.9 },
      bound: 'at-most',
      value: 2_000_000,
      region: null,
      link: 'us>eu',
      phase: 'baseline',
      operation: null,
      pool: false,
      confidence: 0.95,
      text: 'metric: lag, p: 90, max: 2s, link: us -> eu, phase: baseline',
    })
  })

  test('or on one hop of it', () => {
    expect(limitOf('{ metric: replicas, hop: on-2, p: 90, max: 2s }')).toMatchObject({
      metric: 'replicas',
      hop: 'on-2',
    })
    expect(limitOf('{ metric: lag, hop: mirrored-applied, p: 90, max: 2s }').hop).toBe(
      'mirrored-applied',
    )
  })

  test('or two, where it names both directions of a link', () => {
    const { limits } = planOf(withLimit('{ metric: lag, p: 90, max: 2s, link: us <-> eu }'))
    expect(limits.map(({ link }) => link)).toEqual(['us>eu', 'eu>us'])
  })
})

describe('phases as far as a plan can tell', () => {
  const phasesOf = (...faults: string[]) =>
    plannedPhases(planOf(aScenario({ faults: `faults: [${faults.join(', ')}]` }))).map(
      ({ name, fromUs, toUs }) => `${name} ${fromUs / 1e6}-${toUs / 1e6}`,
    )

  test('a fault is followed by its recovery until arrivals end', () => {
    expect(phasesOf('{ hold: us, at: 30s, for: 40s }')).toEqual([
      'warmup 0-10',
      'baseline 10-40',
      'fault:hold 40-80',
      'recovery:hold 80-110',
      'settle 110-130',
    ])
  })

  test('faults in force at once share a phase, in the order written', () => {
    const first = '{ hold: us, at: 20s, for: 20s }'
    const second = '{ store-freeze: us, at: 0s, for: 30s }'
    expect(phasesOf(first, second)).toEqual([
      'warmup 0-10',
      'fault:store-freeze 10-30',
      'fault:hold+store-freeze 30-40',
      'fault:hold 40-50',
      'recovery:hold 50-110',
      'settle 110-130',
    ])
  })

  test('back-to-back faults leave no recovery between them', () => {
    const names = phasesOf(
      '{ hold: us, at: 0s, for: 50s }',
      '{ store-freeze: us, at: 50s, for: 50s }',
    )
    expect(names).toEqual([
      'warmup 0-10',
      'fault:hold 10-60',
      'fault:store-freeze 60-110',
      'settle 110-130',
    ])
  })
})

describe('samples a limit will rest on', () => {
  const tightestOf = (limit: string, given: Record<string, string> = {}) => {
    const plan = planOf(withLimit(limit, given))
    const cell = tightest(cellsOf(plan, plan.limits[0] as LimitPlan))
    return cell && { ...cell, samples: Math.round(cell.samples) }
  }

  test('are counted in the shortest phase of the slowest region', () => {
    const uneven = 'load: [{ in: us, search: 60/s, upsert: 1/s }, { in: eu, search: 40/s }]'
    expect(tightestOf('{ metric: search.response, p: 99, max: 40ms }', { load: uneven })).toEqual({
      region: 'eu',
      members: ['eu'],
      phase: 'baseline',
      kinds: ['search'],
      samples: 40 * 30,
    })
  })

  test('of lag enter at the origin of the link; operations are apart only where they are judged apart', () => {
    const lag = tightestOf('{ metric: lag, p: 90, max: 2s }')
    expect(lag).toMatchObject({ link: 'us>eu', samples: 15 * 30 })
    const write = tightestOf('{ metric: write.response, p: 90, max: 2s }')
    expect(write).toMatchObject({ kinds: ['upsert', 'delete'], samples: 15 * 30 })
    const deletes = tightestOf('{ metric: write.response, operation: delete, p: 90, max: 2s }')
    expect(deletes).toMatchObject({ kinds: ['delete'], samples: 5 * 30 })
    const reads = tightestOf('{ metric: staleness, p: 90, max: 2s }')
    expect(reads).toMatchObject({ kinds: ['fetch'], samples: 5 * 30 })
  })

  test('are added up where regions are pooled', () => {
    const pooled = tightestOf('{ metric: search.response, p: 99, max: 1s, pool: true }')
    expect(pooled).toMatchObject({ members: ['us', 'eu'], samples: 2 * 60 * 30 })
  })

  test('of recoveries are not held against a limit', () => {
    expect(
      tightestOf('{ metric: search.response, p: 99.9, max: 1s, phase: recovery:partition }'),
    ).toBe(undefined)
  })

  test('must be ten beyond the percentile: 1,000 searches are enough for p99, 980 are not', () => {
    const at = (seconds: number) =>
      saidOf(
        withLimit('{ metric: search.response, p: 99, max: 40ms, phase: baseline }', {
          load: 'load: [{ in: [us, eu], search: 20/s }]',
          faults: `faults: [{ partition: us <-> eu, at: ${seconds}s, for: 10s }]`,
        }),
      )
    expect(at(50)).toEqual([])
    expect(at(49)).toHaveLength(1)
  })

  test('follow the shape of the arrivals', () => {
    const ramp = 'load: [{ in: us, search: 60/s, arrivals: { ramp: { from: 0 } } }]'
    const plan = planOf(aScenario({ load: ramp, faults: cut }))
    const during = (phase: string) => expectedIn(plan, 'us', ['search'], phase)
    // The rate grows from 0 to 60/s over 110 s; baseline is 10 s to 40 s: 60/s × (40² - 10²) / (2 × 110) s.
    expect(during('baseline')).toBeCloseTo((60 * 1500) / 220, 6)
    expect(during('fault:partition')).toBeCloseTo((60 * 4800) / 220, 6)
  })
})
