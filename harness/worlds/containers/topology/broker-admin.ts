import { connect } from 'node:net'
import { type Admin, Kafka, logLevel } from 'kafkajs'
import type { Address } from '../../adapters/message-wire.ts'

const CONNECT_MS = 2_000
const REQUEST_MS = 10_000

/** A client of one broker, dialled at one address whatever it advertises; nothing is tried twice inside. */
const clientAt = (address: Address): Kafka =>
  new Kafka({
    clientId: 'faultline-topology',
    brokers: [`${address.host}:${address.port}`],
    socketFactory: ({ onConnect }) => connect({ ...address, noDelay: true }, onConnect),
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry: { retries: 0 },
    logLevel: logLevel.NOTHING,
  })

async function withAdmin<T>(address: Address, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = clientAt(address).admin()
  try {
    await admin.connect()
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** Where the broker says it can be reached, asked through the listener behind `address`: "10.1.2.3:9200". */
export const advertisedAt = (address: Address): Promise<string> =>
  withAdmin(address, async (admin) => {
    const { brokers } = await admin.describeCluster()
    return brokers.map(({ host, port }) => `${host}:${port}`).join(', ')
  })

type TopicSetting = { partitions: number; retentionMs?: number }

/** Creates what is not there yet; topics that are there stay as they are. */
export const ensureTopics = (
  address: Address,
  topics: readonly string[],
  { partitions, retentionMs }: TopicSetting,
): Promise<void> =>
  withAdmin(address, async (admin) => {
    const there = await admin.listTopics()
    const configEntries = [
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
      ...(retentionMs === undefined
        ? [{ name: 'retention.ms', value: '-1' }]
        : [{ name: 'retention.ms', value: String(retentionMs) }]),
    ]
    const missing = topics.filter((topic) => !there.includes(topic))
    if (missing.length === 0) return
    await admin.createTopics({
      topics: missing.map((topic) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: 1,
        configEntries,
      })),
      waitForLeaders: true,
    })
  })

/** Appends one record, acknowledged. */
export async function appendOne(address: Address, topic: string, value: string): Promise<void> {
  const producer = clientAt(address).producer({ createPartitioner: () => () => 0 })
  try {
    await producer.connect()
    await producer.send({ topic, acks: -1, messages: [{ value }] })
  } finally {
    await producer.disconnect()
  }
}

/** Which of `copies` are not there yet, and which of `filled` hold no committed record yet. */
export const lacking = (
  address: Address,
  copies: readonly string[],
  filled: readonly string[],
): Promise<string[]> =>
  withAdmin(address, async (admin) => {
    const there = new Set(await admin.listTopics())
    const absent = copies.filter((topic) => !there.has(topic))
    const empty = filled
      .filter((topic) => there.has(topic))
      .map(async (topic) => {
        const ends = await admin.fetchTopicOffsets(topic)
        return ends.some(({ high }) => Number(high) > 0) ? [] : [`a record in ${topic}`]
      })
    return [...absent, ...(await Promise.all(empty)).flat()]
  })
