import { murmur3 } from '../../base/hash.ts'
import type { Rng } from '../../base/rng.ts'
import type { Change } from '../../model/point.ts'
import type { Profile } from '../../model/profile.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Edges, LogRecord } from '../../ports/log.ts'
import { Brokers } from './brokers.ts'
import { Downs } from './downs.ts'
import { Server } from './server.ts'
import { cancel, type Timeline, type Timer } from './timeline.ts'
import { type Appended, type Portion, type Positions, Topics } from './topics.ts'
import type { Answer } from './wire.ts'

/** Records for one partition, in order; `from`: the region of which they are copies. */
export type Batch = {
  topic: string
  partition: number
  changes: readonly Change[]
  from?: RegionName
}

type LogSetting = {
  timeline: Timeline
  rng: Rng
  region: RegionName
  profile: Profile['log']
  partitions: number
  retentionUs: Us
  /** The tap: sees every record as it is appended, and what retention takes. */
  onAppend: (appended: Appended) => void
  onTruncate: (what: 'truncated' | 'lost', topic: string, firsts: number[]) => void
}

const READ_BYTES = 96

/** A region's log as Kafka shows itself: topics, partitions by key hash, offsets, groups, long polls, retention. */
export class SimLog {
  readonly server: Server
  readonly brokers: Brokers
  private readonly topics: Topics
  private readonly downs = new Downs()
  private readonly committed = new Map<string, Positions>()
  private waiters: { topics: readonly string[]; look: () => boolean }[] = []

  private readonly setting: LogSetting

  constructor(setting: LogSetting) {
    this.setting = setting
    this.server = new Server(setting.timeline, setting.rng, 4)
    this.brokers = new Brokers(setting.timeline)
    this.topics = new Topics(setting.partitions)
  }

  partitionOf(id: number): number {
    return murmur3(String(id), 0) % this.setting.partitions
  }

  /** Appends in order; acknowledged when all are in. A mirror says from where, and keeps the partition. */
  append(
    topic: string,
    changes: readonly Change[],
    answer: Answer<void>,
    copy?: { from: RegionName; partition: number },
  ): void {
    this.commitWhenTaken(answer, (reply) => {
      for (const change of changes)
        this.put(topic, copy?.partition ?? this.partitionOf(change.id), change, copy?.from)
      this.wakeReaders(topic)
      reply.value(undefined, 48)
    })
  }

  /** Appends what `take` gives at the moment of the commit: readers see all of it or, if it gives nothing, nothing. */
  transact(take: () => Batch[], answer: Answer<void>): void {
    this.commitWhenTaken(answer, (reply) => {
      for (const { topic, partition, changes, from } of take()) {
        for (const change of changes) this.put(topic, partition, change, from)
        this.wakeReaders(topic)
      }
      reply.value(undefined, 48)
    })
  }

  /**
   * A portion of the records at or after `positions` (one per topic and partition, in order of `topics`); waits up
   * to `waitUs` for the first. A position before the first offset held jumps there, as `earliest` does.
   */
  poll(
    request: { topics: readonly string[]; positions: Positions[]; portion: Portion; waitUs: Us },
    recordBytes: (change: Change) => number,
    answer: Answer<LogRecord[]>,
  ): void {
    this.server.serve(answer, this.setting.profile.read, {}, (reply) => {
      const send = (records: LogRecord[]) => {
        let bytes = READ_BYTES
        for (const record of records) bytes += recordBytes(record.change)
        reply.value(records, bytes)
      }
      const now = this.topics.collect(request.topics, request.positions, request.portion)
      if (now.length > 0 || request.waitUs === 0) {
        send(now)
        return
      }
      const { process } = this.server
      let timer: Timer | null = null
      const waiter = {
        topics: request.topics,
        look: () => {
          const records = this.topics.collect(request.topics, request.positions, request.portion)
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
    recordBytes: (change: Change) => number,
    answer: Answer<LogRecord[]>,
  ): void {
    this.server.serve(answer, this.setting.profile.read, {}, (reply) => {
      const records = this.topics.slice(topic, partition, offset, max)
      const bytes = records.reduce((sum, { change }) => sum + recordBytes(change), READ_BYTES)
      reply.value(records, bytes)
    })
  }

  edges(topic: string, answer: Answer<Edges>): void {
    this.server.serve(answer, this.setting.profile.read, {}, (reply) =>
      reply.value(this.topics.edges(topic), READ_BYTES),
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
    this.downs.add()
    this.server.kill()
    this.waiters = []
  }

  /** The disk is gone, what groups committed with it. Only while it is down. */
  wipe(): void {
    for (const topic of this.topics.names())
      this.setting.onTruncate('lost', topic, new Array<number>(this.setting.partitions).fill(0))
    this.topics.clear()
    this.committed.clear()
  }

  restart(): void {
    const { timeline, profile } = this.setting
    timeline.after(profile.restartUs, () => {
      if (this.downs.end()) this.server.start()
    })
  }

  /** Drops records older than retention; call it now and then. */
  truncate(): void {
    const { timeline, retentionUs, onTruncate } = this.setting
    this.topics.truncate(timeline.now() - retentionUs, (topic, firsts) =>
      onTruncate('truncated', topic, firsts),
    )
  }

  private commitWhenTaken(answer: Answer<void>, commit: (reply: Answer<void>) => void): void {
    this.server.serve(answer, this.setting.profile.append, {}, (reply) =>
      this.brokers.take(this.server.process, reply, commit),
    )
  }

  private put(topic: string, partition: number, change: Change, from?: RegionName): void {
    const offset = this.topics.put(topic, partition, change, this.setting.timeline.now())
    this.setting.onAppend({ topic, partition, offset, change, ...(from !== undefined && { from }) })
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
}
