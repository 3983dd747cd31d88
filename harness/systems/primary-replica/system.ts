import { z } from 'zod'
import { Background } from '../../base/signal.ts'
import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { allHazards, hazardsBut } from '../../model/hazard.ts'
import { type Change, changeBytes, NO_ROW, type StoredPoint } from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type {
  Agent,
  AnswerNotes,
  FetchAsk,
  Fetched,
  Found,
  RemoveRequest,
  SearchAsk,
  Stop,
  System,
  Terrain,
  WriteRequest,
} from '../../ports/system.ts'
import { Holdings } from '../shared/holdings.ts'
import { openRouter } from '../shared/routing.ts'
import { EmbeddingShards, embeddingLayout } from './embedding-shards.ts'
import { counterOf, Fence } from './fence.ts'
import { LogReplica } from './log-replica.ts'
import { ReadRepair } from './read-repair.ts'
import { Succession } from './succession.ts'

const span = (us: Us) => z.int().min(0).default(us)

const knobs = z.strictObject({
  primary: z.string().describe('the region that takes writes first'),
  failover: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('whether another region takes over when the lease of the primary runs out'),
  witness: z
    .string()
    .optional()
    .describe(
      'the region that keeps the register of the lease; by default the last one that is not the primary',
    ),
  leaseUs: z
    .int()
    .min(1)
    .default(6 * SECOND)
    .describe('how long a lease lasts that is not renewed'),
  reads: z.enum(['replica', 'primary']).default('replica').describe('whose store answers reads'),
  batch: z.int().min(1).max(4096).default(1024).describe('changes a replica applies at once'),
  lingerUs: span(50 * MS).describe('how long a batch waits to fill; off: until it is full'),
  replicas: z.int().min(1).max(31).default(1).describe('replicas that each write must reach'),
  repairAfterUs: span(SECOND).describe(
    'when a write is sent again to replicas that have not said they have it; off: never',
  ),
  partitions: z.int().min(1).max(256).default(16).describe('shards by nearest centroid; 1: none'),
  probe: z.int().min(1).max(256).default(3).describe('how many shards a search asks'),
  sample: z
    .int()
    .min(0)
    .default(1000)
    .describe('rows of the base that centroids are found from, at most'),
  rebalanceUs: span(0).describe(
    'when, from its start on, each region finds its centroids again from all of the base and moves its points; off: never',
  ),
  tombstonesUs: span(600 * SECOND).describe('how long a tombstone is kept'),
  healthUs: z
    .int()
    .min(1)
    .default(SECOND)
    .describe('time between two health probes of the load balancer'),
})
type Knobs = z.infer<typeof knobs>

const TOPIC = 'changes'
/** What load balancers ask: whether a region has its data, not only whether an agent runs. */
const READY = 'ready'
/** A user's operation on its way from the agent it reached to the primary. */
const TO_PRIMARY = 'to primary'

type UnstampedPoint = Omit<StoredPoint, 'stamp'>
type Asked =
  | { kind: 'write'; point: UnstampedPoint }
  | { kind: 'search'; ask: SearchAsk }
  | { kind: 'fetch'; ask: FetchAsk }

/** Where the register lives; null: there is none. */
const witnessOf = ({ failover, witness, primary }: Knobs, regions: readonly RegionName[]) =>
  failover === 'off' ? null : (witness ?? regions.findLast((region) => region !== primary) ?? null)

/** What one primary with asynchronous replicas promises, and the hazards each promise outlives. */
function promises({ failover, reads, batch, lingerUs, rebalanceUs }: Knobs): Guarantees {
  const steady = failover === 'off'
  const atPrimary = steady && reads === 'primary'
  const keepDisks = hazardsBut('disk-loss')
  return {
    ...nothingPromised,
    convergence: promised(lingerUs > 0 || batch === 1, allHazards),
    // The primary alone decides what is acknowledged: what it had not sent goes with its disk.
    durability: promised(steady, keepDisks),
    causalWrites: promised(steady, keepDisks),
    readYourWrites: promised(atPrimary && 'fetches', keepDisks),
    monotonicReads: promised(atPrimary && 'fetches', keepDisks),
    linearizable: promised(atPrimary, keepDisks),
    sequential: promised(atPrimary, keepDisks),
    causal: promised(atPrimary, keepDisks),
    monotonicWrites: promised(steady, keepDisks),
    writesFollowReads: promised(steady, keepDisks),
    singleApply: promised(steady && rebalanceUs === 0, allHazards),
    // An epoch that only disks knew which are gone may be given out again.
    fencedPrimary: promised(true, hazardsBut('disks-lost-twice')),
    // A lease is time: a clock that runs slow holds it for longer than the register does.
    onePrimary: promised(true, hazardsBut('disks-lost-twice', 'clock-drift')),
  }
}

/**
 * One region writes, the others copy.
 *
 *   write -> any agent ~~link~~> primary: log, then store ~~mirror~~> copy in every other log -> batches -> replica
 *                                  `-(unconfirmed for too long: a message)-> replica
 *
 * Who is primary is a lease with a fencing token in the hands of a witness region: a replica whose primary has lost it
 * acquires the next epoch, applies what its copy of the log holds and leads. What the former primary had acknowledged
 * and not sent is lost (RPO > 0): it is refused and reported wherever it turns up. Reads are local and ask the shards
 * whose centroids are nearest to the query.
 */
export const primaryReplica: System<Knobs> = {
  about: 'one primary takes writes, replicas copy in batches; a lease with a fencing token',
  knobs,
  topics: [TOPIC],
  guarantees: promises,
  problems,
  needs: ({ partitions }) => (partitions > 1 ? ['shards'] : []),
  layout: (settings, regions, space) => {
    const others = regions.filter((region) => region !== settings.primary)
    return embeddingLayout(settings, [settings.primary, ...others], space)
  },
  route: (users, _rng, { healthUs }) =>
    openRouter(users, { probeEveryUs: healthUs, affinityUs: 0, probe: READY }),
  start: (terrain, _rng, settings) => RegionalAgent.open(terrain, settings),
}

function problems(settings: Knobs, regions: readonly RegionName[]) {
  const { primary, witness, failover, replicas, probe, partitions } = settings
  const named = regions.join(', ')
  const found: { key: string; message: string }[] = []
  const wrong = (key: string, message: string) => found.push({ key, message })
  if (!regions.includes(primary)) wrong('primary', `"${primary}" is no region; write ${named}`)
  if (witness !== undefined && !regions.includes(witness))
    wrong('witness', `"${witness}" is no region; write ${named}`)
  if (failover === 'auto' && witness === primary)
    wrong('witness', 'a primary that keeps its own lease takes it along when it dies; name another')
  if (failover === 'auto' && regions.length < 2)
    wrong('failover', 'there is no other region to take over; write failover: off')
  if (replicas >= regions.length)
    wrong('replicas', `there are ${regions.length - 1} regions beside the primary`)
  if (probe > partitions) wrong('probe', `there are only ${partitions} shards to ask`)
  return found
}

class RegionalAgent implements Agent {
  private readonly background = new Background()
  private readonly replica: LogReplica
  private readonly repair: ReadRepair
  private succession!: Succession
  private written = 0

  static async open(terrain: Terrain, settings: Knobs): Promise<RegionalAgent> {
    const fence = await Fence.restore(terrain.durable, terrain.journal)
    const shards = await EmbeddingShards.open(terrain, settings)
    const holdings = await Holdings.open(terrain)
    const agent = new RegionalAgent(terrain, settings, fence, shards, holdings)
    const { primary, leaseUs: ttlUs } = settings
    const rules = { primary, ttlUs, witness: witnessOf(settings, terrain.regions) }
    agent.succession = await Succession.open(terrain, rules, agent.replica, agent.background)
    return agent
  }

  private readonly terrain: Terrain
  private readonly settings: Knobs
  private readonly shards: EmbeddingShards
  private readonly holdings: Holdings

  private constructor(
    terrain: Terrain,
    settings: Knobs,
    fence: Fence,
    shards: EmbeddingShards,
    holdings: Holdings,
  ) {
    this.terrain = terrain
    this.settings = settings
    this.shards = shards
    this.holdings = holdings
    const { replicas, repairAfterUs: afterUs } = settings
    const told = (changes: readonly Change[]) => {
      const { holder } = this.succession.term()
      const writes = changes.map(({ write }) => write)
      if (holder !== terrain.region) this.repair.tell(holder, writes)
    }
    const replicating = { topic: TOPIC, ...settings }
    this.replica = new LogReplica(
      terrain,
      replicating,
      fence,
      shards,
      holdings,
      this.background,
      told,
    )
    this.repair = new ReadRepair(terrain, {
      replicas,
      afterUs,
      replica: this.replica,
      background: this.background,
    })
    terrain.network.serve(READY, async () => {
      if (settings.reads === 'replica') holdings.refuse()
      return { kind: READY, bytes: 48, body: null }
    })
    terrain.network.serve(TO_PRIMARY, async ({ body }) => {
      const { asked, call } = body as { asked: Asked; call: Call }
      const answer = await this.asPrimary(asked, call)
      return { kind: TO_PRIMARY, bytes: 256, body: { from: [terrain.region], ...answer } }
    })
  }

  write({ op, id, row }: WriteRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row, write: op, deleted: false }, call)
  }

  remove({ op, id }: RemoveRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row: NO_ROW, write: op, deleted: true }, call)
  }

  search(ask: SearchAsk, call: Call): Promise<Found> {
    if (this.settings.reads === 'replica') return this.searchHere(ask, call)
    const bytes = 64 + this.terrain.dim * 4
    return this.askPrimary({ kind: 'search', ask }, bytes, call)
  }

  fetch(ask: FetchAsk, call: Call): Promise<Fetched> {
    if (this.settings.reads === 'replica') return this.fetchHere(ask, call)
    return this.askPrimary({ kind: 'fetch', ask }, 64, call)
  }

  async run(stop: Stop): Promise<void> {
    await this.holdings.find(stop)
    await Promise.all([
      this.background.joined(stop),
      this.succession.run(stop),
      this.replica.run(stop, this.succession),
      this.repair.run(stop, () => this.succession.leads()),
      this.shards.run(stop, this.replica.guard, this.replica.turns),
    ])
  }

  private enter(point: UnstampedPoint, call: Call): Promise<AnswerNotes> {
    const bytes = changeBytes(point, this.terrain.dim)
    return this.askPrimary({ kind: 'write', point }, bytes, call)
  }

  /**
   * Asks the primary, wherever it is. If the one thought to be it answers that it is not, it is asked who is, and that one
   * is asked: once, so that two that point at each other do not pass a write to and fro.
   */
  private async askPrimary<A extends AnswerNotes>(
    asked: Asked,
    bytes: number,
    call: Call,
  ): Promise<A> {
    const { terrain, succession } = this
    const ask = async (to: RegionName, deadlineUs: Us) => {
      const body = { asked, call: { ...call, deadlineUs } }
      const message = { kind: TO_PRIMARY, bytes, body }
      return (await terrain.network.call(to, message, deadlineUs)).body as A
    }
    const { holder } = succession.term()
    try {
      return await ask(holder, call.deadlineUs)
    } catch (error) {
      if (!(error instanceof CallError && error.definite)) throw error
      const told = await succession.ask(holder).catch(() => null)
      if (!told || told.holder === holder) throw error
      succession.learn({ ...told, leads: false })
      return ask(told.holder, call.deadlineUs)
    }
  }

  /** What another agent sent on. */
  private asPrimary(asked: Asked, call: Call): Promise<AnswerNotes> {
    switch (asked.kind) {
      case 'write':
        return this.lead(asked.point, call)
      case 'search':
        return this.underLease(() => this.searchHere(asked.ask, call))
      case 'fetch':
        return this.underLease(() => this.fetchHere(asked.ask, call))
    }
  }

  /** As primary: the log first, so that no crash of this region loses what was acknowledged. */
  private lead(point: UnstampedPoint, call: Call): Promise<AnswerNotes> {
    const { region, clock, log, journal } = this.terrain
    return this.replica.turns.take([point.id], async () => {
      const epoch = this.succession.leads()
      if (epoch === 0) throw new CallError(`${region} is not the primary`, { definite: true })
      const counter = counterOf(epoch, ++this.written)
      const stamp = { wallUs: clock.wall(), counter, origin: region }
      const change = { ...point, stamp, origin: region }
      await log.append(TOPIC, [change], call)
      await this.replica.keep(change, call).catch(inTheLog)
      // Somebody else may lead by now, without this write.
      if (!this.succession.holds(epoch)) inTheLog(new CallError('lease over', { definite: true }))
      journal.epoch('accepted', epoch, point.write, point.id)
      this.repair.acknowledged(change, epoch)
      return {}
    })
  }

  /** An answer counts only if the lease was still held when it was found. */
  private async underLease<A>(answer: () => Promise<A>): Promise<A> {
    const epoch = this.succession.leads()
    const found = epoch === 0 ? null : await answer()
    if (found && this.succession.holds(epoch)) return found
    throw new CallError(`${this.terrain.region} is not the primary`, { definite: true })
  }

  private async searchHere({ query, k }: SearchAsk, call: Call): Promise<Found> {
    await this.holdings.ready(call)
    const shards = this.shards.route(query)
    const request = { query, k, consistency: 'bounded' as const, ...(shards && { shards }) }
    const hits = await this.terrain.store.search(request, call)
    return { hits, ...(shards && { shards: { asked: shards, answered: shards } }) }
  }

  private async fetchHere({ id }: FetchAsk, call: Call): Promise<Fetched> {
    await this.holdings.ready(call)
    const found = await this.replica.guard.read([id], call)
    return { point: found.find((point) => !point.deleted) }
  }
}

/** What failed after the append did not undo it: the log brings the write, here or to whoever leads next. */
function inTheLog(error: unknown): never {
  if (!(error instanceof CallError)) throw error
  throw new CallError(`in the log, not acknowledged: ${error.message}`, { definite: false })
}
