import type { PointId, Row, StoredPoint, WriteId } from '../../model/point.ts'
import { CallError } from '../../ports/errors.ts'
import type { Hit } from '../../ports/store.ts'
import type { Graph, GraphPoint } from './graph.ts'
import type { Neighbours, VectorIndex } from './index-flat.ts'

/** Work an index has to do on itself: `points` says how much, `finish` makes it so. */
export interface Sealing {
  due(): { points: number; finish: () => void } | null
  /** Replaces all graphs by one that is built now, over what lives in them. */
  rebuild(): void
}

export type SegmentNews = (
  what: 'sealed' | 'compacted',
  segment: number,
  points: { id: PointId; write: WriteId }[],
) => void

type SegmentSetting = {
  neighbours: Neighbours
  queryCodes: (query: Row) => Int8Array
  build: (points: readonly GraphPoint[]) => Graph
  /** Candidates a graph keeps while it searches. */
  ef: number
  sealAt: number
  compactAt: number
  news: SegmentNews
  /** Numbers of segments, each given out once in a store. */
  nextNumber: () => number
}

type Segment = { number: number; graph: Graph; writes: WriteId[]; alive: Uint8Array; dead: number }
type Place = { segment: Segment; at: number }
type Growing = { row: Row; write: WriteId }

/**
 * An HNSW index with Milvus's meaning: sealed graph segments that are searched approximately and never change
 * but for a bitset of the dead, and a growing part that is searched exactly. An upsert is delete + insert: the
 * new version grows until enough have gathered to be sealed into a graph of their own.
 */
export class SegmentedIndex implements VectorIndex, Sealing {
  private segments: Segment[] = []
  private readonly places = new Map<PointId, Place>()
  private readonly growing = new Map<PointId, Growing>()

  private readonly setting: SegmentSetting

  constructor(setting: SegmentSetting) {
    this.setting = setting
  }

  /** What is loaded at a start comes sealed. */
  load(points: readonly StoredPoint[]): void {
    const live = points.filter(({ deleted }) => !deleted)
    if (live.length > 0) this.addSegment(live)
  }

  put(point: StoredPoint): void {
    this.forget(point.id)
    if (!point.deleted) this.growing.set(point.id, { row: point.row, write: point.write })
  }

  forget(id: PointId): void {
    this.growing.delete(id)
    const place = this.places.get(id)
    if (!place) return
    this.places.delete(id)
    place.segment.alive[place.at] = 0
    place.segment.dead++
  }

  /** Throws a CallError for a k above ef where there is a graph, as Milvus refuses it; what grows is searched exactly. */
  search(query: Row, k: number): Hit[] {
    const { ef } = this.setting
    if (k > ef && this.segments.length > 0)
      throw new CallError(`ef ${ef} is below k ${k}`, { definite: true })
    const hits = this.searchGrowing(query, k)
    const codes = this.setting.queryCodes(query)
    for (const { graph, writes, alive, dead } of this.segments) {
      const accept = dead === 0 ? null : (at: number) => alive[at] === 1
      for (const { at, id, distance } of graph.search(codes, k, accept))
        hits.push({ id, write: writes[at] as WriteId, distance })
    }
    return hits.sort((a, b) => a.distance - b.distance || a.id - b.id).slice(0, k)
  }

  due(): { points: number; finish: () => void } | null {
    const { sealAt, compactAt } = this.setting
    if (this.growing.size >= sealAt) {
      const sealing = [...this.growing]
      return { points: sealing.length, finish: () => this.seal(sealing) }
    }
    const worn = this.segments.find(({ dead, writes }) => dead > compactAt * writes.length)
    if (!worn) return null
    return { points: worn.writes.length - worn.dead, finish: () => this.compact(worn) }
  }

  rebuild(): void {
    const worn = this.segments
    this.segments = []
    const living = worn.flatMap(livingOf)
    if (living.length > 0) this.setting.news('compacted', this.addSegment(living), living)
  }

  /** Exact: every growing point is looked at, the best k are kept in order. */
  private searchGrowing(query: Row, k: number): Hit[] {
    const best: Hit[] = []
    for (const [id, { row, write }] of this.growing) {
      const distance = this.setting.neighbours.distance(query, row)
      const worst = best[k - 1]
      if (worst && (distance > worst.distance || (distance === worst.distance && id > worst.id)))
        continue
      let at = best.length
      while (at > 0 && nearer(distance, id, best[at - 1] as Hit)) at--
      best.splice(at, 0, { id, write, distance })
      if (best.length > k) best.pop()
    }
    return best
  }

  /** Seals those that are still the versions they were when sealing began. */
  private seal(sealing: readonly [PointId, Growing][]): void {
    const still = sealing
      .filter(([id, { write }]) => this.growing.get(id)?.write === write)
      .map(([id, { row, write }]) => ({ id, row, write }))
    for (const { id } of still) this.growing.delete(id)
    if (still.length > 0) this.setting.news('sealed', this.addSegment(still), still)
  }

  private compact(worn: Segment): void {
    // A rebuild may have taken it away meanwhile.
    if (!this.segments.includes(worn)) return
    const living = livingOf(worn)
    this.segments = this.segments.filter((segment) => segment !== worn)
    if (living.length > 0) this.setting.news('compacted', this.addSegment(living), living)
  }

  private addSegment(points: readonly { id: PointId; row: Row; write: WriteId }[]): number {
    const number = this.setting.nextNumber()
    const segment: Segment = {
      number,
      graph: this.setting.build(points.map(({ id, row }) => ({ id, row }))),
      writes: points.map(({ write }) => write),
      alive: new Uint8Array(points.length).fill(1),
      dead: 0,
    }
    this.segments.push(segment)
    points.forEach(({ id }, at) => {
      this.places.set(id, { segment, at })
    })
    return number
  }
}

const livingOf = ({ graph, writes, alive }: Segment) =>
  graph.points.flatMap(({ id, row }, at) =>
    alive[at] === 1 ? [{ id, row, write: writes[at] as WriteId }] : [],
  )

const nearer = (distance: number, id: PointId, than: Hit): boolean =>
  distance < than.distance || (distance === than.distance && id < than.id)
