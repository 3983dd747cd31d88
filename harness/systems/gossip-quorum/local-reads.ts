import { firstOf, TooFewError } from '../../base/first.ts'
import {
  BASE_STAMP,
  type Change,
  changeOf,
  type PointId,
  type Row,
  type SessionToken,
  type Stamp,
  type StoredPoint,
} from '../../model/point.ts'
import { MS, type RegionName, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Call, Hit } from '../../ports/store.ts'
import type { Fetched, Found, Terrain } from '../../ports/system.ts'
import { ResultCache } from '../shared/result-cache.ts'
import { type GossipQuorumKnobs, keepsSessions } from './consistency.ts'
import type { Quorum } from './quorum.ts'
import type { RegionalCopy } from './regional-copy.ts'
import type { Seen } from './session.ts'

/** A read that its client has outrun waits so long for what is on its way, and then asks elsewhere. */
const WAIT_US: Us = 150 * MS

/** Reads from the own store, through caches, held to what the client's session has seen where the level says so. */
export class LocalReads {
  private readonly vectors: HotCache
  private readonly results: ResultCache

  private readonly terrain: Terrain
  private readonly copy: RegionalCopy
  private readonly quorum: Quorum
  private readonly seen: Seen
  private readonly knobs: GossipQuorumKnobs

  constructor(
    terrain: Terrain,
    copy: RegionalCopy,
    quorum: Quorum,
    seen: Seen,
    knobs: GossipQuorumKnobs,
  ) {
    this.terrain = terrain
    this.copy = copy
    this.quorum = quorum
    this.seen = seen
    this.knobs = knobs
    const { cacheSize: size, cacheTtlUs: ttlUs, cacheInvalidate } = knobs
    this.vectors = new HotCache(terrain.clock, { size, ttlUs })
    const invalidate = cacheInvalidate === 'on'
    this.results = new ResultCache(terrain.clock, terrain.space, { size, ttlUs, invalidate })
  }

  /** What an answer tells the client to bring along. */
  token(stamp: Stamp, id: PointId): SessionToken {
    return this.seen.token(stamp, keepsSessions(this.knobs) ? id : undefined)
  }

  shown(point: StoredPoint | undefined): Fetched {
    if (!point) return { point: undefined }
    return { point: point.deleted ? undefined : point, session: this.token(point.stamp, point.id) }
  }

  /** These points are other ones from now on. */
  changed(changes: readonly Change[]): void {
    for (const change of changes) {
      this.vectors.changed(change.id)
      this.results.changed(change)
    }
  }

  async search(query: Row, k: number, call: Call): Promise<Found> {
    const cached = this.results.get(query, k)
    if (cached) {
      const { hits, ageUs } = cached
      return { hits, cacheAgeUs: ageUs, session: this.tokenOf(hits) }
    }
    const askedUs = this.terrain.clock.elapsed()
    const hits = await this.terrain.store.search({ query, k, consistency: 'bounded' }, call)
    this.results.put(query, k, hits, askedUs)
    return { hits, session: this.tokenOf(hits) }
  }

  /** A hit counts as what the region holds of its point, which is that or newer. */
  private tokenOf(hits: readonly Hit[]): SessionToken {
    const token: Record<string, number> = {}
    for (const { id } of hits) {
      const stamp = this.copy.elements.get(id)?.stamp ?? BASE_STAMP
      for (const [key, value] of Object.entries(this.token(stamp, id)))
        if (value > 0) token[key] = Math.max(value, token[key] ?? 0)
    }
    return token
  }

  /** Fails if the client has seen more than this answer shows. */
  demand(point: StoredPoint | undefined, session: SessionToken, id: PointId): Fetched {
    if (point && !this.reaches(point, this.seen.floor(session, id)))
      throw new CallError('what the client has seen is out of reach', { definite: true })
    return this.shown(point)
  }

  async fetch(id: PointId, session: SessionToken, call: Call): Promise<Fetched> {
    const floor = keepsSessions(this.knobs) ? this.seen.floor(session, id) : 0
    const cached = this.vectors.get(id)
    if (cached && this.seen.rank(cached.point.stamp) >= floor)
      return { ...this.shown(cached.point), cacheAgeUs: cached.ageUs }
    const found = await this.here(id, call)
    if (this.reaches(found, floor)) return this.shown(found)
    await this.copy.nextChange(id, WAIT_US)
    const later = await this.here(id, call)
    if (this.reaches(later, floor)) return this.shown(later)
    return this.elsewhere(id, floor, call)
  }

  private reaches(point: StoredPoint | undefined, floor: number): boolean {
    return (point ? this.seen.rank(point.stamp) : 0) >= floor
  }

  private async here(id: PointId, call: Call): Promise<StoredPoint | undefined> {
    const point = await this.copy.read(id, call)
    // A change may have come while the store was read: then this is not what the region holds.
    if (point && this.copy.elements.get(id)?.write === point.write) this.vectors.put(point)
    return point
  }

  /**
   * What the client has seen was here or in another region, and there it is got and kept. If all regions answer and none
   * has it, it was deleted so long ago that its tombstone is forgotten.
   */
  private async elsewhere(id: PointId, floor: number, call: Call): Promise<Fetched> {
    let without = 0
    const asked = this.quorum.readElsewhere(id, call).map(async (answer) => {
      const held = await answer
      if (held.point && this.reaches(held.point, floor)) return { ...held, point: held.point }
      if (!held.point) without++
      throw new CallError('it lacks what the client has seen', { definite: true })
    })
    try {
      const [held] = await firstOf(asked, 1)
      return this.keep(held as { region: RegionName; point: StoredPoint }, call)
    } catch (error) {
      if (!(error instanceof TooFewError)) throw error
      if (without === asked.length) return { point: undefined }
      throw new CallError('no region in reach has what the client has seen', { definite: true })
    }
  }

  private async keep(
    { region, point }: { region: RegionName; point: StoredPoint },
    call: Call,
  ): Promise<Fetched> {
    const written = await this.copy.apply([changeOf(point)], call)
    if (written.length > 0) this.terrain.journal.repaired('read-repair', 1, region)
    return { ...this.shown(point), from: [region] }
  }
}

type HotKnobs = { size: number; ttlUs: Us }

/**
 * Points that were fetched lately: at most `size`, each for at most `ttlUs`, the one used longest ago leaves first. A
 * point that changes here is forgotten; what changes elsewhere is seen when it arrives.
 */
export class HotCache {
  private readonly kept = new Map<PointId, { point: StoredPoint; atUs: Us }>()

  private readonly clock: Clock
  private readonly knobs: HotKnobs

  constructor(clock: Clock, knobs: HotKnobs) {
    this.clock = clock
    this.knobs = knobs
  }

  get(id: PointId): { point: StoredPoint; ageUs: Us } | undefined {
    const found = this.kept.get(id)
    if (!found) return undefined
    const ageUs = this.clock.elapsed() - found.atUs
    this.kept.delete(id)
    if (ageUs > this.knobs.ttlUs) return undefined
    this.kept.set(id, found)
    return { point: found.point, ageUs }
  }

  put(point: StoredPoint): void {
    const { size, ttlUs } = this.knobs
    if (ttlUs === 0) return
    this.kept.delete(point.id)
    this.kept.set(point.id, { point, atUs: this.clock.elapsed() })
    if (this.kept.size <= size) return
    const oldest = this.kept.keys().next()
    if (!oldest.done) this.kept.delete(oldest.value)
  }

  changed(id: PointId): void {
    this.kept.delete(id)
  }
}
