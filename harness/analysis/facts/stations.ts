import { float64s, Places } from '../../base/column.ts'
import type { WriteId } from '../../model/point.ts'
import type { HopEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { History } from './history.ts'

/** First time each thing happened to one write in one region; ∞ if it never did. */
export type Stations = Record<HopEvent['hop'], Us>

const NEVER = Number.POSITIVE_INFINITY

const hops = [
  'logged',
  'mirrored',
  'applied',
  'unanswered',
  'older',
  'duplicate',
  'again',
  'visible',
] as const satisfies readonly HopEvent['hop'][]

const nowhere: Stations = {
  logged: NEVER,
  mirrored: NEVER,
  applied: NEVER,
  unanswered: NEVER,
  older: NEVER,
  duplicate: NEVER,
  again: NEVER,
  visible: NEVER,
}

/** Where every write has been, and when first. */
export class Journeys {
  private readonly regions: readonly RegionName[]
  private readonly places = new Places()
  /** For each write in its place, and in it for each region, the first time of each hop. */
  private readonly times = float64s()

  constructor({ plan, hops: all }: Pick<History, 'plan' | 'hops'>) {
    this.regions = plan.regions
    for (const { write, region, hop, t } of all) {
      const here = this.regions.indexOf(region)
      if (here < 0) continue
      const at = this.open(write) + here * hops.length + hops.indexOf(hop)
      if (t < (this.times.values[at] as Us)) this.times.set(at, t)
    }
  }

  at(write: WriteId, region: RegionName): Readonly<Stations> {
    const place = this.places.of(write)
    const here = this.regions.indexOf(region)
    if (place < 0 || here < 0) return nowhere
    const { values } = this.times
    const first = place + here * hops.length
    return {
      logged: values[first] as Us,
      mirrored: values[first + 1] as Us,
      applied: values[first + 2] as Us,
      unanswered: values[first + 3] as Us,
      older: values[first + 4] as Us,
      duplicate: values[first + 5] as Us,
      again: values[first + 6] as Us,
      visible: values[first + 7] as Us,
    }
  }

  /** Where the times of a write begin. */
  private open(write: WriteId): number {
    let place = this.places.of(write)
    if (place < 0) {
      place = this.times.length
      this.places.set(write, place)
      for (let i = 0; i < this.regions.length * hops.length; i++) this.times.push(NEVER)
    }
    return place
  }
}

/**
 * From when on the write is known to be in the region's store; ∞ if nobody saw it there. A store may take a version and
 * answer too late: then searches, or the agent when it tries again, are the first to meet it.
 */
export const inStoreFrom = ({ applied, visible, duplicate }: Readonly<Stations>): Us =>
  Math.min(applied, visible, duplicate)
