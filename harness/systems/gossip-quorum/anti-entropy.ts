import {
  type Change,
  changeBytes,
  changeOf,
  compareStamps,
  type PointId,
  type Stamp,
} from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError, ignoreCallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { rounds } from '../shared/rounds.ts'
import { DIGEST_BYTES, type Digest, type Element, sameDigest } from './element-set.ts'
import type { Peers } from './peers.ts'
import type { RegionalCopy } from './regional-copy.ts'

const GROUPS = 'anti-entropy groups'
const LEAVES = 'anti-entropy leaves'
const POINTS = 'anti-entropy points'
/** Id, stamp, flags. */
const ENTRY_BYTES = 28
const CALL = { op: 0, deadlineUs: (10 * SECOND) as Us }
/** Points that one exchange moves in one direction; what is left over comes with the next one. */
const MOST = 500
const MOST_EXCHANGES = 50
/** What the agent keeps: 1 while its region still has to be filled again. */
const REFILLING = 'refilling'
const RETRY_US: Us = 300 * MS

type Entry = [id: PointId, stamp: Stamp, deleted: boolean]
type Leaf = { leaf: number; entries: Entry[] }
type Compared = { changes: Change[]; wanted: PointId[] }

/**
 * Compares two copies by digest descent (a Merkle tree of two levels, as in DeCandia et al., "Dynamo", 2007): groups,
 * leaves of the groups that differ, versions in the leaves that differ, and then the points themselves, both ways.
 * A tombstone travels only to where the point is live: one that both sides are free to forget must not go round.
 */
export class AntiEntropy {
  private readonly compared = new Set<RegionName>()

  private readonly terrain: Terrain
  private readonly peers: Peers
  private readonly copy: RegionalCopy

  constructor(terrain: Terrain, peers: Peers, copy: RegionalCopy) {
    this.terrain = terrain
    this.peers = peers
    this.copy = copy
    const { elements } = copy
    peers.serve<Digest[]>(GROUPS, async (groups) => {
      await copy.open(CALL)
      const mine = elements.groups()
      const differing = groups.flatMap((digest, group) =>
        sameDigest(mine[group], digest) ? [] : elements.leaves(group),
      )
      return { body: differing, bytes: (DIGEST_BYTES + 2) * differing.length }
    })
    peers.serve<Leaf[]>(LEAVES, async (leaves) => {
      const compared = await this.compare(leaves)
      const bytes = this.bytesOf(compared.changes) + 8 * compared.wanted.length
      return { body: compared, bytes }
    })
    peers.serve<Change[]>(POINTS, async (changes, from) => {
      await this.take(changes, from)
      return { body: null, bytes: 0 }
    })
  }

  /** With everybody at the start, and then with one peer after the other, every so often; 0 = never. */
  async run(stop: Stop, everyUs: Us): Promise<void> {
    if (everyUs === 0) return
    const { others } = this.peers
    await Promise.all(others.map((peer) => this.attempt(peer)))
    let next = 0
    await rounds(this.terrain.clock, everyUs, stop, () =>
      this.attempt(others[next++ % others.length] as RegionName),
    )
  }

  /** Whether the two have been compared since the agent started. */
  comparedWith(peer: RegionName): boolean {
    return this.compared.has(peer)
  }

  private async attempt(peer: RegionName): Promise<void> {
    try {
      if (await this.with(peer)) this.compared.add(peer)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
    }
  }

  /**
   * Makes both copies hold the newer of what either holds; false if that was more than one meeting moves. Rejects with a
   * CallError if the peer does not answer.
   */
  async with(peer: RegionName): Promise<boolean> {
    await this.copy.open(CALL)
    for (let i = 0; i < MOST_EXCHANGES; i++) if (!(await this.exchange(peer))) return true
    return false
  }

  /**
   * A region that finds nothing in its store has lost its disk, and what it acknowledged for others with it. It has to be
   * compared with all of them, each of which may hold what no other does, before it counts as a copy again: until then a
   * quorum with it would meet no write. It answers no user meanwhile, over every restart of its agent.
   */
  async refill(stop: Stop): Promise<void> {
    const { copy } = this
    const { clock, durable } = this.terrain
    while (!stop.fired && !(await orFalse(copy.open(CALL).then(() => true))));
    if (stop.fired) return
    const owed = new Set<RegionName>()
    if (copy.elements.size === 0 || (await durable.load(REFILLING)) === 1) {
      await durable.save(REFILLING, 1)
      for (const other of this.peers.others) owed.add(other)
    }
    while (owed.size > 0 && !stop.fired) {
      for (const other of owed) if (await orFalse(this.with(other))) owed.delete(other)
      if (owed.size > 0) await clock.sleep(RETRY_US)
      else await durable.save(REFILLING, 0)
    }
    if (owed.size === 0) copy.isWhole()
  }

  /** Tells whether there was more than one exchange moves. */
  private async exchange(peer: RegionName): Promise<boolean> {
    const { elements } = this.copy
    const groups = elements.groups()
    const theirs = await this.ask<[number, Digest][]>(
      peer,
      GROUPS,
      groups,
      DIGEST_BYTES * groups.length,
    )
    const differing = theirs.filter(([leaf, digest]) => !sameDigest(elements.leaf(leaf), digest))
    if (differing.length === 0) return false
    const leaves = differing.map(([leaf]) => ({
      leaf,
      entries: elements.entries(leaf).map(entryOf),
    }))
    const entries = leaves.reduce((sum, leaf) => sum + leaf.entries.length, 0)
    const bytes = 2 * leaves.length + ENTRY_BYTES * entries
    const { changes, wanted } = await this.ask<Compared>(peer, LEAVES, leaves, bytes)
    await this.take(changes, peer)
    const mine = (await this.copy.points(wanted, CALL)).map(changeOf)
    if (mine.length > 0) await this.ask(peer, POINTS, mine, this.bytesOf(mine))
    return changes.length === MOST || wanted.length === MOST
  }

  /** What of these leaves is newer here, and what is newer there. */
  private async compare(leaves: readonly Leaf[]): Promise<Compared> {
    const newer: PointId[] = []
    const wanted: PointId[] = []
    for (const { leaf, entries } of leaves) {
      const here = new Map(this.copy.elements.entries(leaf))
      for (const [id, stamp, deleted] of entries) {
        const mine = here.get(id)
        here.delete(id)
        const order = mine ? compareStamps(mine.stamp, stamp) : deleted ? 0 : -1
        if (order > 0) newer.push(id)
        else if (order < 0) wanted.push(id)
      }
      for (const [id, { deleted }] of here) if (!deleted) newer.push(id)
    }
    const points = await this.copy.points(newer.slice(0, MOST), CALL)
    return { changes: points.map(changeOf), wanted: wanted.slice(0, MOST) }
  }

  private async take(changes: readonly Change[], from: RegionName): Promise<void> {
    if (changes.length === 0) return
    const written = await this.copy.apply(changes, CALL)
    if (written.length > 0) this.terrain.journal.repaired('anti-entropy', written.length, from)
  }

  private ask<T>(peer: RegionName, kind: string, body: unknown, bytes: number): Promise<T> {
    return this.peers.ask<T>(peer, kind, { body, bytes }, CALL.deadlineUs)
  }

  private bytesOf(changes: readonly Change[]): number {
    return changes.reduce((sum, change) => sum + changeBytes(change, this.terrain.dim), 0)
  }
}

const entryOf = ([id, { stamp, deleted }]: [PointId, Element]): Entry => [id, stamp, deleted]

function orFalse(done: Promise<boolean>): Promise<boolean> {
  return done.catch((error) => {
    ignoreCallError(error)
    return false
  })
}
