import type { Change } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Edges, LogRecord } from '../../ports/log.ts'

export type Positions = number[]

/** Where a record came to stand; `from`: the region whose mirror brought it. */
export type Appended = {
  topic: string
  partition: number
  offset: number
  change: Change
  from?: RegionName
}

/** How much one poll brings: records in all, or bytes of each partition. */
export type Portion = { records: number } | { bytes: number; sizeOf: (change: Change) => number }

type Partition = { first: number; changes: Change[]; appendedUs: Us[] }

/** What a log has on its disk: records by topic and partition. */
export class Topics {
  private readonly topics = new Map<string, Partition[]>()

  private readonly count: number

  constructor(count: number) {
    this.count = count
  }

  names(): string[] {
    return [...this.topics.keys()]
  }

  put(topic: string, partition: number, change: Change, us: Us): number {
    const held = this.partitions(topic)[partition] as Partition
    const offset = held.first + held.changes.length
    held.changes.push(change)
    held.appendedUs.push(us)
    return offset
  }

  /** Every partition gets its share, so that a long backlog in one does not starve the others. */
  collect(topics: readonly string[], positions: Positions[], portion: Portion): LogRecord[] {
    const partitions = topics.length * this.count
    const most =
      'records' in portion ? Math.ceil(portion.records / partitions) : Number.POSITIVE_INFINITY
    const found: LogRecord[] = []
    topics.forEach((topic, t) => {
      const from = positions[t] as Positions
      for (let p = 0; p < from.length; p++) {
        const records = this.slice(topic, p, from[p] as number, most)
        found.push(...('records' in portion ? records : fitting(records, portion)))
      }
    })
    return found
  }

  /** An offset beyond the end is one of a log that was lost: reading begins anew, as `earliest` does. */
  slice(topic: string, partition: number, offset: number, max: number): LogRecord[] {
    const { first, changes } = this.partitions(topic)[partition] as Partition
    const start = offset > first + changes.length ? first : Math.max(offset, first)
    return changes
      .slice(start - first, start - first + max)
      .map((change, i) => ({ topic, partition, offset: start + i, change }))
  }

  edges(topic: string): Edges {
    return this.partitions(topic).map(({ first, changes }) => ({
      first,
      next: first + changes.length,
    }))
  }

  /** Drops what was appended before `horizonUs`; hands on the first offsets left where anything was. */
  truncate(horizonUs: Us, dropped: (topic: string, firsts: number[]) => void): void {
    for (const [topic, partitions] of this.topics) {
      let taken = 0
      for (const partition of partitions) {
        const { appendedUs } = partition
        let old = 0
        while (old < appendedUs.length && (appendedUs[old] as Us) < horizonUs) old++
        partition.first += old
        partition.changes.splice(0, old)
        partition.appendedUs.splice(0, old)
        taken += old
      }
      if (taken === 0) continue
      dropped(
        topic,
        partitions.map(({ first }) => first),
      )
    }
  }

  clear(): void {
    this.topics.clear()
  }

  private partitions(topic: string): Partition[] {
    let partitions = this.topics.get(topic)
    if (!partitions) {
      partitions = Array.from({ length: this.count }, () => ({
        first: 0,
        changes: [],
        appendedUs: [],
      }))
      this.topics.set(topic, partitions)
    }
    return partitions
  }
}

/** The first of `records` that fit into `bytes`, and one at least. */
function fitting(
  records: readonly LogRecord[],
  { bytes, sizeOf }: Extract<Portion, { bytes: number }>,
): LogRecord[] {
  let left = bytes
  const end = records.findIndex(({ change }, i) => {
    left -= sizeOf(change)
    return left < 0 && i > 0
  })
  return end === -1 ? [...records] : records.slice(0, end)
}

/** Records in parts of `size`, in order. */
export function batchesOf(records: readonly LogRecord[], size: number): LogRecord[][] {
  const batches: LogRecord[][] = []
  for (let at = 0; at < records.length; at += size) batches.push(records.slice(at, at + size))
  return batches
}

/** Records by topic and partition, in order of the first of each. */
export function byPartition(records: readonly LogRecord[]): [string, number, LogRecord[]][] {
  const groups = new Map<string, [string, number, LogRecord[]]>()
  for (const record of records) {
    const key = `${record.topic} ${record.partition}`
    const group = groups.get(key)
    if (group) group[2].push(record)
    else groups.set(key, [record.topic, record.partition, [record]])
  }
  return [...groups.values()]
}
