import { type Message, Partitioners, type Producer } from 'kafkajs'
import type { Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import { pause, within } from './host-clock.ts'
import { type Dial, KafkaClient } from './kafka-client.ts'
import { answerOf, rootOf, writeError } from './kafka-errors.ts'

export type ProducerMode = 'at-least-once' | 'idempotent' | 'transactional'

type ProducerSetting = Dial & {
  mode: ProducerMode
  /** Sends of an idempotent producer side by side: only to show what kafkajs loses that way. */
  concurrentSends: boolean
  transactionalId: string
}

/** Appends records to topics, acknowledged by all replicas; rejects with a CallError. */
export interface Producing {
  append(topic: string, messages: Message[], deadlineUs: Us): Promise<void>
  close(): Promise<void>
}

/** After this kafkajs takes a request for lost. Callers' deadlines are usually shorter. */
const REQUEST_MS = 10_000
/** Shorter where the loss is to be shown: it begins when kafkajs gives a request up that the broker still takes. */
const UNSAFE_REQUEST_MS = 3_000
/** How long an open transaction of a dead producer may hold up readers of committed records. */
const TRANSACTION_MS = 5_000
/** The markers of a transaction are written after its end was acknowledged; the next one waits for them. */
const AGAIN_US: Us = 10_000
const GOODBYE_US: Us = 2_000_000
/**
 * An idempotent producer of kafkajs must be allowed to send again; the broker knows a repeated request by its
 * sequence number. More often than any deadline allows, and few enough to end once the client is cut off.
 */
const REPEATS = { retries: 5, initialRetryTime: 100, maxRetryTime: 1_000 }

/** A producer that connects when it is first used. */
export const openProducer = (setting: ProducerSetting): Producing =>
  setting.mode === 'at-least-once' || (setting.mode === 'idempotent' && setting.concurrentSends)
    ? new Concurrent(setting)
    : new Serial(setting)

type Line = { client: KafkaClient; producer: Producer; ready: Promise<void>; connected: boolean }

function openLine(setting: ProducerSetting): Line {
  const unsafe = setting.mode === 'idempotent' && setting.concurrentSends
  const client = new KafkaClient(setting, unsafe ? UNSAFE_REQUEST_MS : REQUEST_MS)
  const producer = client.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
    ...(setting.mode === 'idempotent' && { idempotent: true, retry: REPEATS }),
    ...(setting.mode === 'idempotent' && !unsafe && { maxInFlightRequests: 1 }),
    ...(setting.mode === 'transactional' && {
      transactionalId: setting.transactionalId,
      transactionTimeout: TRANSACTION_MS,
      maxInFlightRequests: 1,
    }),
  })
  const line = { client, producer, ready: producer.connect(), connected: false }
  line.ready.then(
    () => {
      line.connected = true
    },
    () => {},
  )
  return line
}

async function closeLine({ client, producer, connected }: Line): Promise<void> {
  // kafkajs waits for what is still unanswered.
  if (connected) await within(GOODBYE_US, producer.disconnect()).catch(() => {})
  client.cut()
}

/** Sends side by side over one connection. A send that is late is left to itself: it may still arrive. */
class Concurrent implements Producing {
  private line: Line | null = null

  private readonly setting: ProducerSetting

  constructor(setting: ProducerSetting) {
    this.setting = setting
  }

  async append(topic: string, messages: Message[], deadlineUs: Us): Promise<void> {
    this.line ??= this.connect()
    const { line } = this
    const before = line.client.produces
    let handed = false
    let late = false
    const sending = line.ready.then(() => {
      if (late) throw new Error('too late')
      handed = true
      return line.producer.send({ topic, messages, acks: -1 })
    })
    try {
      await within(deadlineUs, sending)
    } catch (error) {
      late = true
      // Once handed over it may be sent at any time, and requests of others count as ours: both err towards "unknown".
      if (handed && error instanceof CallError) throw error
      const requests = handed ? line.client.produces - before : 0
      throw writeError(error, { requests, single: messages.length === 1 })
    }
  }

  async close(): Promise<void> {
    if (this.line) await closeLine(this.line)
  }

  private connect(): Line {
    const line = openLine(this.setting)
    line.ready.catch(() => {
      line.client.cut()
      if (this.line === line) this.line = null
    })
    return line
  }
}

/**
 * Sends one append at a time. After a failure the client is cut off and the next append begins with a new one: kafkajs
 * gives the sequence number of a request whose answer it missed to the *next* request, which the broker then
 * acknowledges as a repetition and drops; and a transaction whose end failed cannot be left otherwise.
 */
class Serial implements Producing {
  private line: Line | null = null
  private busy = false
  private waiting: (() => void)[] = []

  private readonly setting: ProducerSetting

  constructor(setting: ProducerSetting) {
    this.setting = setting
  }

  async append(topic: string, messages: Message[], deadlineUs: Us): Promise<void> {
    const untilMs = performance.now() + deadlineUs / 1000
    await this.turn(deadlineUs)
    try {
      await this.send(topic, messages, (untilMs - performance.now()) * 1000)
    } finally {
      this.pass()
    }
  }

  async close(): Promise<void> {
    if (this.line) await closeLine(this.line)
  }

  private async send(topic: string, messages: Message[], leftUs: Us): Promise<void> {
    this.line ??= openLine(this.setting)
    const { line } = this
    const transactional = this.setting.mode === 'transactional'
    // Records of a transaction that nobody asked to commit are never seen.
    const decisive = () => (transactional ? line.client.transactionEnds : line.client.produces)
    const before = decisive()
    const work = transactional ? transact : sendPlain
    try {
      await within(
        leftUs,
        line.ready.then(() => work(line, topic, messages)),
      )
    } catch (error) {
      line.client.cut()
      this.line = null
      const single = messages.length === 1 && !transactional
      throw writeError(error, { requests: decisive() - before, single })
    }
  }

  private async turn(deadlineUs: Us): Promise<void> {
    if (!this.busy) {
      this.busy = true
      return
    }
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(() => {
        this.waiting = this.waiting.filter((other) => other !== go)
        reject(new CallError('nothing was sent: deadline', { definite: true }))
      }, deadlineUs / 1000)
      this.waiting.push(go)
    })
  }

  private pass(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.busy = false
  }
}

async function sendPlain({ producer }: Line, topic: string, messages: Message[]): Promise<void> {
  await producer.send({ topic, messages, acks: -1 })
}

async function transact(line: Line, topic: string, messages: Message[]): Promise<void> {
  const { client, producer } = line
  const transaction = await patiently(client, () => producer.transaction())
  await patiently(client, () => transaction.send({ topic, messages, acks: -1 }))
  await transaction.commit()
}

/** What a coordinator answers while it is being made, or is still busy with the transaction before. */
const notYet = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
])

/** Repeats what comes before the records are sent, for as long as the client is not cut off. */
async function patiently<T>(client: KafkaClient, work: () => Promise<T>): Promise<T> {
  const before = client.produces
  for (;;) {
    try {
      return await work()
    } catch (error) {
      // kafkajs swallows what a broker answers to the search for a coordinator.
      const noCoordinator = rootOf(error).name === 'KafkaJSGroupCoordinatorNotFound'
      const again = noCoordinator || notYet.has(answerOf(error) ?? '')
      if (!again || client.over || client.produces > before) throw error
      await pause(AGAIN_US)
    }
  }
}
