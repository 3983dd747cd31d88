import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Cluster,
  clusterInterval,
  confidences,
  exactShare,
  quantileRanks,
  trialsToShow,
  wilson,
} from '../../../harness/base/confidence.ts'
import { Rng } from '../../../harness/base/rng.ts'

describe('the exact interval of a share', () => {
  // Worked out in Python with whole fractions: binomial sums, bisected to 1e-9.
  test.each([
    [5, 100, 0.95, 0.016432, 0.112835],
    [9, 10, 0.95, 0.554984, 0.997471],
    [1, 2, 0.95, 0.012579, 0.987421],
    [0, 10, 0.95, 0, 0.258866],
    [0, 1000, 0.95, 0, 0.002991],
    [1000, 1000, 0.95, 0.997009, 1],
  ])('%i of %i at %d', (good, count, confidence, low, high) => {
    const shown = exactShare(good, count, confidence)
    expect(shown.low).toBeCloseTo(low, 5)
    expect(shown.high).toBeCloseTo(high, 5)
  })

  test('without a trial says nothing, and of a million it is quick', () => {
    expect(exactShare(0, 0, 0.95)).toEqual({ low: 0, high: 1 })
    expect(exactShare(0, 1_000_000, 0.95).high).toBeCloseTo(2.9957e-6, 9)
  })
})

describe('Wilson’s interval of a share', () => {
  // By Wilson's formula in Python, with statistics.NormalDist for z.
  test.each([
    [101, 101, 0.95, 0.96336, 1],
    [0, 10, 0.95, 0, 0.27753],
    [9, 10, 0.95, 0.59585, 0.98212],
    [1, 2, 0.95, 0.09453, 0.90547],
    [997, 1000, 0.99, 0.98821, 0.99924],
  ])('%i of %i at %d', (good, count, confidence, low, high) => {
    const shown = wilson(good, count, confidence)
    expect(shown.low).toBeCloseTo(low, 4)
    expect(shown.high).toBeCloseTo(high, 4)
  })

  test('without a trial says nothing', () => {
    expect(wilson(0, 0, 0.95)).toEqual({ low: 0, high: 1 })
  })

  test('needs as many trials as it says to show a share', () => {
    const share = fc.double({ min: 0.01, max: 0.9999, noNaN: true })
    fc.assert(
      fc.property(share, fc.constantFrom(...confidences), (least, confidence) => {
        const count = trialsToShow(least, confidence)
        expect(wilson(count, count, confidence).low).toBeGreaterThanOrEqual(least - 1e-9)
        expect(wilson(count - 1, count - 1, confidence).low).toBeLessThan(least)
      }),
    )
    expect(trialsToShow(0.99999, 0.95)).toBe(384_143)
    expect(trialsToShow(1, 0.95)).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('ranks that bound a quantile', () => {
  // From the binomial law in exact fractions, by Python's math.comb and fractions.
  test.each([
    [197, 0.99, 0.95, 192, 198],
    [1000, 0.99, 0.95, 983, 997],
    [100, 0.5, 0.95, 40, 61],
    [367, 0.99, 0.95, 359, 368],
    [368, 0.99, 0.95, 360, 368],
    [1, 0.99, 0.95, 1, 2],
    [5, 0.5, 0.95, 0, 6],
    [6, 0.5, 0.95, 1, 6],
  ])('of %i values, quantile %d at %d', (count, q, confidence, low, high) => {
    expect(quantileRanks(count, q, confidence)).toEqual({ low, high })
  })

  test('hold the quantile as often as they say, and hardly more often than they must', () => {
    const rng = new Rng(1)
    for (const [count, q] of [
      [50, 0.9],
      [400, 0.95],
      [1500, 0.99],
    ] as const) {
      const { low, high } = quantileRanks(count, q, 0.9)
      let [under, over] = [0, 0]
      const runs = 4_000
      for (let run = 0; run < runs; run++) {
        let below = 0
        for (let i = 0; i < count; i++) if (rng.uniform() < q) below++
        if (below < low) under++
        if (below >= high) over++
      }
      for (const missed of [under / runs, over / runs]) {
        expect(missed).toBeLessThan(0.06)
        expect(missed).toBeGreaterThan(0.01)
      }
    }
  })

  test('are found among a million values', () => {
    const { low, high } = quantileRanks(1_000_000, 0.5, 0.95)
    expect(low).toBe(499_020)
    expect(high).toBe(500_981)
  })
})

describe('the interval of a share by clusters', () => {
  const aCluster = (share: number, samples = 1): Cluster => ({
    weight: samples,
    low: share * samples,
    high: share * samples,
    trials: 10,
  })
  const rng = () => new Rng(7).fork('recall')

  test('is the same for the same seed', () => {
    const clusters = Array.from({ length: 40 }, (_, i) => aCluster(1 - (i % 5) / 10))
    const once = clusterInterval(clusters, 0.95, rng())
    expect(clusterInterval(clusters, 0.95, rng())).toEqual(once)
    expect(once).toEqual({ low: 0.7575, high: 0.8425 })
  })

  test('is as wide as few clusters make it, however many samples they have', () => {
    const shares = [1, 0.4, 1, 0.9, 1, 0.8]
    const few = clusterInterval(
      shares.map((share) => aCluster(share, 1_000)),
      0.95,
      rng(),
    )
    expect(few.high - few.low).toBeGreaterThan(0.3)
    expect(clusterInterval([], 0.95, rng())).toEqual({ low: 0, high: 1 })
  })

  test('does not take clusters that are all alike for certainty', () => {
    const { low, high } = clusterInterval([aCluster(1), aCluster(1), aCluster(1)], 0.95, rng())
    expect(low).toBeCloseTo(30 / (30 + 3.8415), 3)
    expect(high).toBe(1)
  })

  test('keeps both ends of what is undetermined', () => {
    const open = { weight: 1, low: 0.5, high: 0.9, trials: 1_000_000 }
    const { low, high } = clusterInterval([open, open], 0.95, rng())
    expect(low).toBeCloseTo(0.5, 2)
    expect(high).toBeCloseTo(0.9, 2)
  })

  test('holds the true share about as often as it says', () => {
    const source = new Rng(3)
    const runs = 300
    let held = 0
    for (let run = 0; run < runs; run++) {
      const clusters = Array.from({ length: 100 }, () => aCluster(0.5 + 0.5 * source.uniform()))
      const { low, high } = clusterInterval(clusters, 0.9, new Rng(run))
      if (low <= 0.75 && 0.75 <= high) held++
    }
    expect(held / runs).toBeGreaterThan(0.86)
  })
})
