import { expect, test } from 'vitest'
import { compareStamps, type Stamp } from '../../../../harness/model/point.ts'
import { Seen } from '../../../../harness/systems/gossip-quorum/session.ts'

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
