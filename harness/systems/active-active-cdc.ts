import { z } from 'zod'
import { type Change, changeBytes, NO_ROW, type StoredPoint } from '../model/point.ts'
import { SECOND } from '../model/units.ts'
import { CallError } from '../ports/errors.ts'
import type { Call } from '../ports/store.ts'
import type { Agent, System, Terrain } from '../ports/system.ts'
import { runApplier } from './parts/applier.ts'
import { conflictRules, localWriteWins, openStamper, type Stamper } from './parts/conflict.ts'
import { Guard } from './parts/guard.ts'
import { Outbox } from './parts/outbox.ts'
import { openRouter } from './parts/routing.ts'
import { Tombstones } from './parts/tombstones.ts'
import { Turns } from './parts/turns.ts'

const knobs = z.strictObject({
  conflict: z.enum(conflictRules).default('hybrid-logical-clock'),
  /** When a write is acknowledged: in the local store, or in the local log (which then comes first). */
  ack: z.enum(['local', 'log']).default('local'),
  /** Send each write to the other agents at once, besides the log. */
  fanOut: z.enum(['off', 'on']).default('off'),
  /** Changes an applier takes at once. */
  batch: z.int().min(1).max(10_000).default(128),
  /** How long a client stays with the region it was routed to. */
  affinityUs: z
    .int()
    .min(0)
    .default(300 * SECOND),
  /** How long a tombstone is kept. */
  tombstonesUs: z
    .int()
    .min(0)
    .default(600 * SECOND),
  /** Time between two health probes of the load balancer. */
  healthUs: z.int().min(1).default(SECOND),
})
type Knobs = z.infer<typeof knobs>

const TOPIC = 'embeddings'
const FAN_OUT = 'fan-out'
const APPLY_DEADLINE_US = 10 * SECOND

/**
 * Two or more regions, each with a store and a log; every region takes writes.
 *
 *   write -> own store -> own log ~~mirror~~> copy in every other log -> applier -> other store
 *        `-(fan-out)-> other agents at once, fire and forget
 *
 * With `ack: local` the agent acknowledges when its store has the write and publishes after: what it has not
 * published when it dies is lost to the others (RPO > 0). With `ack: log` the log comes first, and the region's
 * own applier reads its own topic too, so that a crash between log and store loses nothing.
 */
export const activeActiveCdc: System<Knobs> = {
  about:
    'active-active stores joined by change data capture: local log, mirrors, an applier per region',
  knobs,
  topics: [TOPIC],
  guarantees: ({ conflict, ack, affinityUs }) => ({
    convergence: conflict !== 'arrival-order',
    durability: ack === 'log',
    causalWrites: conflict === 'hybrid-logical-clock',
    readYourWrites: affinityUs > 0 ? 'fetches' : 'none',
    monotonicReads: affinityUs > 0 ? 'fetches' : 'none',
  }),
  route: (users, _rng, { healthUs, affinityUs }) =>
    openRouter(users, { probeEveryUs: healthUs, affinityUs }),
  async start(terrain, _rng, settings) {
    const { region, clock, durable } = terrain
    const stamper = await openStamper(settings.conflict, region, clock, durable)
    return agentOn(terrain, settings, stamper)
  },
}

function agentOn(terrain: Terrain, settings: Knobs, stamper: Stamper): Agent {
  const { region, regions, clock, store, log, network, journal } = terrain
  const others = regions.filter((other) => other !== region)
  const turns = new Turns()
  const guard = new Guard(settings.conflict, store, clock, journal)
  const outbox = new Outbox(log, TOPIC, clock)
  const tombstones = new Tombstones(store, clock, journal, turns, settings.tombstonesUs)

  const apply = (changes: readonly Change[], call: Call) =>
    turns.take([...new Set(changes.map(({ id }) => id))], async () => {
      await guard.apply(changes, call)
      for (const change of changes) tombstones.note(change)
    })

  const keep = async (change: Change, call: Call) => {
    if (localWriteWins(settings.conflict)) await guard.write([change], call)
    else await guard.apply([change], call)
    tombstones.note(change)
  }

  const write = (point: Omit<StoredPoint, 'stamp'>, call: Call) =>
    turns.take([point.id], async () => {
      const change = { ...point, stamp: await stamper.next(), origin: region }
      if (settings.ack === 'log') {
        await log.append(TOPIC, [change], call)
        // Acknowledged now: if the store does not take it, the applier will bring it from the log.
        await keep(change, call).catch(ignoreCallError)
      } else {
        await keep(change, call)
        outbox.put(change)
      }
      if (settings.fanOut === 'on') fanOut(change)
    })

  const fanOut = (change: Change) => {
    const message = { kind: FAN_OUT, bytes: changeBytes(change, terrain.dim), body: change }
    // Fire and forget: the log brings what a lost message did not.
    for (const other of others) network.call(other, message, 5 * SECOND).catch(ignoreCallError)
  }

  network.serve(FAN_OUT, async ({ body }) => {
    const change = body as Change
    stamper.saw(change.stamp)
    await apply([change], { op: change.write, deadlineUs: APPLY_DEADLINE_US })
    return { kind: FAN_OUT, bytes: 16, body: null }
  })

  return {
    write: ({ op, id, row }, call) => write({ id, row, write: op, deleted: false }, call),
    remove: ({ op, id }, call) => write({ id, row: NO_ROW, write: op, deleted: true }, call),
    search: ({ query, k }, call) => store.search({ query, k, consistency: 'bounded' }, call),
    async fetch({ id }, call) {
      const [found] = await store.fetch([id], 'strong', call)
      return found?.deleted ? undefined : found
    },
    async run(stop) {
      const topics = others.map((other) => `${other}.${TOPIC}`)
      await Promise.all([
        outbox.run(stop),
        tombstones.run(stop, (ids) => guard.forget(ids)),
        runApplier(
          {
            clock,
            log,
            group: 'applier',
            topics: settings.ack === 'log' ? [TOPIC, ...topics] : topics,
            batch: settings.batch,
            apply: (changes) => apply(changes, { op: 0, deadlineUs: APPLY_DEADLINE_US }),
            saw: ({ stamp }) => stamper.saw(stamp),
          },
          stop,
        ),
      ])
    },
  }
}

function ignoreCallError(error: unknown): void {
  if (!(error instanceof CallError)) throw error
}
