import { expect, test } from 'vitest'
import { compareStamps } from '../../../../harness/model/point.ts'
import type { Clock } from '../../../../harness/ports/clock.ts'
import type { Durable } from '../../../../harness/ports/system.ts'
import { keeps, openStamper } from '../../../../harness/systems/shared/conflict.ts'

function aClock(wallUs: number) {
  const state = { wallUs }
  const clock: Clock = {
    wall: () => state.wallUs,
    elapsed: () => state.wallUs,
    sleep: async () => {},
    within: (_us, work) => work,
  }
  return { clock, state }
}

function aDisk(): Durable {
  const kept = new Map<string, number>()
  return {
    load: async (key) => kept.get(key),
    save: async (key, value) => {
      kept.set(key, value)
    },
  }
}

const hlc = 'hybrid-logical-clock'

test('a hybrid logical clock goes up with every write, also while its wall clock stands or steps back', async () => {
  const { clock, state } = aClock(1000)
  const stamper = await openStamper(hlc, 'us', clock, aDisk())
  const stamps = [await stamper.next(), await stamper.next()]
  state.wallUs = 10
  stamps.push(await stamper.next())
  state.wallUs = 5000
  stamps.push(await stamper.next())
  for (const [i, stamp] of stamps.slice(1).entries())
    expect(compareStamps(stamp, stamps[i] as never)).toBeGreaterThan(0)
})

test('a hybrid logical clock stamps above everything it has seen from elsewhere', async () => {
  const stamper = await openStamper(hlc, 'us', aClock(1000).clock, aDisk())
  const remote = { wallUs: 9_000_000, counter: 3, origin: 'eu' }
  stamper.saw(remote)
  expect(compareStamps(await stamper.next(), remote)).toBeGreaterThan(0)
})

test('after a restart with the clock set back it still stamps above its own past', async () => {
  const disk = aDisk()
  const before = await openStamper(hlc, 'us', aClock(50_000_000).clock, disk)
  const last = await before.next()
  const after = await openStamper(hlc, 'us', aClock(1000).clock, disk)
  expect(compareStamps(await after.next(), last)).toBeGreaterThan(0)
})

test('a wall clock stamps below its past when it is set back: that is what the tool shows', async () => {
  const { clock, state } = aClock(1000)
  const stamper = await openStamper('last-writer-wins', 'us', clock, aDisk())
  const first = await stamper.next()
  state.wallUs = 10
  expect(compareStamps(await stamper.next(), first)).toBeLessThan(0)
})

test('the newer stamp wins, equal stamps stay, and arrival order always gives way', () => {
  const old = { wallUs: 1, counter: 0, origin: 'us' }
  const young = { wallUs: 1, counter: 1, origin: 'eu' }
  expect(keeps('last-writer-wins', young, old)).toBe(true)
  expect(keeps('last-writer-wins', old, young)).toBe(false)
  expect(keeps(hlc, old, old)).toBe(true)
  expect(keeps('arrival-order', young, old)).toBe(false)
})

test('ties are broken by region, the same way everywhere', () => {
  const us = { wallUs: 1, counter: 0, origin: 'us' }
  const eu = { wallUs: 1, counter: 0, origin: 'eu' }
  expect(keeps(hlc, us, eu)).toBe(true)
  expect(keeps(hlc, eu, us)).toBe(false)
})

const noClock = {
  wall: () => 0,
  elapsed: () => 0,
  sleep: async () => {},
  within: <T>(_us: number, work: Promise<T>) => work,
}

test('a Lamport stamp is above every stamp seen, whatever the clock says', async () => {
  const stamper = await openStamper('lamport', 'eu', noClock, aDisk())
  await stamper.next()
  const seen = { wallUs: 0, counter: 70, origin: 'us' }
  stamper.saw(seen)
  expect(compareStamps(await stamper.next(), seen)).toBeGreaterThan(0)
  stamper.saw({ ...seen, counter: 3 })
  expect((await stamper.next()).counter).toBe(72)
})

test('after a crash the counter goes on above all it ever gave out', async () => {
  const disk = aDisk()
  const before = await openStamper('lamport', 'eu', noClock, disk)
  let last = await before.next()
  for (let i = 0; i < 2_500; i++) last = await before.next()
  const after = await openStamper('lamport', 'eu', noClock, disk)
  expect(compareStamps(await after.next(), last)).toBeGreaterThan(0)
})
