import type { PointId, SessionToken, Stamp } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'

/** More regions than a scenario can have: a rank keeps the order of stamps, ties by region included. */
const REGIONS = 64

const CLOCK = 'clock'
const keyOf = (id: PointId): string => `v${id}`

/**
 * What a client's session carries: the highest stamp it has met (`clock`), and for each point that it wrote or
 * fetched the rank of the version it saw. Ranks are stamps in one number, ordered as stamps are; the base is 0.
 */
export class Seen {
  private readonly regions: readonly RegionName[]

  constructor(regions: readonly RegionName[]) {
    this.regions = [...regions].sort((a, b) => (a < b ? -1 : 1))
  }

  rank({ wallUs, origin }: Stamp): number {
    return wallUs * REGIONS + this.regions.indexOf(origin) + 1
  }

  /** What a read of the point must not fall below; 0 if the client has not seen it. */
  floor(session: SessionToken, id: PointId): number {
    return session[keyOf(id)] ?? 0
  }

  /** As a stamp that a clock can hear of. */
  clock(session: SessionToken): Stamp {
    return { wallUs: session[CLOCK] ?? 0, counter: 0, origin: '' }
  }

  /** What the client is to bring along: the clock alone, or the version of a point too. */
  token(stamp: Stamp, id?: PointId): SessionToken {
    const clock = { [CLOCK]: stamp.wallUs }
    return id === undefined ? clock : { ...clock, [keyOf(id)]: this.rank(stamp) }
  }
}
