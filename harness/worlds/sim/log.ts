import { murmur3 } from '../../base/hash.ts'
import type { Rng } from '../../base/rng.ts'
import type { Change } from '../../model/point.ts'
import type { Profile } from '../../model/profile.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Edges, LogRecord } from '../../ports/log.ts'
import { Server } from './server.ts'
import { cancel, type Timeline, type Timer } from './timeline.ts'
import type { Answer } from './wire.ts'

export type Positions = number[]

/** Records for one partition, in order. */
export type Batch = { topic: string; partition: number; changes: readonly Change[] }

type Partition = { first: number; changes: Change[]; appendedUs: Us[] }

export type LogSetting = {
  timeline: Timeline
  rng: Rng
  region: RegionName
  profile: Profile['log']
  partitions: number
  retentionUs: Us
  /** The tap: sees every record as it is appended, and what retention takes. */
  onAppend: (topic: string, partition: number, offset: number, change: Change) => void
  onTruncate: (topic: string, firsts: number[]) => void
}

const READ_BYTES = 96

/** A region's log as Kafka shows itself: topics, partitions by key hash, offsets, groups, long polls, retention. */
export class SimLog {
  readonly server: Server
  private readonly topics = new Map<string, Partition[]>()
  private readonly committed = new Map<string, Positions>()
  private waiters: { topics: readonly string[]; look: () => boolean }[] = []

  constructor(private readonly setting: LogSetting) {
    this.server = new Server(setting.timeline, setting.rng, 4)
  }

  partitionOf(id: number): number {
    return murmur3(String(id), 0) % this.setting.partitions
  }

  /** Appends in order; acknowledged when all are in. `partition` overrides the key hash (mirrors keep it). */
  append(
    topic: string,
    changes: readonly Change[],
    answer: Answer<void>,
    partition?: number,
  ): void {
    this.server.serve(answer, this.setting.profile.append, {}, (reply) => {
      for (const change of changes)
        this.put(topic, partition ?? this.partitionOf(change.id), change)
      this.wakeReaders(topic)
      reply.value(undefined, 48)
    })
  }

  /** Appends what `take` gives at the moment of the commit: readers see all of it or, if it gives nothing, nothing. */
  transact(take: () => Batch[], answer: Answer<void>): void {
    this.server.serve(answer, this.setting.profile.append, {}, (reply) => {
      for (const { topic, partition, changes } of take()) {
        for (const change of changes) this.put(topic, partition, change)
        this.wakeReaders(topic)
      }
      reply.value(undefined, 48)
    })
  }

  /**
   * Up to `max` records at or after `positions` (one per topic and partition, in order of `topics`); waits up
   * to `waitUs` for the first. A position before the first offset held jumps there, as `earliest` does.
   */
  poll(
    request: { topics: readonly string[]; positions: Positions[]; max: number; waitUs: Us },
    recordBytes: (change: Change) => number,
    answer: Answer<LogRecord[]>,
  ): void {
    this.server.serve(answer, this.setting.profile.read, {}, (reply) => {
      const send = (records: LogRecord[]) => {
        let bytes = READ_BYTES
        for (const record of records) bytes += recordBytes(record.change)
        reply.value(records, bytes)
      }
      const now = this.collect(request.topics, request.positions, request.max)
      if (now.length > 0 || request.waitUs === 0) {
        send(now)
        return
      }
      const { process } = this.server
      let timer: Timer | null = null
      const waiter = {
        topics: request.topics,
        look: () => {
          const records = this.collect(request.topics, request.positions, request.max)
          if (records.length === 0) return false
          if (timer) cancel(timer)
          send(records)
          return true
        },
      }
      this.waiters.push(waiter)
      timer = this.setting.timeline.after(request.waitUs, () =>
        process.run(() => {
          this.waiters = this.waiters.filter((other) => other !== waiter)
          send([])
        }),
      )
    })
  }

  read(
    topic: string,
    partition: number,
    offset: number,
    max: number,
    answer: Answer<LogRecord[]>,
  ): void {
    this.server.serve(answer, this.setting.profile.read, {}, (reply) =>
      reply.value(this.slice(topic, partition, offset, max), READ_BYTES),
    )
  }

  edges(topic: string, answer: Answer<Edges>): void {
    this.server.serve(answer, this.setting.profile.read, {}, (reply) =>
      reply.value(
        this.partitions(topic).map(({ first, changes }) => ({
          first,
          next: first + changes.length,
        })),
        READ_BYTES,
      ),
    )
  }

  commit(group: string, topic: string, positions: Positions): void {
    this.committed.set(`${group} ${topic}`, [...positions])
  }

  /** Committed next offsets; zeros if the group never committed. */
  position(group: string, topic: string): Positions {
    const known = this.committed.get(`${group} ${topic}`)
    return known ? [...known] : new Array<number>(this.setting.partitions).fill(0)
  }

  kill(): void {
    this.server.kill()
    this.waiters = []
  }

  restart(): void {
    const { timeline, profile } = this.setting
    timeline.after(profile.restartUs, () => this.server.start())
  }

  /** Drops records older than retention; call it now and then. */
  truncate(): void {
    const horizon = this.setting.timeline.now() - this.setting.retentionUs
    for (const [topic, partitions] of this.topics) {
      let dropped = 0
      for (const partition of partitions) {
        let old = 0
        while (old < partition.changes.length && (partition.appendedUs[old] as Us) < horizon) old++
        partition.first += old
        partition.changes.splice(0, old)
        partition.appendedUs.splice(0, old)
        dropped += old
      }
      if (dropped > 0)
        this.setting.onTruncate(
          topic,
          partitions.map(({ first }) => first),
        )
    }
  }

  private put(topic: string, index: number, change: Change): void {
    const partition = this.partitions(topic)[index] as Partition
    const offset = partition.first + partition.changes.length
    partition.changes.push(change)
    partition.appendedUs.push(this.setting.timeline.now())
    this.setting.onAppend(topic, index, offset, change)
  }

  private partitions(topic: string): Partition[] {
    let partitions = this.topics.get(topic)
    if (!partitions) {
      partitions = Array.from({ length: this.setting.partitions }, () => ({
        first: 0,
        changes: [],
        appendedUs: [],
      }))
      this.topics.set(topic, partitions)
    }
    return partitions
  }

  private wakeReaders(topic: string): void {
    const { process } = this.server
    if (this.waiters.some((waiter) => waiter.topics.includes(topic)))
      process.run(() => {
        const waiters = this.waiters
        this.waiters = []
        const still = waiters.filter((waiter) => !waiter.look())
        this.waiters = [...still, ...this.waiters]
      })
  }

  /** Every partition gets its share of `max`, so that a long backlog in one does not starve the others. */
  private collect(topics: readonly string[], positions: Positions[], max: number): LogRecord[] {
    const records: LogRecord[] = []
    const share = Math.ceil(max / (topics.length * this.setting.partitions))
    topics.forEach((topic, t) => {
      const from = positions[t] as Positions
      for (let p = 0; p < from.length; p++)
        records.push(...this.slice(topic, p, from[p] as number, share))
    })
    return records
  }

  private slice(topic: string, index: number, offset: number, max: number): LogRecord[] {
    const { first, changes } = this.partitions(topic)[index] as Partition
    const start = Math.max(offset, first)
    return changes
      .slice(start - first, start - first + max)
      .map((change, i) => ({ topic, partition: index, offset: start + i, change }))
  }
}
