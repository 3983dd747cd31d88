import { expect, test } from 'vitest'
import { HashRing } from '../../../../harness/systems/scatter-gather/hash-ring.ts'

const keys = Array.from({ length: 3000 }, (_, i) => `key-${i}`)
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
