import { randomUUID } from 'node:crypto'
import type { Change } from '../../model/point.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import { decodeChange } from './change-codec.ts'
import { pause } from './host-clock.ts'
import { Desk, type Dial, edgesOf, placeOf, presence } from './kafka-client.ts'
import { type Feed, type Fetched, openFeed, type Place } from './kafka-feed.ts'

export type Tapped = {
  topic: string
  partition: number
  offset: number
  change: Change
  /** Time stamp of the record, in ms since 1970. */
  stampMs: number
  /** When the tap had it, a little after it was readable. */
  tUs: Us
}

type TapSetting = Dial & {
  topics: readonly string[]
  now(): Us
  onRecord(record: Tapped): void
  /** Retention took records: the first offset still held, per partition. */
  onTruncated?(topic: string, firsts: number[]): void
}

const SESSION_MS = 3_000
/** Between two looks while topics are missing or no feed is open, and between two once all are followed. */
const LOOK_US: Us = 500_000
const CALM_LOOK_US: Us = 5 * SECOND
const ASK_US: Us = 5 * SECOND
const FIRST_LOOK_US: Us = 20 * SECOND

/**
 * Watches topics of a log from their first record on without being part of the system: it never commits, comes back
 * whenever the broker does, and takes up topics within about a second of their creation. Every offset is reported
 * once, in order per partition; that retention took records is seen within about five seconds. Settles when it follows
 * all topics there are; rejects with a CallError if the broker has not let it within 20 s.
 */
export async function openTap(setting: TapSetting): Promise<{ close(): Promise<void> }> {
  const tap = new Tap(setting)
  const untilMs = performance.now() + FIRST_LOOK_US / 1000
  for (;;) {
    try {
      await tap.look()
      break
    } catch (error) {
      if (error instanceof CallError && performance.now() < untilMs) {
        await pause(LOOK_US)
        continue
      }
      await tap.close()
      throw error
    }
  }
  const following = tap.follow()
  return {
    close: async () => {
      await tap.close()
      await following
    },
  }
}

class Tap {
  private readonly desk: Desk
  private readonly next = new Map<string, Place>()
  private readonly firsts = new Map<string, string>()
  private feed: Feed | null = null
  private followed: readonly string[] = []
  private closed = false

  private readonly setting: TapSetting

  constructor(setting: TapSetting) {
    this.setting = setting
    this.desk = new Desk(setting)
  }

  /** Looks for topics and at what is left of them, and follows those that exist. */
  async look(): Promise<void> {
    const { topics } = this.setting
    const { present } = await this.desk.ask(ASK_US, (admin) => presence(admin, topics))
    await this.lookForTruncation(present)
    if (present.length > this.followed.length || (this.feed === null && present.length > 0))
      await this.attach(present)
  }

  async follow(): Promise<void> {
    for (let lookedMs = performance.now(); !this.closed; ) {
      await pause(LOOK_US)
      if (this.closed) return
      if (this.calm && performance.now() - lookedMs < CALM_LOOK_US / MS) continue
      lookedMs = performance.now()
      try {
        await this.look()
      } catch (error) {
        // A broker that is away is looked for again.
        if (!(error instanceof CallError)) throw error
      }
    }
  }

  async close(): Promise<void> {
    this.closed = true
    await this.feed?.close()
    await this.desk.close()
  }

  /** It follows all there is to follow. Each look asks the broker three questions a topic, which are not free. */
  private get calm(): boolean {
    return this.feed !== null && this.followed.length === this.setting.topics.length
  }

  private async attach(topics: readonly string[]): Promise<void> {
    const { address, clientId, onLog } = this.setting
    const former = this.feed
    let over = false
    const feed: Feed = await openFeed({
      ...{ address, clientId, onLog, topics, sessionTimeoutMs: SESSION_MS },
      // A group of its own each time: it need not wait until an old member is given up.
      group: `faultline-tap-${randomUUID()}`,
      from: [...this.next.values()],
      onFetched: (fetched) => this.take(fetched),
      room: async () => true,
      onEnd: () => {
        over = true
        if (this.feed === feed) this.feed = null
      },
    })
    this.followed = topics
    // The former one went on until now: no record waits for the change, and none is reported twice.
    await former?.close()
    if (this.closed) await feed.close()
    else if (!over) this.feed = feed
  }

  private take({ topic, partition, next, records }: Fetched): void {
    const tUs = this.setting.now()
    const place = placeOf(topic, partition)
    const from = this.next.get(place)?.offset ?? 0
    try {
      for (const { offset, value, stampMs } of records) {
        if (offset < from) continue
        const change = decodeChange(value)
        this.setting.onRecord({ topic, partition, offset, change, stampMs, tUs })
      }
    } catch (error) {
      // A bug, ours or the listener's: kafkajs would take it for a bad fetch and try again for ever.
      setImmediate(() => {
        throw error
      })
    }
    if (next > from) this.next.set(place, { topic, partition, offset: next })
  }

  private async lookForTruncation(topics: readonly string[]): Promise<void> {
    const { onTruncated } = this.setting
    if (!onTruncated) return
    for (const topic of topics) {
      const edges = await this.desk.ask(ASK_US, (admin) => edgesOf(admin, topic))
      const firsts = edges.map(({ first }) => first)
      const known = this.firsts.get(topic) ?? edges.map(() => 0).join()
      this.firsts.set(topic, firsts.join())
      if (firsts.join() !== known) onTruncated(topic, firsts)
    }
  }
}
