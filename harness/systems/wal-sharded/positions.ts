import type { WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'

/** Records of one partition of a region's log, as another region gets them: in order, some of them again. */
type Partition = {
  /** Everything before this offset of the origin's log has been taken in. */
  read: number
  /** What the next record of the copy is, unless it is one of those already seen. */
  next: number
  /** The last write the copy gave. */
  last: WriteId
}

const nothingRead: Partition = { read: 0, next: 0, last: 0 }

/** A change taken in and not applied yet. */
type Pending = { shard: number; partition: number; offset: number }

/** When it was asked, and which offset each partition of the origin's log would give next. */
type Edge = { us: Us; next: readonly number[] }

/** Remembered writes of one origin: enough for what a mirror copies again after it was killed. */
const REMEMBERED = 50_000
/** Edges that wait to be reached; where more come, every other one goes. */
const EDGES = 64

/**
 * How far a region has come with the log of one origin: a version vector for each shard, in offsets of that log. A
 * shard has everything before an edge if every record before it was taken in and none of the shard's is pending. Since
 * the edge was asked of the origin's log itself, the region then knows: at that moment I lacked nothing of it.
 */
export class WalPositions {
  private readonly partitions: Partition[] = []
  private readonly offsets = new Map<WriteId, number>()
  private readonly pending = new Set<Pending>()
  private edges: Edge[] = []
  /** What was read of logs of the origin that are no more. */
  private before: number[] = []
  /** The region had everything that was in the origin's log at this time of its own clock. */
  private completeUs: Us = Number.NEGATIVE_INFINITY

  /** Offset of the next record to take in from the origin's log. */
  readFrom(partition: number): number {
    return this.at(partition).read
  }

  /**
   * A record of a copy in this region's log. Copies carry no offsets of the origin: they are counted, and a write seen
   * before says where the mirror went on. What was never copied makes the count too low, which errs on the safe side.
   */
  copied(partition: number, write: WriteId): { offset: number; again: boolean } {
    const state = this.at(partition)
    const known = this.offsets.get(write)
    const offset = known ?? state.next
    state.next = offset + 1
    state.last = write
    if (known === undefined) this.remember(write, offset)
    state.read = Math.max(state.read, offset + 1)
    return { offset, again: known !== undefined }
  }

  /** A record of the origin's log itself; true if it was taken in before. It sets right what was counted. */
  taken(partition: number, write: WriteId, offset: number): boolean {
    const state = this.at(partition)
    const again = this.offsets.has(write)
    this.remember(write, offset)
    if (state.last === write) state.next = offset + 1
    state.read = Math.max(state.read, offset + 1)
    return again
  }

  /** Offset of the record after the last one the copy gave. */
  copiedTo(partition: number): number {
    return this.at(partition).next
  }

  /** After a start: everything before this offset was applied by an incarnation before. */
  resume(partition: number, offset: number): void {
    const state = this.at(partition)
    state.next = offset
    state.read = Math.max(state.read, offset)
  }

  /** After a start: records that were seen before have these offsets. */
  recall(write: WriteId, offset: number): void {
    this.remember(write, offset)
  }

  /** Everything before this offset is in the store now, whichever way it came. */
  reachedBySnapshot(partition: number, offset: number): void {
    const state = this.at(partition)
    state.read = Math.max(state.read, offset)
  }

  /** Next offset to take in from each partition. */
  reads(): number[] {
    return this.partitions.map(({ read }) => read)
  }

  /** The same, but of all the logs that the origin ever had. */
  everRead(): number[] {
    return this.partitions.map(({ read }, p) => Math.max(read, this.before[p] ?? 0))
  }

  /** The origin's log begins anew. */
  forget(): void {
    this.before = this.everRead()
    for (const state of this.partitions) Object.assign(state, nothingRead)
    this.offsets.clear()
    this.edges = []
    this.completeUs = Number.NEGATIVE_INFINITY
  }

  begin(entry: Pending): void {
    this.pending.add(entry)
  }

  end(entry: Pending): void {
    this.pending.delete(entry)
  }

  /** Everything before these offsets of the origin's log has been applied here. */
  applied(): number[] {
    const floors = this.partitions.map(({ read }) => read)
    for (const { partition, offset } of this.pending)
      floors[partition] = Math.min(floors[partition] as number, offset)
    return floors
  }

  /** The origin's log, asked at `us`, would have given these offsets next. */
  asked(us: Us, next: readonly number[]): void {
    this.edges.push({ us, next })
    const reached = this.edges.findLastIndex((edge) => this.reached(edge))
    if (reached >= 0) {
      this.completeUs = (this.edges[reached] as Edge).us
      this.edges = this.edges.slice(reached + 1)
    }
    if (this.edges.length > EDGES) this.edges = this.edges.filter((_, i) => i % 2 === 0)
  }

  /** True if there are records of the origin's log that were not taken in. */
  lacks(): boolean {
    const last = this.edges.at(-1)
    return last?.next.some((next, p) => this.at(p).read < next) ?? false
  }

  /** The last moment of which is known that nothing was lacking, of one shard or of all. */
  knownUs(shard?: number): Us {
    const edge = this.edges.findLast((one) => this.reached(one, shard))
    return edge ? edge.us : this.completeUs
  }

  private reached({ next }: Edge, shard?: number): boolean {
    if (next.some((offset, p) => this.at(p).read < offset)) return false
    for (const entry of this.pending)
      if (
        (shard === undefined || entry.shard === shard) &&
        entry.offset < (next[entry.partition] as number)
      )
        return false
    return true
  }

  private at(partition: number): Partition {
    while (this.partitions.length <= partition) this.partitions.push({ ...nothingRead })
    return this.partitions[partition] as Partition
  }

  private remember(write: WriteId, offset: number): void {
    this.offsets.delete(write)
    this.offsets.set(write, offset)
    if (this.offsets.size <= REMEMBERED) return
    const oldest = this.offsets.keys().next().value
    if (oldest !== undefined) this.offsets.delete(oldest)
  }
}
