import { NeighbourTable } from '../../harness/base/neighbours.ts'
import { keptByAll, type Layout } from '../../harness/model/layout.ts'
import type { Plan } from '../../harness/model/plan.ts'
import type { RecordEvent } from '../../harness/model/record.ts'
import type { RegionName } from '../../harness/model/units.ts'
import { openSimulation } from '../../harness/pipeline/open-sim.ts'
import type { Agent, Need, System, Terrain } from '../../harness/ports/system.ts'
import type { AgentPorts, World } from '../../harness/ports/world.ts'
import { observed } from '../../harness/run/observe.ts'
import { activeActiveCdc } from '../../harness/systems/active-active-cdc/system.ts'
import { aPlan } from './plan.ts'
import { pool } from './simulate.ts'

const idle: Agent = {
  write: async () => ({}),
  remove: async () => ({}),
  search: async () => ({ hits: [] }),
  fetch: async () => ({ point: undefined }),
  run: async () => {},
}

export type Opened = {
  world: World
  events: RecordEvent[]
  /** What the agent of a region was given, as observed; the last incarnation's. */
  terrain: (region: RegionName) => Terrain
  /** As many as agents were started there. */
  terrains: (region: RegionName) => Terrain[]
  drive: <T>(work: Promise<T>) => Promise<T>
}

/** A simulated world whose agents do nothing: their ports are the test's to use. The topic mirrors carry is `t`. */
export async function openPorts(
  over: Partial<Plan> = {},
  { needs = [], layout }: { needs?: readonly Need[]; layout?: Layout } = {},
): Promise<Opened> {
  const plan = aPlan({ data: { set: 'glosses-10k', base: 100 }, load: [], ...over })
  const base = Array.from({ length: plan.data.base }, (_, id) => ({ id, row: id }))
  const workload = { base, operations: [], closed: [], rowsUsed: 3000, queriesUsed: [0] }
  const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, 3000)
  const events: RecordEvent[] = []
  const emit = (event: RecordEvent) => {
    events.push(event)
  }
  const started = new Map<RegionName, Terrain[]>()
  const launch = async (ports: AgentPorts, incarnation: number, now: () => number) => {
    const terrain = observed(ports, incarnation, emit, now)
    started.set(ports.region, [...(started.get(ports.region) ?? []), terrain])
    return idle
  }
  const system: System = {
    ...(activeActiveCdc as System),
    topics: ['t'],
    needs: () => needs,
    layout: (_, regions) => layout ?? keptByAll(regions),
  }
  const world = openSimulation(plan, pool, workload, table, { system, launch }, emit)
  await world.drive(world.start({ fired: false, whenFired: new Promise<void>(() => {}) }))
  const terrains = (region: RegionName) => started.get(region) ?? []
  return {
    world,
    events,
    terrains,
    terrain: (region) => terrains(region).at(-1) as Terrain,
    drive: (work) => world.drive(work),
  }
}
