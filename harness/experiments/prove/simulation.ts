import type { Plan } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import { dataSet } from '../../pipeline/catalogue.ts'
import { drive, simulatedWorld } from '../../pipeline/drive.ts'
import type { System } from '../../ports/system.ts'
import type { Launch, World } from '../../ports/world.ts'
import { launcher } from '../../run/launch.ts'
import { activeActiveCdc } from '../../systems/active-active-cdc/system.ts'
import { planOperations, type Workload } from '../../workload/operations.ts'

/** What every proof searches in. */
export const pool = dataSet('glosses')

export type Simulated = { plan: Plan; events: RecordEvent[]; workload: Workload }

export type SimulateOptions = {
  system?: System<never>
  /** Replaces the operations drawn from the plan's load. */
  operations?: Workload['operations']
  /** Wraps or changes the world before it runs. */
  world?: (world: World) => World
  /** Changes how its agents are started. */
  launch?: (launch: Launch) => Launch
}

/** Runs a plan in the simulator, in memory: the plan line, every event, the end line. */
export async function simulate(plan: Plan, options: SimulateOptions = {}): Promise<Simulated> {
  const system = (options.system ?? activeActiveCdc) as System
  const drawn = planOperations(plan, pool)
  const operations = options.operations ?? drawn.operations
  const rows = operations.map((operation) => (operation.kind === 'upsert' ? operation.row + 1 : 0))
  const queries = operations.flatMap((op) => (op.kind === 'search' ? [op.query] : []))
  const workload: Workload = {
    ...drawn,
    operations,
    closed: options.operations ? [] : drawn.closed,
    rowsUsed: Math.max(drawn.rowsUsed, ...rows),
    queriesUsed: [...new Set([...drawn.queriesUsed, ...queries])],
  }
  const events: RecordEvent[] = [{ type: 'plan', t: 0, faultline: 'test', plan }]
  const emit = (event: RecordEvent) => {
    events.push(event)
  }
  const parts = { plan, pool, workload, system, emit }
  const started = launcher(plan, system, emit)
  const opened = simulatedWorld(parts, options.launch?.(started) ?? started)
  const world = options.world?.(opened) ?? opened
  await drive(world, parts)
  emit({ type: 'end', t: world.clock.now(), how: 'complete' })
  return { plan, events, workload }
}
