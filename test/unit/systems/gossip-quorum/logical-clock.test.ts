import { expect, test } from 'vitest'
import { compareStamps } from '../../../../harness/model/point.ts'
import type { Durable } from '../../../../harness/ports/system.ts'
import { openLogicalClock } from '../../../../harness/systems/gossip-quorum/logical-clock.ts'

function aDisk(): Durable {
  const kept = new Map<string, number>()
  return {
    load: async (key) => kept.get(key),
    save: async (key, value) => {
      kept.set(key, value)
    },
  }
}

test('every stamp is above the last one, also while the wall clock stands still', async () => {
  const clock = await openLogicalClock('us', () => 1000, aDisk())
  const stamps = [await clock.next(), await clock.next(), await clock.next()]
  expect(stamps.map(({ wallUs }) => wallUs)).toEqual([1000, 1001, 1002])
})

test('a stamp is above all that were seen, whatever the wall clock says', async () => {
  const clock = await openLogicalClock('us', () => 1000, aDisk())
  const seen = { wallUs: 5_000_000, counter: 0, origin: 'zz' }
  clock.saw(seen)
  expect(compareStamps(await clock.next(), seen)).toBeGreaterThan(0)
})

test('after a restart it stamps above its own past, even with a clock that was set back', async () => {
  const disk = aDisk()
  const before = await (await openLogicalClock('us', () => 9_000_000, disk)).next()
  const after = await (await openLogicalClock('us', () => 0, disk)).next()
  expect(compareStamps(after, before)).toBeGreaterThan(0)
})
