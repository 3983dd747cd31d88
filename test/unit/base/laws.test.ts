import { expect, test } from 'vitest'
import {
  exponential,
  isZipfExponent,
  PARETO_CAP,
  pareto,
  uniformSigned,
  zipf,
} from '../../../harness/base/laws.ts'
import { Rng } from '../../../harness/base/rng.ts'
import { KS_CRITICAL_001, ksStatistic, meanOf } from './kolmogorov.ts'

const sampleOf = (law: (rng: Rng) => number, count = 40_000): number[] => {
  const rng = new Rng(42).fork('laws')
  return Array.from({ length: count }, () => law(rng))
}

const firstOf = (law: (rng: Rng) => number): number[] => {
  const rng = new Rng(42)
  return Array.from({ length: 5 }, () => law(rng))
}

// Golden values come from a second implementation in Python.
test('seed 42 draws the same from every law as ever', () => {
  expect(firstOf(exponential)).toEqual([
    1.0591291121142414, 0.2922883426651216, 1.9196549000048246, 0.19348517314178337,
    1.9740092411474497,
  ])
  expect(firstOf(pareto)).toEqual([
    0.8881424215552158, 0.0215389837078257, 0.5582933100483967, 0.030943784241355354,
    4.206751411903811,
  ])
  expect(firstOf(uniformSigned).slice(0, 3)).toEqual([
    0.4390030552137245, -0.9165497898385395, 0.1763710880969036,
  ])
})

test('exponential numbers follow 1 - e^-x', () => {
  const statistic = ksStatistic(sampleOf(exponential), (x) => 1 - Math.exp(-x))
  expect(statistic).toBeLessThan(KS_CRITICAL_001)
})

test('exponential numbers have mean 1, variance 1 and third moment 6', () => {
  const sample = sampleOf(exponential)
  expect(Math.abs(meanOf(sample) - 1)).toBeLessThan(4 / Math.sqrt(sample.length))
  expect(Math.abs(meanOf(sample.map((x) => x * x)) - 2)).toBeLessThan(0.1)
  expect(Math.abs(meanOf(sample.map((x) => x ** 3)) - 6)).toBeLessThan(0.8)
})

test('Pareto numbers follow 1 - 1/(1 + x)^2 up to the cap', () => {
  const sample = sampleOf(pareto)
  const cdf = (x: number): number => (x >= PARETO_CAP ? 1 : 1 - 1 / (1 + x) ** 2)
  expect(ksStatistic(sample, cdf)).toBeLessThan(KS_CRITICAL_001)
  expect(Math.min(...sample)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...sample)).toBe(PARETO_CAP)
  expect(Math.abs(meanOf(sample) - 0.99)).toBeLessThan(0.05)
})

test('the Pareto cap is reached by one draw in 10,000', () => {
  const capped = sampleOf(pareto, 200_000).filter((x) => x === PARETO_CAP).length
  expect(Math.abs(capped - 20)).toBeLessThan(4 * Math.sqrt(20))
})

test('signed uniform numbers are uniform in [-1, 1)', () => {
  const sample = sampleOf(uniformSigned)
  expect(ksStatistic(sample, (x) => (x + 1) / 2)).toBeLessThan(KS_CRITICAL_001)
})

test.each([0, 0.25, 0.5, 0.75, 1, 1.25, 2, 3.5])(
  'Zipf ranks of exponent %f fit their weights',
  (exponent) => {
    const ranks = 20
    const weights = Array.from({ length: ranks }, (_, rank) => (rank + 1) ** -exponent)
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    const sample = sampleOf(zipf(ranks, exponent))
    const chiSquare = weights.reduce((sum, weight, rank) => {
      const expected = (sample.length * weight) / total
      const seen = sample.filter((x) => x === rank).length
      return sum + (seen - expected) ** 2 / expected
    }, 0)
    expect(chiSquare).toBeLessThan(43.82) // chi-square, 19 degrees of freedom, alpha .001
  },
)

test('a Zipf law over one rank always draws it', () => {
  expect(new Set(sampleOf(zipf(1, 1), 100))).toEqual(new Set([0]))
})

test('a Zipf exponent that needs a power is refused with the nearest one that does not', () => {
  expect(() => zipf(10, 0.9)).toThrow(
    'zipf exponent 0.9 cannot be drawn: it must be a multiple of 0.25 from 0 to 8. Try 1.',
  )
  expect(() => zipf(10, -1)).toThrow('Try 0.')
  expect(() => zipf(10, Number.NaN)).toThrow('Try 0.')
  expect(() => zipf(10, 9)).toThrow('Try 8.')
  expect([0.75, 0.9].map(isZipfExponent)).toEqual([true, false])
})

test('a Zipf law needs a rank to draw', () => {
  expect(() => zipf(0, 1)).toThrow('at least one rank')
})
