import { expect, test } from 'vitest'
import { Rng } from '../../../../harness/base/rng.ts'
import {
  centroidsOf,
  trainCentroids,
} from '../../../../harness/systems/primary-replica/centroids.ts'
import { embeddingLayout } from '../../../../harness/systems/primary-replica/embedding-shards.ts'
import { spaceOf } from '../../../../harness/workload/pool.ts'
import { pool } from '../../../support/simulate.ts'

const heap = (x: number, y: number) =>
  [-2, -1, 0, 1, 2].flatMap((dx) => [-1, 0, 1].map((dy) => Int8Array.of(x + dx, y + dy)))

test('points that lie together fall into one cell, heaps apart into cells of their own', () => {
  const heaps = [heap(100, 100), heap(-100, 50), heap(0, -100)]
  const cells = trainCentroids(heaps.flat(), 3, 2, new Rng(7))
  const found = heaps.map((points) => new Set(points.map((point) => cells.nearest(point))))
  expect(found.map(({ size }) => size)).toEqual([1, 1, 1])
  expect(new Set(found.flatMap((cell) => [...cell])).size).toBe(3)
})

test('the cells a query asks are those nearest to it, nearest first', () => {
  const cells = trainCentroids([heap(100, 0), heap(0, 0), heap(-100, 0)].flat(), 3, 2, new Rng(7))
  const at = (x: number) => cells.nearest(Int8Array.of(x, 0))
  expect(cells.closest(Int8Array.of(60, 0), 2)).toEqual([at(100), at(0)])
  expect(cells.closest(Int8Array.of(-60, 0), 3)).toEqual([at(-100), at(0), at(100)])
})

test('fewer rows than cells, or none at all, is no error', () => {
  const few = trainCentroids([Int8Array.of(1, 1)], 3, 2, new Rng(7))
  expect(few.nearest(Int8Array.of(1, 1))).toBe(0)
  expect(trainCentroids([], 3, 2, new Rng(7)).closest(Int8Array.of(1, 1), 3)).toEqual([0, 1, 2])
})

test('everybody who asks for the centroids of a base finds the same ones', () => {
  const [one, other] = [
    centroidsOf(spaceOf(pool, 300), 8, 200),
    centroidsOf(spaceOf(pool, 300), 8, 200),
  ]
  expect(one).not.toBe(other)
  expect(one).toEqual(other)
})

test('each point of the base lives in the shard of its nearest centroid, and shards are told apart after a re-balance', () => {
  const space = spaceOf(pool, 300)
  const knobs = { partitions: 8, probe: 2, sample: 0, rebalanceUs: 1 }
  const layout = embeddingLayout(knobs, ['us', 'eu'], space)
  expect(layout.shards).toBe(16)
  const shards = Array.from({ length: 300 }, (_, id) => layout.shardOf(id, id))
  expect(Math.max(...shards)).toBeLessThan(8)
  expect(new Set(shards).size).toBe(8)
  expect(shards[17]).toBe(centroidsOf(space, 8, 0).nearest(space.row(17)))
})
