import { expect, test } from 'vitest'
import { HashRing } from '../../../harness/systems/scatter-gather/hash-ring.ts'
import {
  placeShards,
  placingProblems,
} from '../../../harness/systems/scatter-gather/placed-shards.ts'

const keys = Array.from({ length: 3000 }, (_, i) => `key-${i}`)
const placing = {
  shards: 8,
  virtualNodes: 64,
  copies: 2,
  placedIn: '',
  pinnedShards: 0,
  pinnedTo: '',
}
const regions = ['us', 'eu', 'ap']
const shards = Array.from({ length: 8 }, (_, shard) => shard)

test('a node that joins the ring takes keys from others, and no other key moves', () => {
  const before = new HashRing(['a', 'b', 'c'], 128)
  const after = new HashRing(['a', 'b', 'c', 'd'], 128)
  const moved = keys.filter((key) => before.owner(key) !== after.owner(key))
  expect(moved.every((key) => after.owner(key) === 'd')).toBe(true)
  expect(moved.length).toBeGreaterThan(keys.length * 0.15)
  expect(moved.length).toBeLessThan(keys.length * 0.35)
})

test('many virtual nodes share keys out evenly, one alone does not', () => {
  const largest = (virtualNodes: number) => {
    const ring = new HashRing(['a', 'b', 'c', 'd'], virtualNodes)
    const counts = ring.nodes.map((node) => keys.filter((key) => ring.owner(key) === node).length)
    return Math.max(...counts) / keys.length
  }
  expect(largest(256)).toBeLessThan(0.32)
  expect(largest(1)).toBeGreaterThan(0.4)
})

test('owners are different nodes, and all of them where more are asked for', () => {
  const ring = new HashRing(['a', 'b', 'c'], 16)
  for (const key of keys.slice(0, 50)) {
    expect(new Set(ring.owners(key, 2)).size).toBe(2)
    expect(ring.owners(key, 9).sort()).toEqual(['a', 'b', 'c'])
  }
})

test('every shard has a primary and secondaries in other regions, and every id one of the shards', () => {
  const placed = placeShards(placing, regions)
  for (const shard of shards) expect(new Set(placed.holdersOf(shard)).size).toBe(2)
  const used = new Set(Array.from({ length: 500 }, (_, id) => placed.shardOf(id, 0)))
  expect([...used].sort()).toEqual(shards)
})

test('pinned shards are placed in their regions only, the others anywhere', () => {
  const placed = placeShards({ ...placing, copies: 3, pinnedShards: 2, pinnedTo: 'eu' }, regions)
  const ids = Array.from({ length: 500 }, (_, id) => id)
  for (const id of ids) {
    const pinned = placed.shardOf(id, 0) < 2
    expect(placed.pinned(id)).toEqual(pinned ? ['eu'] : null)
    expect(placed.holders(id).length).toBe(pinned ? 1 : 3)
  }
  expect(ids.some((id) => placed.pinned(id))).toBe(true)
})

test('what regions show to be wrong is told with what to write', () => {
  const problems = placingProblems(
    { ...placing, copies: 4, placedIn: 'us, mars', pinnedShards: 9, weights: 'us x' },
    regions,
  )
  expect(problems.map(({ key }) => key)).toEqual([
    'placedIn',
    'copies',
    'pinnedShards',
    'pinnedTo',
    'weights',
  ])
  expect(placingProblems({ ...placing, weights: 'us 3, eu 1' }, regions)).toEqual([])
})
