import { connect, type Socket } from 'node:net'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import type { Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import { within } from './host-clock.ts'
import { answerOf, readError } from './kafka-errors.ts'
import type { Address } from './message-wire.ts'
import './kafka-request-queue.ts'

/** Who dials which broker. kafkajs' own log goes to `onLog`, or nowhere. */
export type Dial = {
  address: Address
  clientId: string
  onLog?: (line: string) => void
}

/** Kafka's numbers of the requests that change something. */
const PRODUCE = 0
const END_TRANSACTION = 26

const CONNECT_MS = 2_000
const KEEP_ALIVE_MS = 60_000

/**
 * A kafkajs client of one broker and the sockets it uses. It dials one address whatever the broker advertises, tries
 * nothing twice by itself, counts what it sends, and can be cut off for good: kafkajs alone can neither be told to
 * give up, nor does it close a connection that has stopped answering.
 */
export class KafkaClient {
  readonly kafka: Kafka
  private readonly sockets = new Set<Socket>()
  private readonly sent = new Map<number, number>()
  private isCut = false

  private readonly dial: Dial

  constructor(dial: Dial, requestTimeoutMs: number) {
    this.dial = dial
    const { address, clientId, onLog } = dial
    this.kafka = new Kafka({
      clientId,
      brokers: [`${address.host}:${address.port}`],
      connectionTimeout: CONNECT_MS,
      requestTimeout: requestTimeoutMs,
      retry: { retries: 0 },
      socketFactory: ({ onConnect }) => this.open(onConnect),
      logLevel: onLog ? logLevel.WARN : logLevel.NOTHING,
      logCreator:
        () =>
        ({ label, namespace, log }) =>
          onLog?.(`${label} ${namespace}: ${log.message}`),
    })
  }

  /** How many requests to append records were written to a connection so far. */
  get produces(): number {
    return this.sent.get(PRODUCE) ?? 0
  }

  /** How many requests to end a transaction were written to a connection so far. */
  get transactionEnds(): number {
    return this.sent.get(END_TRANSACTION) ?? 0
  }

  /** It was cut off. */
  get over(): boolean {
    return this.isCut
  }

  /** Ends all connections at once and lets no other be opened: whatever was not sent never will be. */
  cut(): void {
    this.isCut = true
    // With an error: kafkajs listens for errors and polite ends only, and would wait for answers for ever.
    for (const socket of this.sockets) socket.destroy(new Error('cut off'))
  }

  private open(onConnect: () => void): Socket {
    // kafkajs takes what a factory throws for a failed connection.
    if (this.isCut) throw new Error('cut off')
    const socket = connect({ ...this.dial.address, noDelay: true }, onConnect)
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    this.sockets.add(socket)
    socket.once('close', () => this.sockets.delete(socket))
    const write = socket.write.bind(socket) as (...parts: unknown[]) => boolean
    socket.write = (...parts: unknown[]) => {
      this.note(parts[0])
      return write(...parts)
    }
    return socket
  }

  /** kafkajs writes one request at a time: its size in four bytes, then its number in two. */
  private note(request: unknown): void {
    if (!Buffer.isBuffer(request) || request.length < 6) return
    const number = request.readInt16BE(4)
    this.sent.set(number, (this.sent.get(number) ?? 0) + 1)
  }
}

const ASK_MS = 10_000
const GOODBYE_US: Us = 1_000_000

/** Questions to a broker over one connection, which is opened when it is first needed and again after it failed. */
export class Desk {
  private open: { client: KafkaClient; admin: Admin; ready: Promise<void> } | null = null

  private readonly dial: Dial

  constructor(dial: Dial) {
    this.dial = dial
  }

  /** Rejects with a DeadlineError after `withinUs`, else with a definite CallError. */
  async ask<T>(withinUs: Us, question: (admin: Admin) => Promise<T>): Promise<T> {
    this.open ??= this.connect()
    const { open } = this
    try {
      return await within(
        withinUs,
        open.ready.then(() => question(open.admin)),
      )
    } catch (error) {
      // A broker that answers "no" is well; after anything else the next one who asks dials anew.
      if (answerOf(error) === undefined) this.drop(open)
      throw readError(error)
    }
  }

  async close(): Promise<void> {
    const { open } = this
    if (!open) return
    await within(GOODBYE_US, open.admin.disconnect()).catch(() => {})
    this.drop(open)
  }

  private connect() {
    const client = new KafkaClient(this.dial, ASK_MS)
    const admin = client.kafka.admin()
    const ready = admin.connect()
    // Whoever asks is told; one that gave up before must not leave a rejection behind that nobody sees.
    ready.catch(() => {})
    return { client, admin, ready }
  }

  private drop(open: NonNullable<Desk['open']>): void {
    open.client.cut()
    if (this.open === open) this.open = null
  }
}

/** One topic as a broker holds it, per partition: the first offset still there and the next one to be written. */
export async function edgesOf(
  admin: Admin,
  topic: string,
): Promise<{ first: number; next: number }[]> {
  const partitions = await admin.fetchTopicOffsets(topic)
  return partitions
    .map(({ partition, low, high }) => ({ partition, first: Number(low), next: Number(high) }))
    .sort((a, b) => a.partition - b.partition)
    .map(({ first, next }) => ({ first, next }))
}

/** Which of `topics` exist, and which do not (mirrors make their copies late). */
export async function presence(
  admin: Admin,
  topics: readonly string[],
): Promise<{ present: string[]; missing: string[] }> {
  const there = new Set(await admin.listTopics())
  return {
    present: topics.filter((topic) => there.has(topic)),
    missing: topics.filter((topic) => !there.has(topic)),
  }
}

/** Committed next offsets of a group by topic and partition; absent where it has committed none. */
export async function committedOf(
  admin: Admin,
  group: string,
  topics: readonly string[],
): Promise<Map<string, number>> {
  const offsets = await admin.fetchOffsets({ groupId: group, topics: [...topics] })
  return new Map(
    offsets.flatMap(({ topic, partitions }) =>
      partitions
        // Negative: none; kafkajs also commits -2 where retention took what a group had committed.
        .filter(({ offset }) => Number(offset) >= 0)
        .map(({ partition, offset }) => [placeOf(topic, partition), Number(offset)] as const),
    ),
  )
}

/** A partition of a topic as the key of a map. */
export const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`

/** A broker that has no such topic (yet). */
export const noTopics = (topics: readonly string[]): CallError =>
  new CallError(`no topic ${topics.join(', ')} on this broker yet`, { definite: true })
