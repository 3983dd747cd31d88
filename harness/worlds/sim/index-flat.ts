import type { PointId, Row, StoredPoint, WriteId } from '../../model/point.ts'
import type { Hit } from '../../ports/store.ts'

/** For each query row, pool rows nearest first (ties by row), and squared distances. */
export interface Neighbours {
  /** At least `least` rows, or all: where a walk comes to its end, there may be more. */
  list(query: Row, least?: number): Int32Array
  distance(query: Row, row: Row): number
}

/** What a store answers searches from. `put` replaces the version of the point's id; tombstones are not found. */
export interface VectorIndex {
  /** Takes the first content, all at once: what a store loads at its start. */
  load(points: readonly StoredPoint[]): void
  put(point: StoredPoint): void
  forget(id: PointId): void
  /** `shards`: only points of these are found; absent: of all. */
  search(query: Row, k: number, shards?: readonly number[]): Hit[]
}

/** A store that is not divided is one shard. */
export const shardOf = ({ shard = 0 }: Pick<StoredPoint, 'shard'>): number => shard

/**
 * Exact search over a moving set without a scan: walk the query's list of all vectors, nearest first, and
 * take those some live point holds: O(k + skipped). Equal distances come in order of row, then id.
 */
export class FlatIndex implements VectorIndex {
  private readonly rowOf = new Map<PointId, Row>()
  private readonly holders = new Map<Row, { id: PointId; write: WriteId; shard: number }[]>()

  private readonly neighbours: Neighbours

  constructor(neighbours: Neighbours) {
    this.neighbours = neighbours
  }

  load(points: readonly StoredPoint[]): void {
    for (const point of points) this.put(point)
  }

  put(point: StoredPoint): void {
    this.forget(point.id)
    if (point.deleted) return
    this.rowOf.set(point.id, point.row)
    const holder = { id: point.id, write: point.write, shard: shardOf(point) }
    const others = this.holders.get(point.row)
    if (!others) this.holders.set(point.row, [holder])
    else {
      others.push(holder)
      others.sort((a, b) => a.id - b.id)
    }
  }

  forget(id: PointId): void {
    const row = this.rowOf.get(id)
    if (row === undefined) return
    this.rowOf.delete(id)
    const rest = (this.holders.get(row) ?? []).filter((holder) => holder.id !== id)
    if (rest.length === 0) this.holders.delete(row)
    else this.holders.set(row, rest)
  }

  search(query: Row, k: number, shards?: readonly number[]): Hit[] {
    const hits: Hit[] = []
    if (this.rowOf.size === 0) return hits
    let list = this.neighbours.list(query)
    for (let i = 0; hits.length < k; i++) {
      if (i === list.length) list = this.neighbours.list(query, i + 1)
      if (i === list.length) break
      const row = list[i] as Row
      const holders = this.holders.get(row)
      if (!holders) continue
      const distance = this.neighbours.distance(query, row)
      for (const { id, write, shard } of holders)
        if (hits.length < k && (!shards || shards.includes(shard)))
          hits.push({ id, write, distance })
    }
    return hits
  }
}
