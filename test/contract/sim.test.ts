import { NeighbourTable } from '../../harness/base/neighbours.ts'
import { keptByAll } from '../../harness/model/layout.ts'
import { SECOND } from '../../harness/model/units.ts'
import { openSimulation } from '../../harness/pipeline/open-sim.ts'
import type { Agent, System, Terrain } from '../../harness/ports/system.ts'
import { activeActiveCdc } from '../../harness/systems/active-active-cdc/system.ts'
import { aPlan } from '../support/plan.ts'
import { pool } from '../support/simulate.ts'
import { eventLogContract } from './event-log.ts'
import { dividedStoreContract, SHARDS, vectorStoreContract } from './vector-store.ts'

/** Opens a small simulated world and hands out the ports an agent in `us` would get. */
async function openHere(divided: Partial<System> = {}) {
  const plan = aPlan({ data: { set: 'glosses-10k', base: 100 }, load: [] })
  const base = Array.from({ length: 100 }, (_, id) => ({ id, row: id }))
  const workload = { base, operations: [], closed: [], rowsUsed: 200, queriesUsed: [0] }
  const table = new NeighbourTable(pool.codes, pool.queryCodes, pool.dim, 200)
  const terrains: Omit<Terrain, 'journal'>[] = []
  const idle: Agent = {
    write: async () => ({}),
    remove: async () => ({}),
    search: async () => ({ hits: [] }),
    fetch: async () => ({ point: undefined }),
    run: async () => {},
  }
  const never = { fired: false, whenFired: new Promise<void>(() => {}) }
  const launch = async (ports: Omit<Terrain, 'journal'>) => {
    terrains.push(ports)
    return idle
  }
  const agents = { system: { ...(activeActiveCdc as System), topics: ['t'], ...divided }, launch }
  const world = openSimulation(plan, pool, workload, table, agents, () => {})
  await world.drive(world.start(never))
  const { store, log, clock } = terrains[0] as Terrain
  const drive = <T>(work: Promise<T>) => world.drive(work)
  return { store, log, clock, drive, partitions: 3, visibleWithinUs: SECOND }
}

const divided: Partial<System> = {
  needs: () => ['shards'],
  layout: (_knobs, regions) => ({
    ...keptByAll(regions),
    shards: SHARDS,
    shardOf: (id) => id % SHARDS,
  }),
}

vectorStoreContract('sim', openHere)
dividedStoreContract('sim', () => openHere(divided))
eventLogContract('sim', openHere)
