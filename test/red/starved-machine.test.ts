import { expect, test } from 'vitest'
import { MS, SECOND } from '../../harness/model/units.ts'
import type { World } from '../../harness/ports/world.ts'
import { judged } from '../support/judged.ts'
import { aLoad, aPlan } from '../support/plan.ts'

const plan = aPlan({
  load: ['us', 'eu'].map((region) => aLoad({ region, upsertPerSec: 5, searchPerSec: 5 })),
  timeline: { warmupUs: SECOND, runUs: 20 * SECOND, settleUs: 0 },
})

/** Mirrors that stand still from 5 s on without a fault in the plan: a process of another program may do that to them. */
const standing = (world: World): World => {
  const whole = { kind: 'mirror-pause', name: 'pause', atUs: 0, untilUs: 0 } as const
  const links = [
    { from: 'us', to: 'eu' },
    { from: 'eu', to: 'us' },
  ]
  return {
    ...world,
    start: async (stop) => {
      await world.start(stop)
      void world.clock.until(5 * SECOND).then(() => world.faults.inject({ ...whole, links }))
    },
  }
}

/** The generator comes 300 ms late with everything. */
const late = (world: World): World => ({
  ...world,
  clock: { now: () => world.clock.now(), until: (us) => world.clock.until(us + 300 * MS) },
})

test('mirrors that stand still fail a run, and not where the generator itself was late: then nobody can tell', async () => {
  const inTime = await judged(plan, { world: standing })
  expect(inTime.finding('replication-stopped').verdict).toBe('fail')
  expect(inTime.judgement.exitCode).toBe(6)
  const starved = await judged(plan, { world: (world) => late(standing(world)) })
  expect(starved.finding('replication-stopped')).toMatchObject({ verdict: 'invalid' })
  expect(starved.judgement).toMatchObject({ verdict: 'invalid', exitCode: 3 })
  expect(starved.finding('lost-writes').verdict).not.toBe('invalid')
})
