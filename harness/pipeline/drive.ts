import type { Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import type { System } from '../ports/system.ts'
import type { Launch, World } from '../ports/world.ts'
import { launcher } from '../run/launch.ts'
import { run } from '../run/run.ts'
import { probeSchedule, type Workload } from '../workload/operations.ts'
import type { Pool } from '../workload/pool.ts'
import { neighboursOf, openSimulation } from './open-sim.ts'

/** What a run is put together from, in whatever world. */
export type Parts = {
  plan: Plan
  pool: Pool
  workload: Workload
  system: System
  emit: (event: RecordEvent) => void
}

/** The simulated world of a plan; a proof starts its agents in a way of its own. Throws CapabilityMissing. */
export function simulatedWorld(
  { plan, pool, workload, system, emit }: Parts,
  launch: Launch = launcher(plan, system, emit),
): World {
  const neighbours = neighboursOf(pool, workload)
  return openSimulation(plan, pool, workload, neighbours, { system, launch }, emit)
}

/** Runs in an open world what a plan schedules, to the end of settle or until `interrupted`. */
export async function drive(
  world: World,
  { plan, pool, workload, system, emit }: Parts,
  interrupted: () => boolean = () => false,
): Promise<void> {
  const { operations, closed } = workload
  const probes = probeSchedule(plan, pool)
  const k = plan.load[0]?.k ?? 10
  const { dim } = pool
  let broken = false
  const over = () => broken || interrupted()
  try {
    await world.drive(
      run({ plan, world, system, operations, closed, probes, k, dim, emit, interrupted: over }),
    )
  } catch (error) {
    broken = true
    throw error
  }
}
