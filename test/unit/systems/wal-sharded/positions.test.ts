import { expect, test } from 'vitest'
import { WalPositions } from '../../../../harness/systems/wal-sharded/positions.ts'

/** A region that has taken in `writes` of one partition of the origin, as its copy gave them. */
function aRegion(...writes: number[]): WalPositions {
  const positions = new WalPositions()
  for (const write of writes) positions.copied(0, write)
  return positions
}

test('a region lacked nothing at the moment it asked, once it has read up to what the log then held', () => {
  const positions = aRegion(11, 12)
  positions.asked(1_000, [3])
  expect(positions.knownUs()).toBe(Number.NEGATIVE_INFINITY)
  positions.copied(0, 13)
  expect(positions.knownUs()).toBe(1_000)
})

test('what is read and not applied yet counts as lacking, for its own shard only', () => {
  const positions = aRegion(11)
  const entry = { shard: 7, partition: 0, offset: 0 }
  positions.begin(entry)
  positions.asked(1_000, [1])
  expect(positions.knownUs()).toBe(Number.NEGATIVE_INFINITY)
  expect(positions.knownUs(7)).toBe(Number.NEGATIVE_INFINITY)
  expect(positions.knownUs(8)).toBe(1_000)
  positions.end(entry)
  expect(positions.knownUs()).toBe(1_000)
})

test('what a killed mirror copies again is known as such and does not count twice', () => {
  const positions = aRegion(11, 12, 13)
  expect(positions.copied(0, 12)).toEqual({ offset: 1, again: true })
  expect(positions.copied(0, 13)).toEqual({ offset: 2, again: true })
  expect(positions.copied(0, 14)).toEqual({ offset: 3, again: false })
  expect(positions.readFrom(0)).toBe(4)
})

test('what was read from the origin itself comes again by the mirror, and the count goes on after it', () => {
  const positions = aRegion(11)
  expect(positions.taken(0, 12, 1)).toBe(false)
  expect(positions.taken(0, 13, 2)).toBe(false)
  expect(positions.copied(0, 12).again).toBe(true)
  expect(positions.copied(0, 13).again).toBe(true)
  expect(positions.copied(0, 14)).toEqual({ offset: 3, again: false })
})

test('a copy with a hole is counted too low, so the region thinks it lacks something, and the origin sets it right', () => {
  const positions = aRegion(11)
  // The mirror went past 12 and 13: retention had taken them.
  positions.copied(0, 14)
  positions.asked(1_000, [4])
  expect(positions.lacks()).toBe(true)
  for (const [i, write] of [12, 13, 14].entries()) positions.taken(0, write, i + 1)
  expect(positions.knownUs()).toBe(1_000)
  expect(positions.copied(0, 15)).toEqual({ offset: 4, again: false })
})

test('of a log that begins anew nothing is read, and what was read of the old one is remembered', () => {
  const positions = aRegion(11, 12, 13)
  positions.forget()
  expect(positions.reads()).toEqual([0])
  expect(positions.everRead()).toEqual([3])
  expect(positions.copied(0, 14)).toEqual({ offset: 0, again: false })
})

test('everything before the first change that is pending has been applied', () => {
  const positions = aRegion(11, 12, 13)
  positions.begin({ shard: 1, partition: 0, offset: 1 })
  positions.begin({ shard: 2, partition: 0, offset: 2 })
  expect(positions.applied()).toEqual([1])
})
