import type { PointId, WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'

type Place = { us: Us; write: WriteId; shard: number }

/** Which shard of one region's store each version was put into, as far as the record says: shards may move. */
export class ShardPlaces {
  private readonly put = new Map<PointId, Place[]>()
  private readonly seen = new Map<PointId, Place[]>()

  noteApplied(id: PointId, write: WriteId, us: Us, shard: number): void {
    note(this.put, id, { us, write, shard })
  }

  /** Searches see the version where it was put last. */
  noteVisible(id: PointId, write: WriteId, us: Us): void {
    const last = this.put.get(id)?.findLast((place) => place.write === write)
    if (last) note(this.seen, id, { us, write, shard: last.shard })
  }

  /** Where searches that see the version at `us` find it; null: where it was when the run began. */
  seenIn(id: PointId, write: WriteId, us: Us): number | null {
    const of = this.seen.get(id)?.findLast((place) => place.write === write && place.us <= us)
    return of?.shard ?? null
  }

  /** Where the version is, or will be once it is there; null: nobody says. */
  putInto(id: PointId, write: WriteId, us: Us): number | null {
    const all = this.put.get(id)?.filter((place) => place.write === write)
    const of = all?.findLast((place) => place.us <= us) ?? all?.[0]
    return of?.shard ?? null
  }
}

function note(places: Map<PointId, Place[]>, id: PointId, place: Place): void {
  const known = places.get(id)
  if (known) known.push(place)
  else places.set(id, [place])
}
