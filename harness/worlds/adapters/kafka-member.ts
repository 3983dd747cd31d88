import type { Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Consumer, LogRecord } from '../../ports/log.ts'
import { decodeChange } from './change-codec.ts'
import { placeOf } from './kafka-client.ts'
import { type Feed, type FeedSetting, type Fetched, openFeed, type Place } from './kafka-feed.ts'

/** Offsets that a group wanted to read and that retention has taken: from `from` up to, not including, `to`. */
export type Gap = { group: string; topic: string; partition: number; from: number; to: number }

type MemberSetting = Pick<
  FeedSetting,
  'address' | 'clientId' | 'onLog' | 'group' | 'topics' | 'sessionTimeoutMs'
> & {
  onCommitted(topic: string, next: ReadonlyMap<number, number>): void
  onGap(gap: Gap): void
}

/** What is fetched and not polled yet, of one partition. `next` of an entry: where to go on after it. */
type Waiting = {
  topic: string
  partition: number
  entries: { offset: number; value: Buffer; next: number }[]
}

/** Fetching stops while this many records wait for a poll. */
const HELD_MAX = 2_000

/** One member of a group, turned from push to pull. After its end every call rejects: join again. */
export class Member implements Consumer {
  private feed: Feed | null = null
  private over: CallError | null = null
  private readonly waiting = new Map<string, Waiting>()
  /** By place: behind what was fetched, behind what was polled, and what is committed. */
  private readonly fetched = new Map<string, number>()
  private readonly polled = new Map<string, Place>()
  private readonly committed = new Map<string, number>()
  private held = 0
  private readonly wakers = new Set<() => void>()

  private readonly setting: MemberSetting

  private constructor(setting: MemberSetting) {
    this.setting = setting
  }

  /** Rejects with a definite CallError if it cannot join now. The feed is Kafka's unless a test brings its own. */
  static async join(setting: MemberSetting, open: typeof openFeed = openFeed): Promise<Member> {
    const member = new Member(setting)
    member.feed = await open({
      ...setting,
      onFetched: (fetched) => member.hold(fetched),
      room: (withinMs) => member.room(withinMs),
      onEnd: (why) => member.end(why),
    })
    return member
  }

  /** Tells where the group stood when this member joined, and what of that is gone. */
  begin(start: ReadonlyMap<string, { committed: number | undefined; first: number }>): void {
    for (const [place, { committed, first }] of start) {
      this.committed.set(place, committed ?? first)
      const slash = place.lastIndexOf('/')
      if (committed !== undefined && committed < first)
        this.gap(place.slice(0, slash), Number(place.slice(slash + 1)), committed, first)
    }
  }

  get ended(): boolean {
    return this.over !== null
  }

  async poll(max: number, waitUs: Us): Promise<LogRecord[]> {
    if (this.over) throw this.over
    if (this.held === 0 && waitUs > 0) await this.woken(waitUs / 1000, () => this.held > 0)
    if (this.over) throw this.over
    return this.taken(max)
  }

  async commit(): Promise<void> {
    if (this.over) throw this.over
    const places = [...this.polled].filter(
      ([place, { offset }]) => this.committed.get(place) !== offset,
    )
    if (places.length === 0) return
    await (this.feed as Feed).commit(places.map(([, place]) => place))
    for (const [place, { offset }] of places) this.committed.set(place, offset)
    for (const topic of new Set(places.map(([, place]) => place.topic)))
      this.setting.onCommitted(topic, this.committedOf(topic))
  }

  /** The member rejects from now on, and leaves its group. */
  end(why: CallError): void {
    this.over ??= why
    this.wake()
    // Whoever closes the member waits for this very closing.
    void this.feed?.close()
  }

  async close(): Promise<void> {
    this.end(new CallError('the consumer is closed', { definite: true }))
    await this.feed?.close()
  }

  private committedOf(topic: string): Map<number, number> {
    const prefix = placeOf(topic, 0).slice(0, -1)
    return new Map(
      [...this.committed]
        .filter(([place]) => place.startsWith(prefix))
        .map(([place, next]) => [Number(place.slice(prefix.length)), next]),
    )
  }

  private hold({ topic, partition, first, next, records }: Fetched): void {
    const place = placeOf(topic, partition)
    const expected = this.fetched.get(place)
    if (expected !== undefined && expected < first) this.gap(topic, partition, expected, first)
    this.fetched.set(place, next)
    const queue = this.waiting.get(place) ?? { topic, partition, entries: [] }
    this.waiting.set(place, queue)
    records.forEach(({ offset, value }, i) => {
      const follower = records[i + 1]
      queue.entries.push({ offset, value, next: follower ? offset + 1 : next })
    })
    // Offsets without records are passed with the last record before them, or at once.
    const last = queue.entries.at(-1)
    if (last) last.next = next
    else this.polled.set(place, { topic, partition, offset: next })
    this.held += records.length
    if (this.held > 0) this.wake()
  }

  /** Every partition gets its share of `max`, so that a long backlog in one does not starve the others. */
  private taken(max: number): LogRecord[] {
    const queues = [...this.waiting].filter(([, { entries }]) => entries.length > 0)
    const share = Math.ceil(max / Math.max(1, queues.length))
    const records: LogRecord[] = []
    for (const [place, queue] of queues) {
      const { topic, partition } = queue
      const part = queue.entries.splice(0, Math.min(share, max - records.length))
      for (const { offset, value } of part)
        records.push({ topic, partition, offset, change: decodeChange(value) })
      const last = part.at(-1)
      if (last) this.polled.set(place, { topic, partition, offset: last.next })
      // To the end of the line: who got little now is early next time.
      this.waiting.delete(place)
      this.waiting.set(place, queue)
    }
    this.held -= records.length
    if (records.length > 0) this.wake()
    return records
  }

  private room(withinMs: number): Promise<boolean> {
    return this.woken(withinMs, () => this.held < HELD_MAX)
  }

  /** Settles when `when` holds or the member has ended (true), or after `ms` (false). */
  private woken(ms: number, when: () => boolean): Promise<boolean> {
    if (this.over || when()) return Promise.resolve(true)
    return new Promise((resolve) => {
      const settle = (value: boolean): void => {
        clearTimeout(timer)
        this.wakers.delete(look)
        resolve(value)
      }
      const look = (): void => {
        if (this.over || when()) settle(true)
      }
      const timer = setTimeout(() => settle(false), ms)
      this.wakers.add(look)
    })
  }

  private wake(): void {
    for (const look of [...this.wakers]) look()
  }

  private gap(topic: string, partition: number, from: number, to: number): void {
    this.setting.onGap({ group: this.setting.group, topic, partition, from, to })
  }
}
