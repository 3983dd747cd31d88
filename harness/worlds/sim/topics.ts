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

type Partition = { first: number; changes: Change[]; appendedUs: Us[] }

/** What a log has on its disk: records by topic and partition. */
export class Topics {
  private readonly topics = new Map<string, Partition[]>()

  constructor(private readonly count: number) {}

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

  /** Every partition gets its share of `max`, so that a long backlog in one does not starve the others. */
  collect(topics: readonly string[], positions: Positions[], max: number): LogRecord[] {
    const records: LogRecord[] = []
    const share = Math.ceil(max / (topics.length * this.count))
    topics.forEach((topic, t) => {
      const from = positions[t] as Positions
      for (let p = 0; p < from.length; p++)
        records.push(...this.slice(topic, p, from[p] as number, share))
    })
    return records
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
