import { expect, test } from 'vitest'
import { compareStamps } from '../../../harness/model/point.ts'
import { openStamper } from '../../../harness/systems/shared/conflict.ts'

const noClock = {
  wall: () => 0,
  elapsed: () => 0,
  sleep: async () => {},
  within: <T>(_us: number, work: Promise<T>) => work,
}

function aDisk() {
  const kept = new Map<string, number>()
  return {
    load: async (key: string) => kept.get(key),
    save: async (key: string, value: number) => {
      kept.set(key, value)
    },
  }
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
