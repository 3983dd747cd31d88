import type { Rng } from '../../base/rng.ts'
import type { Background } from '../../base/signal.ts'
import { type Change, changeBytes, compareStamps, type PointId } from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { rounds } from '../shared/rounds.ts'
import type { Peers } from './peers.ts'

const PUSH = 'gossip'
const PUSH_DEADLINE_US: Us = 5 * SECOND
const APPLY_DEADLINE_US: Us = 5 * SECOND
/** By then a store shows to searches what it has taken. */
const VISIBLE_US: Us = 300 * MS
/** A peer that does not answer is asked less and less often, down to once in this. */
const LONGEST_REST_US: Us = SECOND

type GossipKnobs = {
  everyUs: Us
  /** Changed keys that a push carries: all, or so many random ones, and then the others are not sent again. */
  keys: 'all' | number
  /** Peers that a round goes to: all, or so many random ones, and then what arrives is passed on. */
  peers: 'all' | number
}

/** `lackUs`: with this push the receiver has all its sender took, but for the last so many µs; null: who knows. */
type Push = { changes: readonly Change[]; lackUs: Us | null }

/** Where gossip meets the rest of the agent. */
type Bound = {
  background: Background
  take: (changes: readonly Change[], deadlineUs: Us) => Promise<readonly Change[]>
  /** What was taken here before the agent started is known to the peer. */
  caughtUp: (peer: RegionName) => boolean
}

/**
 * Rounds of pushes (Demers et al., "Epidemic algorithms for replicated database maintenance", 1987). To all peers:
 * each change goes to each peer once, by who wrote it, and again until it is answered. To some random ones: rumours;
 * whoever learns a change tells it for as many rounds as it takes to reach everybody probably, and then no more.
 * An empty push is sent too: silence means that something is wrong.
 */
export class Gossip {
  private readonly waiting = new Map<RegionName, Map<PointId, Change>>()
  private readonly rumours = new Map<PointId, { change: Change; left: number }>()
  private readonly rests = new Map<RegionName, { us: Us; untilUs: Us }>()
  /** When pushes began that are not answered yet. */
  private readonly underWay = new Map<RegionName, Set<{ atUs: Us }>>()
  /** This region has all that a peer took before. */
  private readonly completeUs = new Map<RegionName, Us>()

  private readonly terrain: Terrain
  private readonly peers: Peers
  private readonly rng: Rng
  private readonly knobs: GossipKnobs
  private readonly bound: Bound
  private readonly background: Background

  constructor(terrain: Terrain, peers: Peers, rng: Rng, knobs: GossipKnobs, bound: Bound) {
    this.terrain = terrain
    this.peers = peers
    this.rng = rng
    this.knobs = knobs
    this.bound = bound
    this.background = bound.background
    for (const other of peers.others) {
      this.waiting.set(other, new Map())
      this.underWay.set(other, new Set())
    }
    peers.serve<Push>(PUSH, async (push, from) => {
      await this.receive(push, from)
      return { body: null, bytes: 0 }
    })
  }

  /** How old this region's knowledge of the others' writes may be: that of the one it knows least of. */
  get behindUs(): Us {
    const known = this.peers.others.map(
      (other) => this.completeUs.get(other) ?? Number.NEGATIVE_INFINITY,
    )
    return this.terrain.clock.elapsed() - Math.min(...known)
  }

  private async receive({ changes, lackUs }: Push, from: RegionName): Promise<void> {
    const arrivedUs = this.terrain.clock.elapsed()
    const news = changes.length > 0 ? await this.bound.take(changes, APPLY_DEADLINE_US) : []
    if (this.knobs.peers !== 'all') for (const change of news) this.tell(change)
    if (lackUs !== null) this.background.start(this.complete(from, arrivedUs - lackUs))
  }

  /** What is applied acts on searches a little later, and only then may an answer be taken for complete. */
  private async complete(from: RegionName, us: Us): Promise<void> {
    await this.terrain.clock.sleep(VISIBLE_US)
    this.completeUs.set(from, Math.max(this.completeUs.get(from) ?? us, us))
  }

  /** Queues a change for all others, or for those named. */
  tell(change: Change, to: readonly RegionName[] = this.peers.others): void {
    if (this.knobs.peers !== 'all') {
      const known = this.rumours.get(change.id)
      if (!known || compareStamps(known.change.stamp, change.stamp) < 0)
        this.rumours.set(change.id, { change, left: this.roundsToAll() })
      return
    }
    for (const peer of to) {
      const queue = this.queue(peer)
      const known = queue.get(change.id)
      if (!known || compareStamps(known.stamp, change.stamp) < 0) queue.set(change.id, change)
    }
  }

  /** How many changes the peer furthest behind has not been sent. */
  get backlog(): number {
    return Math.max(0, ...[...this.waiting.values()].map(({ size }) => size))
  }

  run(stop: Stop): Promise<void> {
    return rounds(this.terrain.clock, this.knobs.everyUs, stop, () => this.round())
  }

  private round(): void {
    const { others } = this.peers
    const { peers } = this.knobs
    const to = peers === 'all' ? others : sample(others, peers, this.rng)
    const rumours = peers === 'all' ? null : this.hotRumours()
    for (const peer of to)
      if (!this.isResting(peer)) this.background.start(this.push(peer, rumours ?? this.drawn(peer)))
  }

  private async push(peer: RegionName, changes: readonly Change[]): Promise<void> {
    const { dim } = this.terrain
    const bytes = changes.reduce((sum, change) => sum + changeBytes(change, dim), 0)
    const body: Push = { changes, lackUs: this.lackUs(peer) }
    const begun = { atUs: this.terrain.clock.elapsed() }
    const underWay = this.underWay.get(peer) as Set<{ atUs: Us }>
    if (changes.length > 0) underWay.add(begun)
    try {
      await this.peers.ask(peer, PUSH, { body, bytes }, PUSH_DEADLINE_US)
      this.rests.delete(peer)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      this.rest(peer)
      if (this.knobs.keys === 'all' && this.knobs.peers === 'all')
        for (const change of changes) this.tell(change, [peer])
    } finally {
      underWay.delete(begun)
    }
  }

  /** What is under way may be lost, and with it what was taken up to a round before. */
  private lackUs(peer: RegionName): Us | null {
    const { keys, peers, everyUs } = this.knobs
    if (keys !== 'all' || peers !== 'all' || !this.bound.caughtUp(peer)) return null
    const [oldest] = this.underWay.get(peer) as Set<{ atUs: Us }>
    return oldest ? this.terrain.clock.elapsed() - oldest.atUs + everyUs : 0
  }

  /** Removes and gives the changes that the peer is sent in this round. */
  private drawn(peer: RegionName): Change[] {
    const queue = this.queue(peer)
    const all = [...queue.values()]
    queue.clear()
    return this.some(all)
  }

  private hotRumours(): Change[] {
    const hot = [...this.rumours.values()]
    for (const rumour of hot) if (--rumour.left === 0) this.rumours.delete(rumour.change.id)
    return this.some(hot.map(({ change }) => change))
  }

  private some(changes: Change[]): Change[] {
    const { keys } = this.knobs
    return keys === 'all' ? changes : sample(changes, keys, this.rng)
  }

  /** Each round multiplies those who know by at most peers + 1; one more for what goes to those who know already. */
  private roundsToAll(): number {
    const each = this.knobs.peers === 'all' ? this.peers.others.length : this.knobs.peers
    let count = 1
    for (let informed = 1; informed < this.peers.others.length + 1; informed *= each + 1) count++
    return count
  }

  private isResting(peer: RegionName): boolean {
    return (this.rests.get(peer)?.untilUs ?? 0) > this.terrain.clock.elapsed()
  }

  private rest(peer: RegionName): void {
    const us = Math.min(LONGEST_REST_US, 2 * (this.rests.get(peer)?.us ?? this.knobs.everyUs))
    this.rests.set(peer, { us, untilUs: this.terrain.clock.elapsed() + us })
  }

  private queue(peer: RegionName): Map<PointId, Change> {
    return this.waiting.get(peer) as Map<PointId, Change>
  }
}

/** `n` of the values, without order (partial Fisher-Yates). */
function sample<T>(values: readonly T[], n: number, rng: Rng): T[] {
  const pool = [...values]
  const count = Math.min(n, pool.length)
  for (let i = 0; i < count; i++) {
    const j = i + rng.int(pool.length - i)
    const picked = pool[j] as T
    pool[j] = pool[i] as T
    pool[i] = picked
  }
  return pool.slice(0, count)
}
