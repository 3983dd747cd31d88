import type { WriteId } from '../model/point.ts'
import type { HopEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { History } from './history.ts'

/** First time each thing happened to one write in one region; ∞ if it never did. */
export type Stations = Record<HopEvent['hop'], Us>

const NEVER = Number.POSITIVE_INFINITY

const nowhere: Stations = {
  logged: NEVER,
  mirrored: NEVER,
  applied: NEVER,
  older: NEVER,
  duplicate: NEVER,
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

/** When the write turned out to be superseded in a region: a newer version was found there, or itself again. */
export function foundOlder({ older, duplicate, applied }: Readonly<Stations>): Us {
  return applied <= duplicate ? Math.min(older, duplicate) : older
}
