import { expect, test } from 'vitest'
import {
  placeShards,
  placingProblems,
} from '../../../../harness/systems/scatter-gather/placed-shards.ts'

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
