import { Rng } from '../base/rng.ts'
import type { Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import type { System } from '../ports/system.ts'
import type { Launch } from '../ports/world.ts'
import { serveOperations } from './gateway.ts'
import { observed } from './observe.ts'

/** How a world starts an agent of a system: on observed ports, answering users, with chance of its own. */
export function launcher(plan: Plan, system: System, emit: (event: RecordEvent) => void): Launch {
  const knobs = system.knobs.parse(plan.system.knobs)
  return async (ports, incarnation, now) => {
    const terrain = observed(ports, incarnation, emit, now)
    const rng = new Rng(plan.seed).fork(`agent/${ports.region}/${incarnation}`)
    const agent = await system.start(terrain, rng, knobs)
    serveOperations(terrain, agent)
    return agent
  }
}
