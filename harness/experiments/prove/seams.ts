import type { Guarantees } from '../../model/guarantees.ts'
import type { Layout } from '../../model/layout.ts'
import type { RegionName } from '../../model/units.ts'
import type { EventLog, LogRecord } from '../../ports/log.ts'
import type { VectorStore } from '../../ports/store.ts'
import type { Agent, System, Terrain } from '../../ports/system.ts'
import type { Launch } from '../../ports/world.ts'
import { activeActiveCdc } from '../../systems/active-active-cdc/system.ts'

type Knobs = ReturnType<typeof activeActiveCdc.knobs.parse>
type Ports = Omit<Terrain, 'journal'>

export type Breakage = {
  /** The ports the agent is started on. */
  terrain?: (terrain: Terrain) => Terrain
  /** What the started agent does. */
  agent?: (agent: Agent, terrain: Terrain) => Agent
  /** The knobs it is started with; what it promises is read from the knobs of the plan. */
  knobs?: (knobs: Knobs) => Knobs
  /** What it promises beside what the real one does. */
  promises?: Partial<Guarantees>
  /** Where it says that it keeps points, or may send them. */
  layout?: (regions: readonly RegionName[]) => Layout
}

/** The real system with one thing broken in it, that goes on promising what the real one promises. */
export function brokenSystem(breakage: Breakage): System<never> {
  const { terrain, agent, knobs, promises, layout } = breakage
  const system: System<Knobs> = {
    ...activeActiveCdc,
    ...(layout && { layout: (_knobs, regions) => layout(regions) }),
    guarantees: (given) => ({ ...activeActiveCdc.guarantees(given), ...promises }),
    async start(whole, rng, given) {
      const ports = terrain?.(whole) ?? whole
      const started = await activeActiveCdc.start(ports, rng, knobs?.(given) ?? given)
      return agent?.(asPlain(started), ports) ?? started
    },
  }
  return system as System as System<never>
}

/** The agent as an object that can be spread, whatever it is made of. */
const asPlain = (agent: Agent): Agent => ({
  write: (request, call) => agent.write(request, call),
  remove: (request, call) => agent.remove(request, call),
  search: (ask, call) => agent.search(ask, call),
  fetch: (ask, call) => agent.fetch(ask, call),
  run: (stop) => agent.run(stop),
})

/** The world with its servers broken *below* what the harness observes: agents believe their answers. */
export const withPorts =
  (alter: (ports: Ports) => Ports) =>
  (launch: Launch): Launch =>
  (ports, incarnation, now) =>
    launch(alter(ports), incarnation, now)

/** A store whose writes of points go another way; tombstones are left alone. */
export const withUpserts =
  (alter: (upsert: VectorStore['upsert']) => VectorStore['upsert']) =>
  <P extends Ports>(ports: P): P => ({
    ...ports,
    store: { ...ports.store, upsert: alter(ports.store.upsert) },
  })

/** A log whose consumers are broken. */
export const withConsumers = (
  terrain: Terrain,
  alter: (consumer: Awaited<ReturnType<EventLog['join']>>) => {
    poll: (max: number, waitUs: number) => Promise<LogRecord[]>
  },
): Terrain => ({
  ...terrain,
  log: {
    ...terrain.log,
    async join(group, topics) {
      const consumer = await terrain.log.join(group, topics)
      return { ...consumer, ...alter(consumer) }
    },
  },
})
