import type { Operation } from '../model/operation.ts'
import type { Plan } from '../model/plan.ts'
import type { Row } from '../model/point.ts'
import type { RecordEvent } from '../model/record.ts'
import type { Us } from '../model/units.ts'
import type { System } from '../ports/system.ts'
import type { World } from '../ports/world.ts'
import type { ClosedClient } from '../workload/closed-loop.ts'

export type Running = {
  plan: Plan
  world: World
  system: System
  operations: readonly Operation[]
  /** Clients of closed loops. */
  closed: readonly ClosedClient[]
  probes: readonly { atUs: Us; pair: number; query: Row }[]
  k: number
  dim: number
  emit: (event: RecordEvent) => void
  /** Turns true when the user pressed Ctrl-C: arrivals end, faults heal, the record is closed. */
  interrupted: () => boolean
}
