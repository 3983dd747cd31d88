import { Rng } from '../base/rng.ts'
import type { Layout } from '../model/layout.ts'
import type { Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import type { System } from '../ports/system.ts'
import type { Launch } from '../ports/world.ts'
import { withDeclared } from './declared-topics.ts'
import { serveOperations } from './gateway.ts'
import { watchedNetwork } from './links.ts'
import { observed } from './observe.ts'

/** How a world starts an agent of a system: on observed ports, answering users, with chance of its own. */
export function launcher(plan: Plan, system: System, emit: (event: RecordEvent) => void): Launch {
  const knobs = system.knobs.parse(plan.system.knobs)
  const topics = [...system.topics, ...(system.ownTopics ?? [])]
  let layout: Layout | undefined
  return async (ports, incarnation, now) => {
    const { region, space } = ports
    layout ??= system.layout?.(knobs, plan.regions, space)
    const placed = layout
    const isPinned = (id: number) => placed?.pinned(id) != null
    // Only a system that places points can pin them: the others are spared a look at every message.
    const network = placed
      ? watchedNetwork(ports.network, { region, isPinned, emit, now })
      : ports.network
    const log = withDeclared(ports.log, topics, plan.system.kind)
    const terrain = observed({ ...ports, network, log }, incarnation, emit, now)
    const rng = new Rng(plan.seed).fork(`agent/${region}/${incarnation}`)
    const agent = await system.start(terrain, rng, knobs)
    serveOperations(terrain, agent)
    return agent
  }
}
