import { expect, test } from 'vitest'
import type { FaultPlan } from '../../../harness/model/fault.ts'
import { MS, SECOND } from '../../../harness/model/units.ts'
import type { World } from '../../../harness/ports/world.ts'
import { judged } from '../../support/judged.ts'
import { aLoad, aPlan } from '../../support/plan.ts'
import { lastArrivalAfterUs, linesOf } from '../../support/raw-record.ts'

const there = { from: 'us', to: 'eu' }
const cut: FaultPlan = {
  ...{ kind: 'partition', name: 'cut', links: [there, { from: 'eu', to: 'us' }] },
  ...{ atUs: 4 * SECOND, untilUs: 8 * SECOND },
}

/** As on real servers: what is asked of the injector is done somewhere within what it takes. */
const sluggish = (world: World): World => ({
  ...world,
  clock: world.clock,
  faults: {
    missing: () => [],
    async inject(fault) {
      const { clock } = world
      await clock.until(clock.now() + 100 * MS)
      const force = await world.faults.inject(fault)
      await clock.until(clock.now() + 100 * MS)
      return {
        async heal() {
          await clock.until(clock.now() + 300 * MS)
          await force.heal()
          await clock.until(clock.now() + 500 * MS)
        },
      }
    },
  },
})

test('a fault that takes time to come and to go leaves brackets in the record, and figures that hold for all of them', async () => {
  const plan = aPlan({
    load: [aLoad({ searchPerSec: 2, upsertPerSec: 10, keys: freshKeys })],
    timeline: { warmupUs: 2 * SECOND, runUs: 14 * SECOND, settleUs: 5 * SECOND },
    faults: [cut],
  })
  const run = await judged(plan, { world: sluggish })
  const events = linesOf(run.events, 'fault')
  const bracketOf = (what: string) => events.find((event) => event.what === what)?.bracket
  expect(bracketOf('injected')).toEqual([4 * SECOND, 4_200_000])
  expect(bracketOf('healed')).toEqual([8 * SECOND, 8_800_000])
  const truthUs = lastArrivalAfterUs(run.events, 'eu', 8_300_000)
  const [catchUp] = run.rows('catch-up', { region: undefined })
  expect(catchUp?.value).toBeUndefined()
  expect(catchUp?.low).toBeLessThanOrEqual(truthUs)
  expect(catchUp?.high).toBeGreaterThanOrEqual(truthUs)
  const phase = run.analysis.phases.find(({ name }) => name === 'fault:cut')
  expect(phase).toMatchObject({ fromUs: 4 * SECOND, toUs: 8_800_000 })
})

const freshKeys = { fresh: 1, existing: 0, contended: 0, contendedCount: 0 }
