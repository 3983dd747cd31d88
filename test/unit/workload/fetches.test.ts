import { expect, test } from 'vitest'
import { expectedCounts } from '../../../harness/workload/operations.ts'
import { aLoad, aPlan, busy, ofKind, planned, shares } from './plan-fixture.ts'

const without = (operations: ReturnType<typeof planned>) =>
  operations.map(({ op, ...rest }) => rest)

test('fetches come at their rate, and move no other operation', () => {
  const keys = shares(0.3, 0.3, 0.4)
  const before = planned([busy('us', { keys })])
  const after = planned([busy('us', { keys, fetchPerSec: 30 })])
  const own = new Set(without(before).map((operation) => JSON.stringify(operation)))
  const added = without(after).filter((operation) => !own.has(JSON.stringify(operation)))
  expect(after).toHaveLength(before.length + added.length)
  expect(added.every(({ kind }) => kind === 'fetch')).toBe(true)
  // 60 s of arrivals: 1,800 expected, 4 sigma either way.
  expect(Math.abs(added.length - 1800)).toBeLessThan(170)
})

test('what is fetched is drawn as upserts draw keys that exist: contended ones in proportion', () => {
  const load = { fetchPerSec: 40, fetchOwn: 0, upsertPerSec: 10 }
  const shareOf = (keys: ReturnType<typeof shares>): number => {
    const fetches = ofKind(planned([busy('us', { ...load, keys })]), 'fetch')
    return fetches.filter(({ id }) => id < 4).length / fetches.length
  }
  expect(shareOf(shares(0.5, 0, 0.5))).toBe(1)
  expect(Math.abs(shareOf(shares(0.5, 0.25, 0.25)) - 0.5)).toBeLessThan(0.05)
  // Four ids of some hundred, like any other.
  expect(shareOf(shares(0.5, 0.5, 0))).toBeLessThan(0.1)
})

test('a fetch asks for an id that was there, or was written before it', () => {
  const operations = planned([busy('us', { fetchPerSec: 40, fetchOwn: 0, keys: shares(1, 0, 0) })])
  const known = new Set(Array.from({ length: 100 }, (_, id) => id))
  let fresh = 0
  for (const operation of operations) {
    if (operation.kind === 'upsert') known.add(operation.id)
    if (operation.kind !== 'fetch') continue
    expect(known.has(operation.id)).toBe(true)
    if (operation.id >= 100) fresh++
  }
  expect(fresh).toBeGreaterThan(100)
})

test('a load may fetch and do nothing else', () => {
  const operations = planned([aLoad({ region: 'us', fetchPerSec: 5 })])
  expect(new Set(operations.map(({ kind }) => kind))).toEqual(new Set(['fetch']))
  expect(operations.length).toBeGreaterThan(200)
})

test('expected fetches are those of own writes and the others together', () => {
  const load = [busy('us', { upsertPerSec: 10, fetchOwn: 0.5, fetchPerSec: 20 })]
  const fetches = expectedCounts(aPlan({ load })).filter(({ kind }) => kind === 'fetch')
  expect(fetches).toHaveLength(1)
  // 60 s: 20 a second, and 5 a second but for the last 0.6 s on average.
  expect(fetches[0]?.expected).toBeCloseTo(1200 + 5 * 59.4, 6)
})

test('contended keys under a law are hot by number: the first takes what Zipf gives it', () => {
  const keys = { ...shares(0, 0, 1), contendedCount: 4 }
  const load = { upsertPerSec: 60, deletePerSec: 0, fetchOwn: 0 }
  const counts = (contendedLaw: { law: 'uniform' } | { law: 'zipf'; exponent: number }) => {
    const ids = ofKind(
      planned([busy('us', { ...load, keys: { ...keys, contendedLaw } })]),
      'upsert',
    )
    return [0, 1, 2, 3].map((id) => ids.filter((upsert) => upsert.id === id).length / ids.length)
  }
  for (const share of counts({ law: 'uniform' })) expect(Math.abs(share - 0.25)).toBeLessThan(0.03)
  // Weights 1, 1/2, 1/3, 1/4 of 25/12.
  const zipf = counts({ law: 'zipf', exponent: 1 })
  for (const [rank, share] of [0.48, 0.24, 0.16, 0.12].entries())
    expect(Math.abs((zipf[rank] as number) - share)).toBeLessThan(0.03)
})

test('a uniform law draws the very keys that no law drew', () => {
  const keys = shares(0.2, 0.3, 0.5)
  const uniform = { ...keys, contendedLaw: { law: 'uniform' as const } }
  expect(planned([busy('us', { keys: uniform })])).toEqual(planned([busy('us', { keys })]))
})
