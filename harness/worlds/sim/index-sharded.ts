import type { PointId, Row, StoredPoint } from '../../model/point.ts'
import type { Hit } from '../../ports/store.ts'
import { shardOf, type VectorIndex } from './index-flat.ts'
import type { Sealing } from './index-hnsw.ts'

/**
 * One index for each shard, as Milvus keeps segments for each partition: a search of some shards touches the graphs of
 * no other. A point whose shard changes moves.
 */
export class ShardedIndex implements VectorIndex, Sealing {
  /** In order of shard. */
  private parts: { shard: number; index: VectorIndex & Sealing }[] = []
  private readonly homes = new Map<PointId, VectorIndex>()

  private readonly openPart: () => VectorIndex & Sealing

  constructor(openPart: () => VectorIndex & Sealing) {
    this.openPart = openPart
  }

  load(points: readonly StoredPoint[]): void {
    const byShard = new Map<number, StoredPoint[]>()
    for (const point of points) {
      const others = byShard.get(shardOf(point))
      if (others) others.push(point)
      else byShard.set(shardOf(point), [point])
    }
    for (const shard of [...byShard.keys()].sort((a, b) => a - b)) {
      const some = byShard.get(shard) as StoredPoint[]
      const part = this.part(shard)
      part.load(some)
      for (const { id } of some) this.homes.set(id, part)
    }
  }

  put(point: StoredPoint): void {
    const part = this.part(shardOf(point))
    const home = this.homes.get(point.id)
    if (home !== part) home?.forget(point.id)
    this.homes.set(point.id, part)
    part.put(point)
  }

  forget(id: PointId): void {
    this.homes.get(id)?.forget(id)
    this.homes.delete(id)
  }

  search(query: Row, k: number, shards?: readonly number[]): Hit[] {
    const asked = shards ? this.parts.filter(({ shard }) => shards.includes(shard)) : this.parts
    return asked
      .flatMap(({ index }) => index.search(query, k))
      .sort((a, b) => a.distance - b.distance || a.id - b.id)
      .slice(0, k)
  }

  due(): { points: number; finish: () => void } | null {
    for (const { index } of this.parts) {
      const work = index.due()
      if (work) return work
    }
    return null
  }

  rebuild(): void {
    for (const { index } of this.parts) index.rebuild()
  }

  private part(shard: number): VectorIndex & Sealing {
    const known = this.parts.find((part) => part.shard === shard)
    if (known) return known.index
    const index = this.openPart()
    this.parts.push({ shard, index })
    this.parts.sort((a, b) => a.shard - b.shard)
    return index
  }
}
