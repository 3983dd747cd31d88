import { murmur3Bytes } from '../../base/hash.ts'
import type { PointId } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'

/** murmur3_32 over the id as a little-endian 32-bit integer; `seed` gives independent hashes. */
export function hashOfId(id: PointId, seed = 0): number {
  const bytes = new Uint8Array([id & 0xff, (id >>> 8) & 0xff, (id >>> 16) & 0xff, id >>> 24])
  return murmur3Bytes(bytes, seed)
}

/** Which shard an id is in: by its hash, or so many neighbouring ids in each. */
type Sharding = { map: 'murmur3' | 'range'; shards: number; rangeIds: number }

export function shardOfId(id: PointId, { map, shards, rangeIds }: Sharding): number {
  return (map === 'murmur3' ? hashOfId(id) : Math.floor(id / rangeIds)) % shards
}

/** Where a record stands in the log it was written to first: what all regions call it. */
export type Place = { origin: RegionName; partition: number; offset: number }

/**
 * A shard divided into virtual nodes. `from`: for each origin, the offset in each partition of its log from which on
 * the division holds, in every region.
 */
export type Split = { shard: number; ways: number; from: Readonly<Record<RegionName, number[]>> }

/** Another hash than the shard's: ids of one shard must not all fall on one node. */
const NODE_SEED = 1

/** Which lane applies a change: that of its shard, or from a split's offset on that of its virtual node. */
export class ShardMap {
  private readonly splits = new Map<number, Split>()

  private readonly sharding: Sharding

  constructor(sharding: Sharding) {
    this.sharding = sharding
  }

  shardOf(id: PointId): number {
    return shardOfId(id, this.sharding)
  }

  /** True if the split was not known. */
  add(split: Split): boolean {
    if (this.splits.has(split.shard)) return false
    this.splits.set(split.shard, split)
    return true
  }

  known(): Split[] {
    return [...this.splits.values()]
  }

  /** `before`: the lane that changes of this shard took until the split. */
  lane(id: PointId, place: Place): { lane: string; before?: string } {
    const shard = this.shardOf(id)
    const split = this.splits.get(shard)
    const from = split?.from[place.origin]?.[place.partition]
    if (!split || from === undefined || place.offset < from) return { lane: `${shard}` }
    return { lane: `${shard}/${hashOfId(id, NODE_SEED) % split.ways}`, before: `${shard}` }
  }
}
