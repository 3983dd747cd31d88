import {
  AssignerProtocol,
  type Consumer,
  type EachBatchPayload,
  type PartitionAssigner,
} from 'kafkajs'
import type { Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import { within } from './host-clock.ts'
import { type Dial, KafkaClient } from './kafka-client.ts'
import { readError, writeError } from './kafka-errors.ts'

/** What one fetch brought of one partition: offsets `first` to `next` - 1, of which only some may be records. */
export type Fetched = {
  topic: string
  partition: number
  first: number
  next: number
  /** `stampMs`: the record's time stamp, in ms since 1970, by the broker's clock or the producer's. */
  records: { offset: number; value: Buffer; stampMs: number }[]
}

export type Place = { topic: string; partition: number; offset: number }

export type FeedSetting = Dial & {
  group: string
  topics: readonly string[]
  sessionTimeoutMs: number
  /** Takes this partition alone, whatever the group's other members think. */
  only?: { topic: string; partition: number }
  /** Where to begin; other partitions at the group's commits, or with the first record held. */
  from?: readonly Place[]
  onFetched(fetched: Fetched): void
  /** Settles when more may be fetched (true), or after `withinMs` (false). */
  room(withinMs: number): Promise<boolean>
  /** Called once, unless the feed was closed first: nothing comes any more. */
  onEnd(why: CallError): void
}

const REQUEST_MS = 5_000
/** Of a fetch that finds nothing; records that come meanwhile are answered at once. */
const FETCH_WAIT_MS = 500
/** More than there are partitions: none waits for another. */
const SIDE_BY_SIDE = 64
const GOODBYE_US: Us = 2_000_000

/**
 * A member of a consumer group that hands over what it fetches and commits only when told to. It lives for one
 * assignment: a rebalance, a lost session or a fetch that fails ends it, because kafkajs would start again at the
 * group's commits without a word. Rejects with a definite CallError if it cannot join.
 */
export async function openFeed(setting: FeedSetting): Promise<Feed> {
  const feed = new Feed(setting)
  try {
    await feed.start()
    return feed
  } catch (error) {
    await feed.close()
    throw readError(error)
  }
}

export class Feed {
  private readonly client: KafkaClient
  private readonly consumer: Consumer
  private over: CallError | null = null
  private joins = 0
  private closing: Promise<void> | null = null

  private readonly setting: FeedSetting

  constructor(setting: FeedSetting) {
    this.setting = setting
    const { group, sessionTimeoutMs, only } = setting
    this.client = new KafkaClient(setting, REQUEST_MS)
    this.consumer = this.client.kafka.consumer({
      groupId: group,
      sessionTimeout: sessionTimeoutMs,
      // How long a join waits for members that do not answer, if their session is not over before.
      rebalanceTimeout: sessionTimeoutMs,
      heartbeatInterval: Math.floor(sessionTimeoutMs / 6),
      minBytes: 1,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      retry: { retries: 0, restartOnFailure: async () => false },
      ...(only && { partitionAssigners: [assigning(only)] }),
    })
  }

  async start(): Promise<void> {
    const { consumer, setting } = this
    this.listen()
    await consumer.connect()
    await consumer.subscribe({ topics: [...setting.topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: SIDE_BY_SIDE,
      eachBatch: (batch) => this.take(batch),
    })
    // `run` resolves even if the group could not be joined: that it failed is only told as an event.
    if (this.over) throw this.over
    for (const { topic, partition, offset } of setting.from ?? [])
      consumer.seek({ topic, partition, offset: String(offset) })
  }

  /** Rejects with a CallError; definite if the commit was not sent. */
  async commit(places: readonly Place[]): Promise<void> {
    if (this.over) throw this.over
    let confirmed = false
    const forget = this.consumer.on(this.consumer.events.COMMIT_OFFSETS, () => {
      confirmed = true
    })
    try {
      await this.consumer.commitOffsets(
        places.map((place) => ({ ...place, offset: String(place.offset) })),
      )
    } catch (error) {
      throw writeError(error, { requests: 1, single: false })
    } finally {
      forget()
    }
    // kafkajs resolves a commit that it did not send because the member was stopping.
    if (!confirmed) throw new CallError('the member was leaving its group', { definite: true })
  }

  /** Leaves the group at once if the broker answers. */
  close(): Promise<void> {
    this.over ??= new CallError('the consumer is closed', { definite: true })
    this.closing ??= within(GOODBYE_US, this.consumer.disconnect())
      .catch(() => {})
      .then(() => this.client.cut())
    return this.closing
  }

  private listen(): void {
    const { consumer } = this
    const { CRASH, REBALANCING, GROUP_JOIN, START_BATCH_PROCESS } = consumer.events
    consumer.on(CRASH, ({ payload }) => this.end(readError(payload.error)))
    consumer.on(REBALANCING, () =>
      this.end(new CallError('the group rebalances', { definite: true })),
    )
    consumer.on(GROUP_JOIN, () => {
      this.joins++
      if (this.joins > 1)
        this.end(new CallError('the member had to join its group again', { definite: true }))
    })
    // What holds no record (the end of a transaction, an aborted one) is told as this event only.
    consumer.on(START_BATCH_PROCESS, ({ payload }) => {
      const { topic, partition, firstOffset, lastOffset, batchSize } = payload
      if (this.over || batchSize > 0 || firstOffset === null) return
      const next = Number(lastOffset) + 1
      this.setting.onFetched({ topic, partition, first: Number(firstOffset), next, records: [] })
    })
  }

  private end(why: CallError): void {
    if (this.over) return
    this.over = why
    this.setting.onEnd(why)
    // Whoever closes the feed waits for this very closing.
    void this.close()
  }

  private async take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    if (this.over) return
    const { topic, partition, messages } = batch
    const last = messages.at(-1)
    if (!last) return
    this.setting.onFetched({
      topic,
      partition,
      first: Number(batch.firstOffset()),
      next: Number(batch.lastOffset()) + 1,
      records: messages.map(({ offset, value, timestamp }) => ({
        offset: Number(offset),
        value: value ?? Buffer.alloc(0),
        stampMs: Number(timestamp),
      })),
    })
    resolveOffset(last.offset)
    while (!this.over && !(await this.setting.room(this.setting.sessionTimeoutMs / 6)))
      await heartbeat()
  }
}

const NO_DATA = Buffer.alloc(0)

/** The way to say which partition a member gets: kafkajs lets the group's leader, which is we, assign them. */
const assigning =
  ({ topic, partition }: { topic: string; partition: number }): PartitionAssigner =>
  () => ({
    name: 'one-partition',
    version: 1,
    protocol: ({ topics }) => ({
      name: 'one-partition',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 1, topics, userData: NO_DATA }),
    }),
    assign: async ({ members }) =>
      members.map(({ memberId }) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: 1,
          assignment: { [topic]: [partition] },
          userData: NO_DATA,
        }),
      })),
  })
