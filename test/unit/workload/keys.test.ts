import { expect, test } from 'vitest'
import { busy, ofKind, planned, shares } from './plan-fixture.ts'

test('fresh ids start at the base, are disjoint by region and take the next pool rows', () => {
  const fresh = { keys: shares(1, 0, 0), upsertPerSec: 2, deletePerSec: 0 }
  const upserts = ofKind(planned([busy('us', fresh), busy('eu', fresh)]), 'upsert')
  const ofRegion = (region: string): number[][] =>
    upserts.filter((upsert) => upsert.region === region).map(({ id, row }) => [id, row])
  expect(ofRegion('us').slice(0, 3)).toEqual([
    [100, 100],
    [103, 103],
    [106, 106],
  ])
  expect(ofRegion('eu').slice(0, 2)).toEqual([
    [101, 101],
    [104, 104],
  ])
  expect(new Set(upserts.map((upsert) => upsert.id)).size).toBe(upserts.length)
})

test('an exhausted pool is taken again from its first row beyond the base', () => {
  const upserts = ofKind(
    planned([busy('us', { keys: shares(1, 0, 0), deletePerSec: 0 })]),
    'upsert',
  )
  expect(upserts.length).toBeGreaterThan(101)
  expect(upserts[99]).toMatchObject({ id: 397, row: 397 })
  expect(upserts[100]).toMatchObject({ id: 400, row: 100 })
})

test('existing keys are ids the region knows and has not deleted, with rows beyond the base', () => {
  const operations = planned([busy('us', { upsertPerSec: 40, deletePerSec: 2 }), busy('eu')])
  const known = new Set(Array.from({ length: 100 }, (_, id) => id))
  const deleted = new Set<number>()
  let again = 0
  for (const operation of operations.filter(({ region }) => region === 'us')) {
    if (operation.kind === 'delete') {
      expect(known.has(operation.id)).toBe(true)
      expect(deleted.has(operation.id)).toBe(false)
      deleted.add(operation.id)
    }
    if (operation.kind === 'upsert') {
      expect(deleted.has(operation.id)).toBe(false)
      expect(operation.row).toBeGreaterThanOrEqual(100)
      expect(operation.row).toBeLessThan(400)
      if (known.has(operation.id)) again++
      else expect(operation.id % 3).toBe(1)
      known.add(operation.id)
    }
  }
  const count = operations.filter(({ region, kind }) => region === 'us' && kind === 'upsert').length
  expect(deleted.size).toBeGreaterThan(50)
  expect(Math.abs(again / count - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / count))
})

test('contended keys are the same few ids in all regions', () => {
  const load = ['us', 'eu'].map((region) =>
    busy(region, { keys: shares(0, 0, 1), upsertPerSec: 20, deletePerSec: 0 }),
  )
  const upserts = ofKind(planned(load), 'upsert')
  for (const region of ['us', 'eu'])
    expect(
      new Set(upserts.filter((upsert) => upsert.region === region).map(({ id }) => id)),
    ).toEqual(new Set([0, 1, 2, 3]))
  expect(upserts.every(({ row }) => row >= 100)).toBe(true)
})

test('upserts take fresh, existing and contended keys with their shares', () => {
  const load = busy('us', { keys: shares(0.2, 0.5, 0.3), upsertPerSec: 40, deletePerSec: 0 })
  const ids = ofKind(planned([load]), 'upsert').map((upsert) => upsert.id)
  const contended = ids.filter((id) => id < 4).length / ids.length
  const fresh =
    ids.filter((id, i) => id >= 100 && !ids.slice(0, i).includes(id)).length / ids.length
  const sigma = Math.sqrt(0.25 / ids.length)
  expect(Math.abs(fresh - 0.2)).toBeLessThan(4 * sigma)
  expect(contended).toBeGreaterThan(0.3 - 4 * sigma)
  expect(contended).toBeLessThan(0.3 + 0.5 * (4 / 100) + 4 * sigma) // an existing key may be a contended id
})

test('deletes take contended keys with the share of contended keys, others never twice', () => {
  const load = busy('us', { keys: shares(0.3, 0.3, 0.4), upsertPerSec: 40, deletePerSec: 10 })
  const ids = ofKind(planned([load]), 'delete').map((operation) => operation.id)
  const contended = ids.filter((id) => id < 4)
  const others = ids.filter((id) => id >= 4)
  expect(Math.abs(contended.length / ids.length - 0.4)).toBeLessThan(
    4 * Math.sqrt(0.24 / ids.length),
  )
  expect(new Set(others).size).toBe(others.length)
})

test('only contended upserts bring a deleted id back', () => {
  const load = busy('us', { keys: shares(0.3, 0.6, 0.1), upsertPerSec: 40, deletePerSec: 3 })
  const deleted = new Set<number>()
  const back = new Set<number>()
  for (const operation of planned([load])) {
    if (operation.kind === 'delete') deleted.add(operation.id)
    if (operation.kind === 'upsert' && deleted.delete(operation.id)) back.add(operation.id)
  }
  expect(back.size).toBeGreaterThan(0)
  expect([...back].every((id) => id < 4)).toBe(true)
})
