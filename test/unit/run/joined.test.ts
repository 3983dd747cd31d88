import { expect, test } from 'vitest'
import { Background, type Fires, Signal } from '../../../harness/base/signal.ts'
import { SECOND } from '../../../harness/model/units.ts'
import type { System } from '../../../harness/ports/system.ts'
import { activeActiveCdc } from '../../../harness/systems/active-active-cdc/system.ts'
import { aLoad, aPlan } from '../../support/plan.ts'
import { simulate } from '../../support/simulate.ts'

type Knobs = Parameters<typeof activeActiveCdc.route>[2]

const broken = new Error('it broke after the run had begun')

const plan = aPlan({
  load: [aLoad({ upsertPerSec: 5, searchPerSec: 5 })],
  timeline: { warmupUs: 0, runUs: 20 * SECOND, settleUs: 10 * SECOND },
})

const running = (changes: Partial<System<Knobs>>) =>
  simulate(plan, { system: { ...activeActiveCdc, ...changes } as System<never> })

test('a router that throws after its run has begun ends the run, which says so', async () => {
  const route: System<Knobs>['route'] = (users, rng, knobs) => ({
    ...activeActiveCdc.route(users, rng, knobs),
    run: async () => {
      await users.clock.sleep(5 * SECOND)
      throw broken
    },
  })
  await expect(running({ route })).rejects.toThrow(broken)
})

test('a router that throws once the run is to end is heard too', async () => {
  const route: System<Knobs>['route'] = (users, rng, knobs) => ({
    ...activeActiveCdc.route(users, rng, knobs),
    run: async (stop) => {
      await stop.whenFired
      throw broken
    },
  })
  await expect(running({ route })).rejects.toThrow(broken)
})

test('an agent whose background half throws ends the run', async () => {
  const start: System<Knobs>['start'] = async (terrain, rng, knobs) => {
    const agent = await activeActiveCdc.start(terrain, rng, knobs)
    const run = async () => {
      await terrain.clock.sleep(5 * SECOND)
      throw broken
    }
    return {
      write: (request, call) => agent.write(request, call),
      remove: (request, call) => agent.remove(request, call),
      search: (ask, call) => agent.search(ask, call),
      fetch: (ask, call) => agent.fetch(ask, call),
      run,
    }
  }
  await expect(running({ start })).rejects.toThrow(broken)
})

test('what breaks a run ends all that goes on beside it', async () => {
  const told: Fires[] = []
  const route: System<Knobs>['route'] = (users, rng, knobs) => ({
    ...activeActiveCdc.route(users, rng, knobs),
    run: async (stop) => {
      told.push(stop)
      await users.clock.sleep(5 * SECOND)
      throw broken
    },
  })
  await expect(running({ route })).rejects.toThrow(broken)
  expect(told.map(({ fired }) => fired)).toEqual(told.map(() => true))
  expect(told.length).toBeGreaterThan(0)
})

test('an agent that answers a message with a bug ends the run', async () => {
  const start: System<Knobs>['start'] = async (terrain, rng, knobs) => {
    const agent = await activeActiveCdc.start(terrain, rng, knobs)
    return {
      write: (request, call) => agent.write(request, call),
      remove: (request, call) => agent.remove(request, call),
      search: async () => {
        throw broken
      },
      fetch: (ask, call) => agent.fetch(ask, call),
      run: (stop) => agent.run(stop),
    }
  }
  await expect(running({ start })).rejects.toThrow(broken)
})

test('work in the background is heard of when it fails, and not waited for once the signal fires', async () => {
  const failing = new Background()
  const joined = failing.joined(new Signal())
  failing.start(Promise.resolve())
  failing.start(Promise.reject(broken))
  await expect(joined).rejects.toThrow(broken)

  const stop = new Signal()
  const endless = new Background()
  const ended = endless.joined(stop)
  endless.start(new Promise(() => {}))
  stop.fire()
  await ended
})
