import { describe, expect, test } from 'vitest'
import {
  nextStep,
  type Search,
  type Step,
  type Tried,
} from '../../../../harness/experiments/capacity/bracket.ts'
import type { TrialVerdict } from '../../../../harness/model/capacity.ts'

const seeds = [42, 1, 2]

/** Whole search against a system that says what it comes to at each factor. */
function sought(
  at: (factor: number, seed: number) => TrialVerdict,
  search: Search = { seeds, width: 0.05 },
) {
  const trials: Tried[] = []
  let rounds = 0
  for (;;) {
    const step: Step = nextStep(trials, search)
    if (step.kind !== 'run') return { step, trials, rounds }
    rounds++
    expect(step.wanted.length).toBeGreaterThan(0)
    for (const { factor, seed } of step.wanted) {
      expect(trials.some((one) => one.factor === factor && one.seed === seed)).toBe(false)
      const verdict = at(factor, seed)
      trials.push({ factor, seed, verdict, because: `because of ${verdict}.` })
    }
  }
}

const below = (truth: number) => (factor: number) =>
  (factor <= truth ? 'pass' : 'fail') as TrialVerdict

describe('a sharp edge', () => {
  test.each([0.02, 0.3, 0.99, 1, 1.5, 3.7, 5.83, 60])('at %s is bracketed within 5 %%', (truth) => {
    const { step, trials } = sought(below(truth))
    if (step.kind !== 'bracketed') throw new Error(`no bracket: ${JSON.stringify(step)}`)
    expect(step.keeps).toBeLessThanOrEqual(truth)
    expect(step.fails).toBeGreaterThan(truth)
    expect(step.fails / step.keeps - 1).toBeLessThanOrEqual(0.05)
    for (const seed of seeds)
      for (const factor of [step.keeps, step.fails])
        expect(trials.some((one) => one.factor === factor && one.seed === seed)).toBe(true)
  })

  test('is found by two runs at a time, in few rounds', () => {
    const { rounds, trials } = sought(below(5.83))
    expect(rounds).toBeLessThan(9)
    expect(trials.length).toBeLessThan(16)
  })

  test('a width of 1 % is kept too', () => {
    const { step } = sought(below(2.9), { seeds: [7], width: 0.01 })
    if (step.kind !== 'bracketed') throw new Error('no bracket')
    expect(step.fails / step.keeps - 1).toBeLessThanOrEqual(0.01)
  })
})

describe('what shows neither', () => {
  test('lies inside the bracket', () => {
    const { step } = sought((factor) => (factor < 3 ? 'pass' : factor < 3.3 ? 'open' : 'fail'))
    if (step.kind !== 'bracketed') throw new Error('no bracket')
    expect(step.keeps).toBeLessThan(3)
    expect(step.fails).toBeGreaterThanOrEqual(3.3)
    expect(step.keeps).toBeGreaterThan(3 / 1.03)
    expect(step.fails).toBeLessThan(3.3 * 1.03)
  })

  test('at the top it does not end the way up', () => {
    const { step } = sought((factor) => (factor < 1.5 ? 'pass' : factor < 5 ? 'open' : 'fail'))
    expect(step.kind).toBe('bracketed')
  })
})

describe('seeds that contradict each other', () => {
  test('move both ends outwards, until all of them agree', () => {
    const truth: Record<number, number> = { 42: 3, 1: 2.8, 2: 3.1 }
    const { step } = sought((factor, seed) => below(truth[seed] as number)(factor))
    if (step.kind !== 'bracketed') throw new Error('no bracket')
    expect(step.keeps).toBeLessThanOrEqual(2.8)
    expect(step.keeps).toBeGreaterThan(2.75)
    expect(step.fails).toBeGreaterThan(3.1)
    expect(step.fails).toBeLessThan(3.15)
  })

  test('everywhere give no capacity', () => {
    const { step } = sought((factor, seed) => (seed === 1 ? 'open' : below(3)(factor)))
    expect(step).toMatchObject({ kind: 'refused', why: 'seeds differ' })
  })
})

describe('refused is', () => {
  const refusals: [string, (factor: number) => TrialVerdict, object][] = [
    [
      'what passes at the highest tried',
      () => 'pass',
      { why: 'not bracketed', because: expect.stringMatching(/^It passes at 64 × its own rates/) },
    ],
    [
      'what fails at the lowest tried',
      () => 'fail',
      {
        why: 'not bracketed',
        because: expect.stringMatching(
          /^It does not pass at 0.01563 × its own rates, the lowest tried: because of fail/,
        ),
      },
    ],
    [
      'a generator at its end before the servers',
      (factor) => (factor < 3 ? 'pass' : 'invalid'),
      {
        why: 'generator',
        because: expect.stringMatching(
          /^It passes at 2.\d+ × its own rates; at 3.\d+ × its own rates nobody can say: because of invalid/,
        ),
      },
    ],
    ['a generator that never keeps up', () => 'invalid', { why: 'generator' }],
    [
      'a limit that cannot be judged',
      () => 'unknown',
      { why: 'no evidence', because: 'At its own rates it cannot be told: because of unknown.' },
    ],
    [
      'a limit that can be judged only where another is broken',
      (factor) => (factor < 2 ? 'unknown' : 'fail'),
      { why: 'no evidence' },
    ],
    [
      'a run that cannot be made',
      (factor) => (factor < 3 ? 'pass' : 'not run'),
      { why: 'not run' },
    ],
  ]
  test.each(refusals)('%s', (_what, at, said) => {
    expect(sought(at).step).toMatchObject({ kind: 'refused', ...said })
  })

  test('no way down from a rate whose generator was the limit, if a lower one breaks a limit', () => {
    const { step } = sought((factor) => (factor < 0.4 ? 'pass' : factor < 0.7 ? 'fail' : 'invalid'))
    expect(step).toMatchObject({ kind: 'bracketed' })
  })
})
