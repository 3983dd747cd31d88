import { expect, test } from 'vitest'
import {
  type Element,
  ElementSet,
  sameDigest,
} from '../../../../harness/systems/gossip-quorum/element-set.ts'

const anElement = (wallUs: number, over: Partial<Element> = {}): Element => ({
  stamp: { wallUs, counter: 0, origin: 'us' },
  write: wallUs,
  deleted: false,
  ...over,
})

const aSet = (...elements: [number, Element][]) => {
  const set = new ElementSet()
  for (const [id, element] of elements) set.put(id, element)
  return set
}

const differingLeaves = (a: ElementSet, b: ElementSet) =>
  Array.from({ length: 256 }, (_, leaf) => leaf).filter(
    (leaf) => !sameDigest(a.leaf(leaf), b.leaf(leaf)),
  )

test('the same versions in any order have the same digests, whatever was there before', () => {
  const ids = Array.from({ length: 50 }, (_, id) => id)
  const one = aSet(...ids.map((id): [number, Element] => [id, anElement(id + 10)]))
  const two = aSet(
    ...ids.map((id): [number, Element] => [id, anElement(1)]),
    ...[...ids].reverse().map((id): [number, Element] => [id, anElement(id + 10)]),
  )
  expect(two.groups()).toEqual(one.groups())
})

test('one version more shows in its leaf, in the group of that leaf, and nowhere else', () => {
  const one = aSet([1, anElement(5)], [2, anElement(6)])
  const two = aSet([1, anElement(5)], [2, anElement(7)])
  const [leaf, ...others] = differingLeaves(one, two)
  expect(others).toEqual([])
  expect(two.entries(leaf as number).map(([id]) => id)).toEqual([2])
  const groups = one.groups().map((digest, group) => sameDigest(two.groups()[group], digest))
  expect(groups.filter((same) => !same)).toHaveLength(1)
  expect(groups[Math.floor((leaf as number) / 16)]).toBe(false)
})

test('an older version changes nothing, and a tie is broken by region', () => {
  const set = aSet([1, anElement(5)])
  set.put(1, anElement(4))
  expect(set.get(1)?.write).toBe(5)
  set.put(1, anElement(5, { write: 99, stamp: { wallUs: 5, counter: 0, origin: 'zz' } }))
  expect(set.get(1)?.write).toBe(99)
})

test('a tombstone has no digest but is an entry: who forgot it and who keeps it are equal', () => {
  const kept = aSet([1, anElement(5)], [1, anElement(6, { deleted: true })])
  const forgotten = aSet([1, anElement(5)], [1, anElement(6, { deleted: true })])
  forgotten.drop(1)
  expect(differingLeaves(kept, forgotten)).toEqual([])
  expect(differingLeaves(kept, aSet([1, anElement(5)]))).toHaveLength(1)
  const all = Array.from({ length: 256 }, (_, leaf) => kept.entries(leaf)).flat()
  expect(all.map(([id, { deleted }]) => [id, deleted])).toEqual([[1, true]])
})
