import { zipf } from '../base/laws.ts'
import type { Rng } from '../base/rng.ts'
import type { LoadPlan } from '../model/plan.ts'
import type { PointId, Row } from '../model/point.ts'

/** A load that cannot be planned over its data set. */
export class WorkloadError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'WorkloadError'
  }
}

/**
 * Where ids and rows of a run come from. Rows 0 … base - 1 are the base; the rest of the pool is for writes.
 * Each load takes every `turns`-th fresh id, from its own `turn` on.
 */
export type KeySpace = { base: number; poolSize: number; turn: number; turns: number }

/**
 * The keys that the writes of one load go to, chosen in the order of its own plan: it knows the base and its own writes,
 * so that another load changes nothing here but which fresh ids are free.
 */
export class LoadKeys {
  private readonly ordinary = new IdSet()
  private readonly contended = new IdSet()
  /** How many ids, from 0, are contended; without a share of contended keys no id is. */
  private readonly contendedIds: number
  /** Draws a contended id under a law: the lower, the hotter. */
  private readonly contendedRank: ((rng: Rng) => number) | null
  private freshCount = 0

  private readonly space: KeySpace
  private readonly load: LoadPlan

  constructor(space: KeySpace, load: LoadPlan) {
    this.space = space
    this.load = load
    this.contendedIds = load.keys.contended > 0 ? load.keys.contendedCount : 0
    checkKeys(space, load, this.contendedIds)
    const law = load.keys.contendedLaw
    const skewed = law?.law === 'zipf' && this.contendedIds > 0
    this.contendedRank = skewed ? zipf(this.contendedIds, law.exponent) : null
    for (let id = 0; id < space.base; id++) this.live(id).add(id)
  }

  upsert(rng: Rng): { id: PointId; row: Row } {
    const { keys } = this.load
    const share = rng.uniform() * (keys.fresh + keys.existing + keys.contended)
    if (share < keys.fresh) return this.fresh()
    const contended = this.contendedIds > 0 && share >= keys.fresh + keys.existing
    const id = contended ? this.contendedId(rng) : this.existing(rng)
    this.live(id).add(id)
    return { id, row: this.space.base + rng.int(this.space.poolSize - this.space.base) }
  }

  /** An id no earlier delete of this load took, unless it is contended: there anything may race. */
  delete(rng: Rng): PointId {
    const contended = this.contendedIds > 0 && rng.chance(this.load.keys.contended)
    if (!contended && this.ordinary.size === 0)
      throw new WorkloadError(
        `load in ${this.load.region}: every id it knows is deleted before arrivals end. ` +
          'Try a larger data.base, fewer deletes, or a larger share of fresh keys.',
      )
    const id = contended ? this.contendedId(rng) : this.ordinary.at(rng.int(this.ordinary.size))
    this.live(id).delete(id)
    return id
  }

  /** Contended and existing ids in the proportion upserts have them; existing ones where they have neither. */
  fetch(rng: Rng): PointId {
    const { existing, contended } = this.load.keys
    const share = rng.uniform() * (existing + contended)
    return this.contendedIds > 0 && share < contended
      ? this.contendedId(rng)
      : this.existing(rng, 'a fetch')
  }

  private contendedId(rng: Rng): PointId {
    return this.contendedRank ? this.contendedRank(rng) : rng.int(this.contendedIds)
  }

  /**
   * Ids and rows are interleaved by load, so no two loads make the same id. When the pool is used up, rows are
   * taken again from the start of its part beyond the base: two ids may then hold equal vectors.
   */
  private fresh(): { id: PointId; row: Row } {
    const { base, poolSize, turns, turn } = this.space
    const offset = this.freshCount++ * turns + turn
    const id = base + offset
    this.ordinary.add(id)
    return { id, row: base + (offset % (poolSize - base)) }
  }

  private existing(rng: Rng, who = 'an upsert'): PointId {
    const { ordinary, contended } = this
    if (ordinary.size + contended.size === 0)
      throw new WorkloadError(
        `load in ${this.load.region}: ${who} wants an existing id and there is none. ` +
          'Try a data.base above 0, or keys.existing 0.',
      )
    const index = rng.int(ordinary.size + contended.size)
    return index < ordinary.size ? ordinary.at(index) : contended.at(index - ordinary.size)
  }

  private live(id: PointId): IdSet {
    return id < this.contendedIds ? this.contended : this.ordinary
  }
}

function checkKeys(space: KeySpace, load: LoadPlan, contendedIds: number): void {
  const { base, poolSize } = space
  if (base > poolSize)
    throw new WorkloadError(`data.base is ${base}, the data set has ${poolSize} points.`)
  if (load.upsertPerSec > 0 && base === poolSize)
    throw new WorkloadError(
      `data.base is ${base}, all of the data set: no vectors are left for upserts. Try a smaller data.base.`,
    )
  if (load.keys.contended > 0 && (contendedIds < 1 || contendedIds > base))
    throw new WorkloadError(
      `load in ${load.region}: ${contendedIds} contended ids must be base ids, of which there are ${base}. ` +
        `Try a contendedCount from 1 to ${base}.`,
    )
}

/** Ids with a position, so that a uniform choice, an addition and a removal are all one step. */
class IdSet {
  private readonly ids: PointId[] = []
  private readonly places = new Map<PointId, number>()

  get size(): number {
    return this.ids.length
  }

  at(index: number): PointId {
    return this.ids[index] as PointId
  }

  add(id: PointId): void {
    if (this.places.has(id)) return
    this.places.set(id, this.ids.length)
    this.ids.push(id)
  }

  delete(id: PointId): void {
    const place = this.places.get(id)
    const last = this.ids[this.ids.length - 1]
    if (place === undefined || last === undefined) return
    this.ids[place] = last
    this.places.set(last, place)
    this.ids.pop()
    this.places.delete(id)
  }
}
