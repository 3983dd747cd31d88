import { expect, test } from 'vitest'
import type { FaultKind, FaultPlan } from '../../../../harness/model/fault.ts'
import { SECOND } from '../../../../harness/model/units.ts'
import { CallError } from '../../../../harness/ports/errors.ts'
import type { Agent, Stop, System, Terrain } from '../../../../harness/ports/system.ts'
import { activeActiveCdc } from '../../../../harness/systems/active-active-cdc/system.ts'
import { aLoad, aPlan, aProfile } from '../../../support/plan.ts'
import { simulate } from '../../../support/simulate.ts'

const call = { op: 0, deadlineUs: 5 * SECOND }

/** Fills a new collection every second, serves it and drops the old one; saves a snapshot of what is served. */
async function churn({ clock, store, collections, snapshots }: Terrain, stop: Stop): Promise<void> {
  while (!stop.fired) {
    try {
      const { names, aliased } = (await collections?.list(call)) ?? { names: [], aliased: '' }
      for (const name of names) if (name !== aliased) await collections?.drop(name, call)
      const points = (await store.scan(call)).filter(({ deleted }) => !deleted)
      const next = `c${clock.elapsed()}`
      await collections?.create(next, { kind: 'flat' }, call)
      await collections?.open(next).upsert(points, call)
      await collections?.alias(next, call)
      await snapshots?.save({ points, offsets: {} }, call)
      await snapshots?.latest(call)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
    }
    await clock.sleep(SECOND)
  }
}

const cdc = activeActiveCdc as System
const churning: System = {
  ...cdc,
  needs: () => ['collections', 'snapshots'],
  async start(terrain, rng, knobs): Promise<Agent> {
    const agent = await cdc.start(terrain, rng, knobs)
    const run = async (stop: Stop) => {
      await Promise.all([agent.run(stop), churn(terrain, stop)])
    }
    return {
      write: (request, at) => agent.write(request, at),
      remove: (request, at) => agent.remove(request, at),
      search: (ask, at) => agent.search(ask, at),
      fetch: (ask, at) => agent.fetch(ask, at),
      run,
    }
  },
}

const kinds: FaultKind[] = [
  { kind: 'clock-strobe', region: 'us', offsetUs: SECOND, everyUs: 300_000 },
  { kind: 'broker-loss', region: 'us', count: 2 },
  { kind: 'mirror-stall', links: [{ from: 'us', to: 'eu' }] },
  { kind: 'index-rebuild', region: 'eu', factor: 3 },
  { kind: 'log-disk-full', region: 'eu' },
  { kind: 'region-loss', region: 'eu' },
]
const faults = kinds.map((kind, i): FaultPlan => {
  const atUs = (2 + 3 * i) * SECOND
  return { ...kind, name: kind.kind, atUs, untilUs: atUs + 2 * SECOND }
})

test('collections, snapshots, kept names and all new faults together: the same plan, the same events', async () => {
  const keys = { fresh: 0.3, existing: 0.3, contended: 0.4, contendedCount: 20 }
  const load = aLoad({
    ...{ fetchPerSec: 5, upsertPerSec: 6, deletePerSec: 1, searchPerSec: 5 },
    ...{ keys: { ...keys, contendedLaw: { law: 'zipf', exponent: 1 } } },
    ...{ retry: { max: 2, backoffUs: 20_000, timeoutUs: 300_000 } },
  })
  const plan = aPlan({
    data: { set: 'glosses-10k', base: 300 },
    profile: aProfile({ restartUs: SECOND, loadedUs: 2 * SECOND }),
    load: [load, { ...load, region: 'eu' }],
    mirror: { delivery: 'at-least-once', flushUs: SECOND, policy: 'identity' },
    timeline: { warmupUs: 0, runUs: 24 * SECOND, settleUs: 3 * SECOND },
    faults,
  })
  const one = await simulate(plan, { system: churning as System<never> })
  const two = await simulate(plan, { system: churning as System<never> })
  const happened = new Set(
    one.events.map((event) =>
      event.type === 'store' || event.type === 'log' ? `${event.type} ${event.what}` : event.type,
    ),
  )
  expect(happened).toContain('store replaced')
  expect(happened).toContain('log lost')
  expect(one.events.filter((e) => e.type === 'fault' && e.what === 'injected')).toHaveLength(6)
  expect(one.events.length).toBeGreaterThan(10_000)
  expect(JSON.stringify(two.events) === JSON.stringify(one.events)).toBe(true)
})
