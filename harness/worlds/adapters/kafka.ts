import type { Change, Row } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Consumer, Edges, EventLog, LogRecord } from '../../ports/log.ts'
import type { Call } from '../../ports/store.ts'
import { encodeChange } from './change-codec.ts'
import { pause, within } from './host-clock.ts'
import {
  committedOf,
  Desk,
  type Dial,
  edgesOf,
  noTopics,
  placeOf,
  presence,
} from './kafka-client.ts'
import { type Gap, Member } from './kafka-member.ts'
import { openProducer, type ProducerMode, type Producing } from './kafka-producer.ts'
import { readRange } from './kafka-reader.ts'

export type KafkaSetting = Dial & {
  vectorOf(row: Row): Float32Array
  /** Of every topic: commits are reported for all of them. */
  partitions: number
  /** `concurrentSends`: of an idempotent producer, which loses records that way when a broker stalls. */
  producer: { mode: ProducerMode; concurrentSends: boolean }
  /** The same for all incarnations of an agent, so that a new one ends what the old one left open; else the clientId. */
  transactionalId?: string
  /** How long a member that was killed stays in its group. The broker must allow it. */
  sessionTimeoutMs?: number
  /** A group committed: next offset per partition. */
  onCommit?(group: string, topic: string, offsets: number[]): void
  /** Retention took records before the group had read them. */
  onGap?(gap: Gap): void
}

export type KafkaLog = EventLog & { close(): Promise<void> }

const SESSION_MS = 3_000
/** A member that was killed holds a join up for its session; then there is the join itself. */
const JOIN_WITHIN_US: Us = 15 * SECOND
const JOIN_AGAIN_US: Us = 200_000
const ASK_US: Us = 5 * SECOND
/** How often a member asks for topics of its group that did not exist when it joined. */
const LOOK_AGAIN_US: Us = SECOND

/** A region's log on one broker. Nothing is dialled before the first call, so opening never fails. */
export async function openKafka(setting: KafkaSetting): Promise<KafkaLog> {
  return new BrokerLog(setting)
}

class BrokerLog implements KafkaLog {
  private readonly desk: Desk
  private readonly producer: Producing
  private readonly members = new Map<string, Member>()
  /** What goes on that no caller waits for, and what failed of it. */
  private readonly behind = new Set<Promise<void>>()
  private readonly failures: unknown[] = []
  private closed = false

  private readonly setting: KafkaSetting

  constructor(setting: KafkaSetting) {
    this.setting = setting
    const { address, clientId, onLog, producer, transactionalId = clientId } = setting
    this.desk = new Desk({ address, clientId, onLog })
    this.producer = openProducer({ address, clientId, onLog, ...producer, transactionalId })
  }

  async append(topic: string, changes: readonly Change[], call: Call): Promise<void> {
    if (changes.length === 0) return
    const messages = changes.map((change) => encodeChange(change, this.setting.vectorOf))
    await this.producer.append(topic, messages, call.deadlineUs)
  }

  /**
   * Rejects with a definite CallError if there is no member within 15 s. Topics that do not exist yet are not waited
   * for, if one does; the member ends as soon as another of them appears.
   */
  async join(group: string, topics: readonly string[]): Promise<Consumer> {
    await this.members.get(group)?.close()
    const untilMs = performance.now() + JOIN_WITHIN_US / 1000
    for (;;) {
      try {
        return await this.joinOnce(group, topics)
      } catch (error) {
        const over = this.closed || performance.now() > untilMs
        if (!(error instanceof CallError) || over) throw error
        await pause(JOIN_AGAIN_US)
      }
    }
  }

  /** An offset that retention has taken begins with the first one held: the records' offsets tell. */
  async read(
    topic: string,
    partition: number,
    offset: number,
    max: number,
    call: Call,
  ): Promise<LogRecord[]> {
    const untilMs = performance.now() + call.deadlineUs / 1000
    const edges = (await this.edges(topic, call))[partition]
    if (!edges) throw new CallError(`no partition ${partition} of ${topic}`, { definite: true })
    const start = Math.max(offset, edges.first)
    if (start >= edges.next || max <= 0) return []
    const { address, clientId, onLog } = this.setting
    const range = { topic, partition, offset: start, end: edges.next, max }
    const reading = readRange({ address, clientId, onLog }, range)
    try {
      return await within((untilMs - performance.now()) * 1000, reading.records)
    } finally {
      this.tidy(reading)
    }
  }

  edges(topic: string, call: Call): Promise<Edges> {
    return this.desk.ask(call.deadlineUs, (admin) => edgesOf(admin, topic))
  }

  async close(): Promise<void> {
    this.closed = true
    await Promise.all([...this.members.values()].map((member) => member.close()))
    await Promise.all(this.behind)
    await Promise.all([this.producer.close(), this.desk.close()])
    if (this.failures.length > 0) throw this.failures[0]
  }

  private async joinOnce(group: string, topics: readonly string[]): Promise<Member> {
    if (this.closed) throw new CallError('the log was closed', { definite: true })
    const { address, clientId, onLog, onGap, sessionTimeoutMs = SESSION_MS } = this.setting
    const { present, missing } = await this.desk.ask(ASK_US, (admin) => presence(admin, topics))
    if (present.length === 0) throw noTopics(missing)
    const member = await Member.join({
      ...{ address, clientId, onLog, group, topics: present, sessionTimeoutMs },
      onCommitted: (topic, next) => this.report(group, topic, next),
      onGap: (gap) => onGap?.(gap),
    })
    this.members.set(group, member)
    try {
      member.begin(await this.startOf(group, present))
      if (this.closed) throw new CallError('the log was closed', { definite: true })
    } catch (error) {
      await member.close()
      throw error
    }
    if (missing.length > 0) this.joinAtClose(this.watch(member, missing))
    return member
  }

  /** Where the group stands, and what is still there of what it wants, by place. */
  private startOf(group: string, topics: readonly string[]) {
    return this.desk.ask(ASK_US, async (admin) => {
      const committed = await committedOf(admin, group, topics)
      const edges = await Promise.all(topics.map((topic) => edgesOf(admin, topic)))
      return new Map(
        topics.flatMap((topic, t) =>
          (edges[t] ?? []).map(({ first }, partition) => {
            const place = placeOf(topic, partition)
            return [place, { first, committed: committed.get(place) }] as const
          }),
        ),
      )
    })
  }

  private async watch(member: Member, missing: readonly string[]): Promise<void> {
    while (!member.ended) {
      await pause(LOOK_AGAIN_US)
      if (member.ended) return
      const asked = this.desk.ask(ASK_US, (admin) => presence(admin, missing))
      const { present } = await asked.catch(() => ({ present: [] }))
      if (present.length > 0)
        member.end(
          new CallError(`topic ${present.join(', ')} appeared: join again`, { definite: true }),
        )
    }
  }

  /** Work that goes on behind the caller's back; what fails of it is told when the log is closed. */
  private joinAtClose(work: Promise<unknown>): void {
    const watched = work.then(
      () => {
        this.behind.delete(watched)
      },
      (error) => {
        this.failures.push(error)
      },
    )
    this.behind.add(watched)
  }

  private report(group: string, topic: string, next: ReadonlyMap<number, number>): void {
    const { partitions, onCommit } = this.setting
    onCommit?.(
      group,
      topic,
      Array.from({ length: partitions }, (_, partition) => next.get(partition) ?? 0),
    )
  }

  /** The reader leaves behind the caller's back; its group is removed, or the broker does so in a while. */
  private tidy({ stop, group }: ReturnType<typeof readRange>): void {
    const tidying = stop().then(() => this.desk.ask(ASK_US, (admin) => admin.deleteGroups([group])))
    this.joinAtClose(tidying.catch(() => {}))
  }
}
