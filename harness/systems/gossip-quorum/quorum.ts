import { firstOf, TooFewError } from '../../base/first.ts'
import type { Background } from '../../base/signal.ts'
import {
  BASE_STAMP,
  type Change,
  changeBytes,
  changeOf,
  compareStamps,
  type PointId,
  type Stamp,
  type StoredPoint,
} from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type { Terrain } from '../../ports/system.ts'
import type { Peers } from './peers.ts'
import type { RegionalCopy } from './regional-copy.ts'

const STORE = 'store'
const READ = 'read'
const STAMP = 'stamp'
const STAMP_BYTES = 16
const ID_BYTES = 8
const SERVE_US: Us = 2 * SECOND

type How = 'write' | 'read-repair'
type Held = { region: RegionName; point: StoredPoint | null }

/** What is asked of several copies at once, and answered when enough of them have. */
export class Quorum {
  private readonly terrain: Terrain
  private readonly peers: Peers
  private readonly copy: RegionalCopy
  private readonly background: Background
  /** A copy did not take a change that others have, or may have. */
  private readonly missed: (change: Change, by: RegionName) => void

  constructor(
    terrain: Terrain,
    peers: Peers,
    copy: RegionalCopy,
    background: Background,
    missed: (change: Change, by: RegionName) => void,
  ) {
    this.terrain = terrain
    this.peers = peers
    this.copy = copy
    this.background = background
    this.missed = missed
    peers.serve<{ change: Change; how: How }>(STORE, async ({ change, how }, from) => {
      const written = await copy.apply([change], { op: change.write, deadlineUs: SERVE_US })
      if (how === 'read-repair' && written.length > 0) terrain.journal.repaired(how, 1, from)
      return { body: null, bytes: 0 }
    })
    peers.serve<PointId>(READ, async (id) => {
      const point = (await copy.read(id, { op: 0, deadlineUs: SERVE_US })) ?? null
      return { body: point, bytes: point ? changeBytes(point, terrain.dim) : 0 }
    })
    peers.serve<PointId>(STAMP, async (id) => {
      await copy.ready({ deadlineUs: SERVE_US })
      return { body: this.stampHere(id), bytes: STAMP_BYTES }
    })
  }

  /** Stores the change in all regions; settles when `need` have it, with those. */
  async store(change: Change, call: Call, need: number, how: How = 'write'): Promise<RegionName[]> {
    const { region, dim } = this.terrain
    const bytes = changeBytes(change, dim)
    const body = { change, how }
    const here = this.copy.apply([change], call).then(() => region)
    const there = this.peers.others.map((peer) =>
      this.peers.ask(peer, STORE, { body, bytes }, call.deadlineUs).then(() => peer),
    )
    this.background.start(this.seeThrough(change, [here, ...there]))
    return enough([here, ...there], need, 'have the write')
  }

  /** The highest stamp that any of `need` regions holds of the point. */
  async highestStamp(id: PointId, call: Call, need: number): Promise<Stamp> {
    const here = this.copy.ready(call).then(() => this.stampHere(id))
    const there = this.peers.others.map((peer) =>
      this.peers.ask<Stamp>(peer, STAMP, { body: id, bytes: ID_BYTES }, call.deadlineUs),
    )
    const stamps = await enough([here, ...there], need, 'told their stamp')
    return stamps.reduce((a, b) => (compareStamps(a, b) >= 0 ? a : b))
  }

  /**
   * The newest of what `read` regions hold of the point, once `write` regions are known to hold it: whoever reads next
   * finds it too.
   */
  async newest(
    id: PointId,
    call: Call,
    { read, write }: { read: number; write: number },
  ): Promise<{ point: StoredPoint | undefined; from: RegionName[] }> {
    const { region } = this.terrain
    const here = this.copy.read(id, call).then((point) => ({ region, point: point ?? null }))
    const all = [here, ...this.readElsewhere(id, call)]
    const held = await enough(all, read, 'answered the read')
    const from = held.map((one) => one.region)
    const points = held.flatMap(({ point }) => point ?? [])
    const [first] = points
    if (!first) return { point: undefined, from }
    const point = points.reduce((a, b) => (compareStamps(a.stamp, b.stamp) >= 0 ? a : b), first)
    const holding = points.filter(({ stamp }) => compareStamps(stamp, point.stamp) === 0)
    // What is as old as the base is everywhere.
    if (holding.length < write && compareStamps(point.stamp, BASE_STAMP) > 0)
      await this.store(changeOf(point), call, write, 'read-repair')
    return { point, from }
  }

  /** What all other regions hold of the point, each for itself. */
  readElsewhere(id: PointId, call: Call): Promise<Held>[] {
    return this.peers.others.map((region) =>
      this.peers
        .ask<StoredPoint | null>(region, READ, { body: id, bytes: ID_BYTES }, call.deadlineUs)
        .then((point) => ({ region, point })),
    )
  }

  private stampHere(id: PointId): Stamp {
    return this.copy.elements.get(id)?.stamp ?? BASE_STAMP
  }

  /** Whoever missed a change that is or may be somewhere hears of it later. */
  private async seeThrough(change: Change, works: readonly Promise<RegionName>[]): Promise<void> {
    const ends = await Promise.allSettled(works)
    if (ends.every((end) => end.status === 'rejected' && isDefinite(end.reason))) return
    ends.slice(1).forEach((end, i) => {
      if (end.status === 'rejected') this.missed(change, this.peers.others[i] as RegionName)
    })
  }
}

/**
 * The first `need` answers. Fails definitely only if everybody refused: with one answer, or one that may still come,
 * nobody knows.
 */
async function enough<T>(works: readonly Promise<T>[], need: number, did: string): Promise<T[]> {
  try {
    return await firstOf(works, need)
  } catch (error) {
    if (!(error instanceof TooFewError)) throw error
    const { values, errors } = error
    for (const reason of errors) if (!(reason instanceof CallError)) throw reason
    const definite = errors.length === works.length && errors.every(isDefinite)
    const text = `${values.length} of ${need} regions ${did}`
    throw new CallError(`${text}: ${(errors[0] as CallError).message}`, { definite })
  }
}

const isDefinite = (error: unknown): boolean => error instanceof CallError && error.definite

/** For after others have stored a write: a store here that refuses for certain does not undo that. */
export function storedElsewhere(error: unknown): never {
  if (!(error instanceof CallError)) throw error
  throw new CallError(error.message, { definite: false })
}
