import { expect, test } from 'vitest'
import { compareStamps, type Stamp } from '../../../harness/model/point.ts'
import type { Durable } from '../../../harness/ports/system.ts'
import { openLogicalClock } from '../../../harness/systems/gossip-quorum/logical-clock.ts'
import { Seen } from '../../../harness/systems/gossip-quorum/session.ts'

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

test('ranks of a session stand in the order of stamps, ties by region included, and the base has 0', () => {
  const seen = new Seen(['us', 'ap', 'eu'])
  const aStamp = (wallUs: number, origin: string): Stamp => ({ wallUs, counter: 0, origin })
  const stamps = [aStamp(1, 'ap'), aStamp(1, 'eu'), aStamp(1, 'us'), aStamp(2, 'ap')]
  for (const a of stamps)
    for (const b of stamps)
      expect(Math.sign(seen.rank(a) - seen.rank(b))).toBe(Math.sign(compareStamps(a, b)))
  expect(seen.rank(aStamp(0, ''))).toBe(0)
  const token = seen.token(aStamp(7, 'eu'), 3)
  expect(seen.floor(token, 3)).toBe(seen.rank(aStamp(7, 'eu')))
  expect(seen.floor(token, 4)).toBe(0)
})
