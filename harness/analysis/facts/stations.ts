import type { WriteId } from '../../model/point.ts'
import type { HopEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { History } from './history.ts'

/** First time each thing happened to one write in one region; ∞ if it never did. */
export type Stations = Record<HopEvent['hop'], Us>

const NEVER = Number.POSITIVE_INFINITY

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
  private readonly byWrite = new Map<WriteId, Map<RegionName, Stations>>()

  constructor(history: History) {
    for (const { write, region, hop, t } of history.hops) {
      const stations = this.open(write, region)
      if (t < stations[hop]) stations[hop] = t
    }
  }

  at(write: WriteId, region: RegionName): Readonly<Stations> {
    return this.byWrite.get(write)?.get(region) ?? nowhere
  }

  private open(write: WriteId, region: RegionName): Stations {
    let regions = this.byWrite.get(write)
    if (!regions) {
      regions = new Map()
      this.byWrite.set(write, regions)
    }
    let stations = regions.get(region)
    if (!stations) {
      stations = { ...nowhere }
      regions.set(region, stations)
    }
    return stations
  }
}

/**
 * From when on the write is known to be in the region's store; ∞ if nobody saw it there. A store may take a version and
 * answer too late: then searches, or the agent when it tries again, are the first to meet it.
 */
export const inStoreFrom = ({ applied, visible, duplicate }: Readonly<Stations>): Us =>
  Math.min(applied, visible, duplicate)
