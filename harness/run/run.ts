import { Rng } from '../base/rng.ts'
import { Signal } from '../base/signal.ts'
import { arrivalsEndUs, type Plan, runEndUs } from '../model/plan.ts'
import { SECOND, type Us } from '../model/units.ts'
import { CapabilityMissing } from '../ports/errors.ts'
import type { Router, UserTerrain } from '../ports/system.ts'
import type { World } from '../ports/world.ts'
import { drive } from './drive.ts'
import { FaultSchedule } from './faults.ts'
import { probeRegions } from './pairs.ts'
import type { Running } from './running.ts'
import { scanAll } from './scans.ts'

const SCAN_EVERY_US: Us = SECOND
const SCAN_EQUAL_EVERY_US: Us = 5 * SECOND

/** Runs a plan in a world, from the first agent to the final scans. Everything it learns goes to `emit`. */
export async function run(wanted: Running): Promise<void> {
  refuseMissing(wanted.plan, wanted.world)
  const stop = new Signal()
  // In real time the load and the probes of routers would go on, against servers that are gone, after something broke.
  const running = { ...wanted, interrupted: () => stop.fired || wanted.interrupted() }
  try {
    await runUntil(stop, running)
  } finally {
    stop.fire()
  }
}

async function runUntil(stop: Signal, running: Running): Promise<void> {
  const { plan, world, emit, interrupted } = running
  const knobs = running.system.knobs.parse(plan.system.knobs)
  await world.start(stop)
  const users = frontDoors(running, knobs)
  const routers = [...users.values()].map(({ router }) => router.run(stop))
  const faults = new FaultSchedule(world, plan, emit, runEndUs(plan))
  const planned = [
    faults.run(),
    probeRegions(running, stop),
    drive(
      { plan, clock: world.clock, dim: running.dim, emit, users, interrupted },
      running.operations,
      running.closed,
    ),
  ]
  const over = Promise.all([...planned, settle(running)])
  await untilOrInterrupt(running, unlessFailed(routers, over))
  await faults.healAll()
  stop.fire()
  await unlessFailed(routers, world.ended(5 * SECOND))
  await world.flush()
}

function refuseMissing(plan: Plan, world: World): void {
  const [first] = world.faults.missing(plan.faults)
  if (first) throw new CapabilityMissing(plan.world, `fault "${first.fault}"`, first.why)
}

function frontDoors({ plan, system, world }: Running, knobs: unknown) {
  const users = new Map<string, { terrain: UserTerrain; router: Router }>()
  for (const region of plan.regions) {
    const terrain = world.users(region)
    const rng = new Rng(plan.seed).fork(`router/${region}`)
    users.set(region, { terrain, router: system.route(terrain, rng, knobs) })
  }
  return users
}

/**
 * Scans all regions from the end of arrivals on, every second while they differ, and once more, with every row,
 * at the end.
 */
async function settle({ plan, world, emit, interrupted }: Running): Promise<void> {
  const endUs = runEndUs(plan)
  let us = arrivalsEndUs(plan)
  while (us < endUs && !interrupted()) {
    await world.clock.until(us)
    const equal = await scanAll(world, plan.regions, false, emit)
    us += equal ? SCAN_EQUAL_EVERY_US : SCAN_EVERY_US
  }
  await world.clock.until(endUs)
  await scanAll(world, plan.regions, true, emit)
}

async function untilOrInterrupt({ world, interrupted }: Running, planned: Promise<unknown>) {
  let done = false
  const note = () => {
    done = true
  }
  planned.then(note, note)
  while (!done && !interrupted()) await world.clock.until(world.clock.now() + SECOND)
  if (!interrupted()) await planned
}

/**
 * Settles as `work` does, or rejects as soon as one of `others` does. Routers are heard this way to the end of the run
 * and not waited for: they end within a probe of it, and to wait would let time pass for a world that is over.
 */
function unlessFailed<T>(others: readonly Promise<void>[], work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject)
    for (const other of others) other.catch(reject)
  })
}
