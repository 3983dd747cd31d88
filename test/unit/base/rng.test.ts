import { expect, test } from 'vitest'
import { Rng } from '../../../harness/base/rng.ts'
import { correlation, KS_CRITICAL_001, ksStatistic } from './kolmogorov.ts'

const draw = <T>(count: number, one: () => T): T[] => Array.from({ length: count }, one)

// Golden values come from a second implementation (sfc32 and MurmurHash3 in Python).
test('seed 42 draws the same numbers as ever', () => {
  const rng = new Rng(42)
  expect(draw(6, () => rng.u32())).toEqual([
    3090235530, 1408415691, 179207942, 3455287763, 2526237670, 1566061595,
  ])
})

test('a fork of seed 42 draws the same numbers as ever', () => {
  const rng = new Rng(42).fork('link/eu-us')
  expect(draw(4, () => rng.u32())).toEqual([814421087, 314476910, 1741266129, 2143311435])
})

test('seeds that differ above 32 bits draw different numbers', () => {
  const rng = new Rng(42 + 7 * 0x1_0000_0000)
  expect(draw(4, () => rng.u32())).toEqual([745053085, 4134425040, 1243467107, 916997008])
})

test('uniform has 53 bits and seed 42 draws the same as ever', () => {
  const rng = new Rng(42)
  expect(draw(3, () => rng.uniform())).toEqual([
    0.7195015276068623, 0.04172510508073024, 0.5881855440484518,
  ])
})

test('uniform numbers are uniform', () => {
  const rng = new Rng(42).fork('ks')
  const sample = draw(20_000, () => rng.uniform())
  expect(ksStatistic(sample, (x) => x)).toBeLessThan(KS_CRITICAL_001)
})

test('a fork draws the same whatever its parent and siblings drew before', () => {
  const parent = new Rng(42)
  const early = parent.fork('b')
  draw(100, () => parent.u32())
  const sibling = parent.fork('a')
  draw(100, () => sibling.u32())
  const late = parent.fork('b')
  expect(draw(20, () => late.u32())).toEqual(draw(20, () => early.u32()))
})

test('forks are uncorrelated with their parent and each other, by name and by depth', () => {
  const root = new Rng(42)
  const streams = [new Rng(42), root.fork('a'), root.fork('b'), root.fork('a').fork('b')]
  const samples = streams.map((stream) => draw(10_000, () => stream.uniform()))
  for (const [i, a] of samples.entries())
    for (const b of samples.slice(i + 1)) expect(Math.abs(correlation(a, b))).toBeLessThan(0.033)
})

test('int reaches every value equally often, also where 2^32 is no multiple', () => {
  const rng = new Rng(42)
  const many = draw(30_000, () => rng.int(3))
  for (const value of [0, 1, 2]) {
    const count = many.filter((x) => x === value).length
    expect(Math.abs(count - 10_000)).toBeLessThan(4 * Math.sqrt(30_000 * (1 / 3) * (2 / 3)))
  }
})

test('int over 3 × 2^30 is not biased towards its lower part', () => {
  const rng = new Rng(42)
  const range = 3 * 2 ** 30
  const low = draw(20_000, () => rng.int(range)).filter((x) => x < range / 3).length
  expect(Math.abs(low - 20_000 / 3)).toBeLessThan(4 * Math.sqrt((20_000 * 2) / 9))
})

test('chance keeps its probability, and 0 and 1 are certain', () => {
  const rng = new Rng(42)
  const share = (p: number): number =>
    draw(20_000, () => rng.chance(p)).filter(Boolean).length / 20_000
  expect(share(0)).toBe(0)
  expect(share(1)).toBe(1)
  expect(Math.abs(share(0.3) - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 20_000))
})
