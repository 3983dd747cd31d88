import { murmur3 } from '../../base/hash.ts'
import type { Rng } from '../../base/rng.ts'
import { Background } from '../../base/signal.ts'
import {
  type Change,
  changeBytes,
  NO_ROW,
  type PointId,
  type SessionToken,
} from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
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
import { openStamper, type Stamper } from '../shared/conflict.ts'
import { rounds } from '../shared/rounds.ts'
import { openRouter } from '../shared/routing.ts'
import { AntiEntropy } from './anti-entropy.ts'
import {
  copiesPerWrite,
  type GossipQuorumKnobs,
  gossipQuorumKnobs,
  knobProblems,
  promises,
} from './consistency.ts'
import { Gossip } from './gossip.ts'
import { LocalReads } from './local-reads.ts'
import { openLogicalClock } from './logical-clock.ts'
import { Peers } from './peers.ts'
import { Quorum, storedElsewhere } from './quorum.ts'
import { READY, RegionalCopy } from './regional-copy.ts'
import { Seen } from './session.ts'

type Knobs = GossipQuorumKnobs
type Draft = Omit<Change, 'stamp' | 'origin'>
type Ordered = { change: Change; from: RegionName[] }

const ORDER = 'order'

/**
 * Three or more regions without a log; each keeps every point.
 *
 *   write -> own store and those of others, acknowledged with `write` copies (level causal, eventual: the own one)
 *        `-> gossip every 100 ms to whom it has not reached yet; anti-entropy finds what gossip lost
 *
 * The level says how far a write has gone before it is acknowledged, and what a fetch asks:
 *
 *   strong      Attiya, Bar-Noy, Dolev, "Sharing memory robustly in message-passing systems" (1995): a write reads the
 *               highest stamp of `read` copies and stores above it at `write`; a fetch asks `read` copies and stores what
 *               it returns at `write` before it returns it. Linearizable for each point, as w + r > n.
 *   sequential  a point's home, chosen by hash, stamps all writes to it, so they have one order; a fetch reads the own
 *               store, and never less than its client has seen. One order, and no client goes back in it: that is
 *               sequential consistency of each point. A home that is out of reach takes no writes: nobody stands in.
 *   causal      a write is stamped above all its client has seen; a fetch waits for what its client has seen, or gets it
 *               from elsewhere.
 *   eventual    local write, local read.
 *   hybrid      a write with `write` copies, a local read.
 *
 * Searches are served from the own store at every level; what is promised of reads is promised of fetches.
 */
export const gossipQuorum: System<Knobs> = {
  about: 'quorum writes and gossip between regions without a log, at a consistency level of choice',
  knobs: gossipQuorumKnobs,
  topics: [],
  guarantees: promises,
  problems: knobProblems,
  route: (users, _rng, { healthUs, affinityUs }) =>
    openRouter(users, { probeEveryUs: healthUs, affinityUs, probe: READY }),
  async start(terrain, rng, knobs) {
    return new RegionalAgent(terrain, knobs, await stamperOf(terrain, knobs), rng)
  },
}

function stamperOf({ region, clock, durable }: Terrain, { conflict }: Knobs): Promise<Stamper> {
  if (conflict === 'last-writer-wins') return openStamper(conflict, region, clock, durable)
  const now = conflict === 'lamport' ? () => 0 : () => clock.wall()
  return openLogicalClock(region, now, durable)
}

class RegionalAgent implements Agent {
  private readonly background = new Background()
  private readonly peers: Peers
  private readonly copy: RegionalCopy
  private readonly gossip: Gossip
  private readonly quorum: Quorum
  private readonly antiEntropy: AntiEntropy
  private readonly reads: LocalReads
  private readonly seen: Seen
  private alone = false

  private readonly terrain: Terrain
  private readonly knobs: Knobs
  private readonly stamper: Stamper

  constructor(terrain: Terrain, knobs: Knobs, stamper: Stamper, rng: Rng) {
    this.terrain = terrain
    this.knobs = knobs
    this.stamper = stamper
    this.seen = new Seen(terrain.regions)
    this.peers = new Peers(terrain)
    this.copy = new RegionalCopy(terrain, knobs.tombstonesUs, {
      saw: (stamp) => stamper.saw(stamp),
      applied: (changes) => this.reads.changed(changes),
      settled: (change) => this.gossip.tell(change),
    })
    const { gossipUs: everyUs, gossipKeys: keys, gossipPeers: peers } = knobs
    this.gossip = new Gossip(
      terrain,
      this.peers,
      rng,
      { everyUs, keys, peers },
      {
        background: this.background,
        take: (changes, deadlineUs) => this.copy.apply(changes, { op: 0, deadlineUs }),
        caughtUp: (peer) => this.antiEntropy.comparedWith(peer),
      },
    )
    this.quorum = new Quorum(terrain, this.peers, this.copy, this.background, (change, by) =>
      this.gossip.tell(change, [by]),
    )
    this.antiEntropy = new AntiEntropy(terrain, this.peers, this.copy)
    this.reads = new LocalReads(terrain, this.copy, this.quorum, this.seen, knobs)
    this.peers.serve<{ draft: Draft; deadlineUs: Us }>(ORDER, async ({ draft, deadlineUs }) => {
      const ordered = await this.storeAtQuorum(draft, { op: draft.write, deadlineUs })
      return { body: ordered, bytes: 64 }
    })
  }

  write({ op, id, row, session }: WriteRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row, write: op, deleted: false }, session, call)
  }

  remove({ op, id, session }: RemoveRequest, call: Call): Promise<AnswerNotes> {
    return this.enter({ id, row: NO_ROW, write: op, deleted: true }, session, call)
  }

  async search({ query, k }: SearchAsk, call: Call): Promise<Found> {
    await this.copy.ready(call)
    return { ...(await this.reads.search(query, k, call)), ...this.staleness() }
  }

  async fetch({ id, session }: FetchAsk, call: Call): Promise<Fetched> {
    if (this.knobs.level === 'strong') return this.fetchStrong(id, session, call)
    return { ...(await this.reads.fetch(id, session, call)), ...this.staleness() }
  }

  async run(stop: Stop): Promise<void> {
    const { clock } = this.terrain
    await Promise.all([
      this.background.joined(stop),
      this.copy.run(stop),
      this.gossip.run(stop),
      this.antiEntropy.run(stop, this.knobs.antiEntropyUs),
      this.antiEntropy.refill(stop),
      rounds(clock, this.knobs.gossipUs, stop, () => this.noticeMode()),
    ])
  }

  private async enter(draft: Draft, session: SessionToken, call: Call): Promise<AnswerNotes> {
    await this.copy.ready(call)
    this.stamper.saw(this.seen.clock(session))
    const { change, from } = await this.put(draft, call)
    return { from, session: this.reads.token(change.stamp, change.id) }
  }

  private async put(draft: Draft, call: Call): Promise<Ordered> {
    const { level, read } = this.knobs
    if (level === 'strong') {
      this.demandQuorum()
      this.stamper.saw(await this.quorum.highestStamp(draft.id, call, read))
      return this.storeAtQuorum(draft, call)
    }
    if (level === 'sequential') return this.storeByHome(draft, call)
    if (level === 'hybrid' && !this.mayBuffer()) return this.storeAtQuorum(draft, call)
    const change = await this.stamped(draft)
    await this.copy.apply([change], call)
    this.gossip.tell(change)
    return { change, from: [this.terrain.region] }
  }

  /** Stamped here and stored at `write` copies. */
  private async storeAtQuorum(draft: Draft, call: Call): Promise<Ordered> {
    await this.copy.ready(call)
    this.demandQuorum()
    const change = await this.stamped(draft)
    return { change, from: await this.quorum.store(change, call, this.knobs.write) }
  }

  /** Ordered by the point's home; acknowledged when it is here too, so that its writer reads it. */
  private async storeByHome(draft: Draft, call: Call): Promise<Ordered> {
    const { region, regions, dim } = this.terrain
    const home = regions[murmur3(String(draft.id), 1) % regions.length] as RegionName
    if (home === region) return this.storeAtQuorum(draft, call)
    if (!this.peers.answers(home, this.knobs.suspectUs))
      throw new CallError(`${home}, home of the point, does not answer`, { definite: true })
    const { deadlineUs } = call
    const asked = { body: { draft, deadlineUs }, bytes: changeBytes(draft, dim) }
    const { change, from } = await this.peers.ask<Ordered>(home, ORDER, asked, deadlineUs)
    await this.copy.apply([change], call).catch(storedElsewhere)
    return { change, from: [...new Set([...from, region])] }
  }

  private async fetchStrong(id: PointId, session: SessionToken, call: Call): Promise<Fetched> {
    const { read, write } = this.knobs
    const held = await this.quorum.newest(id, call, { read, write })
    return { ...this.reads.demand(held.point, session, id), from: held.from }
  }

  private async stamped(draft: Draft): Promise<Change> {
    return { ...draft, stamp: await this.stamper.next(), origin: this.terrain.region }
  }

  private demandQuorum(): void {
    const reachable = this.peers.reachable(this.knobs.suspectUs)
    if (reachable >= this.knobs.write) return
    const text = `read-only: ${reachable} of ${this.knobs.write} regions within reach`
    throw new CallError(text, { definite: true })
  }

  /** In the minority, with `onMinority: buffer`: a write is taken here alone while there is room. */
  private mayBuffer(): boolean {
    const { onMinority, suspectUs, write, buffer } = this.knobs
    if (onMinority === 'refuse' || this.peers.reachable(suspectUs) >= write) return false
    if (this.gossip.backlog < buffer) return true
    throw new CallError(`the write buffer is full (${buffer} points)`, { definite: true })
  }

  private staleness(): { stale?: boolean } {
    const { staleAfterUs } = this.knobs
    return staleAfterUs > 0 && this.gossip.behindUs > staleAfterUs ? { stale: true } : {}
  }

  private noticeMode(): void {
    const { suspectUs, onMinority } = this.knobs
    const alone = this.peers.reachable(suspectUs) < copiesPerWrite(this.knobs)
    if (alone === this.alone) return
    this.alone = alone
    const degraded = onMinority === 'buffer' ? 'buffering' : 'read-only'
    this.terrain.journal.mode(alone ? degraded : 'read-write')
  }
}
