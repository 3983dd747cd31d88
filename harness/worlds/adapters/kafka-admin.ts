import { randomInt } from 'node:crypto'
import { BASE_STAMP, type Change, NO_ROW } from '../../model/point.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { openKafka } from './kafka.ts'
import { committedOf, Desk, edgesOf, placeOf, presence } from './kafka-client.ts'
import type { Address } from './message-wire.ts'
import { Waiting } from './server-waiting.ts'

type TopicSetting = { name: string; partitions: number; retentionMs?: number }

/** Committed and next offset of a group in one partition: the difference is its lag in records. */
type PartitionLag = { topic: string; partition: number; committed: number; next: number }

const CLIENT = 'faultline-admin'
const CALL_US: Us = 5 * SECOND
/** The probe records of `brokerReady`; no mirror carries it. */
const READY_TOPIC = 'faultline-ready'
const HINT = 'Try: the log of the broker; is the port published, and does it listen there?'

/**
 * Creates what is not there yet, and settles when every topic can be written to. Topics that are there stay as they
 * are. Rejects after `withinMs` with the last answer.
 */
export async function createTopics(
  address: Address,
  topics: readonly TopicSetting[],
  withinMs: number,
): Promise<void> {
  const waiting = new Waiting(`Kafka at ${address.host}:${address.port}`, withinMs, HINT)
  await withDesk(address, (desk) =>
    waiting.until(`topics ${topics.map(({ name }) => name).join(', ')} are there`, async () => {
      const lacking = await desk.ask(waiting.leftUs(CALL_US), async (admin) => {
        const names = topics.map(({ name }) => name)
        const { missing } = await presence(admin, names)
        const wanted = topics.filter(({ name }) => missing.includes(name)).map(asKafkaWants)
        if (wanted.length > 0) await admin.createTopics({ topics: wanted, waitForLeaders: true })
        // A topic that was just created has no leader at first: this answers only where all have one.
        for (const name of names) await edgesOf(admin, name)
        return (await presence(admin, names)).missing
      })
      return { done: lacking.length === 0, saw: `no ${lacking.join(', ')}` }
    }),
  )
}

function asKafkaWants({ name, partitions, retentionMs }: TopicSetting) {
  return {
    topic: name,
    numPartitions: partitions,
    replicationFactor: 1,
    configEntries: [
      { name: 'message.timestamp.type', value: 'LogAppendTime' },
      { name: 'retention.ms', value: String(retentionMs ?? -1) },
      // Only closed segments are ever removed.
      ...(retentionMs === undefined
        ? []
        : [{ name: 'segment.ms', value: String(Math.max(1_000, Math.ceil(retentionMs / 4))) }]),
    ],
  }
}

/**
 * Settles once the broker has answered an admin call, taken a record and handed it out again: the path every append
 * and every consumer takes. Rejects after `withinMs` with an Error naming `who`, what was waited for, how long, and
 * the last answer.
 */
export async function brokerReady(address: Address, withinMs: number, who: string): Promise<void> {
  const waiting = new Waiting(who, withinMs, HINT)
  await withDesk(address, (desk) =>
    waiting.until('it answers an admin call', async () => {
      const { brokers } = await desk.ask(waiting.leftUs(CALL_US), (admin) =>
        admin.describeCluster(),
      )
      return { done: brokers.length === 1, saw: `${brokers.length} brokers` }
    }),
  )
  await createTopics(
    address,
    [{ name: READY_TOPIC, partitions: 1 }],
    waiting.leftUs(60 * SECOND) / 1000,
  )
  const log = await openKafka({
    address,
    clientId: CLIENT,
    vectorOf: () => new Float32Array(0),
    partitions: 1,
    producer: { mode: 'at-least-once', concurrentSends: true },
  })
  try {
    await waiting.until('a probe record comes back', async () => {
      const call = { op: 0, deadlineUs: waiting.leftUs(CALL_US) }
      const probe = probeChange(randomInt(2 ** 47))
      const before = (await log.edges(READY_TOPIC, call))[0]?.next ?? 0
      await log.append(READY_TOPIC, [probe], call)
      const read = await log.read(READY_TOPIC, 0, before, 100, call)
      return {
        done: read.some(({ change }) => change.id === probe.id),
        saw: `${read.length} records`,
      }
    })
  } finally {
    await log.close()
  }
}

const probeChange = (id: number): Change => ({
  id,
  row: NO_ROW,
  write: 0,
  stamp: BASE_STAMP,
  deleted: true,
  origin: '',
})

/**
 * The group's own figure, for every partition of the topics that exist. A group that never committed begins with the
 * first record held: that stands as `committed`. Rejects with a CallError.
 */
export const groupLag = (
  address: Address,
  group: string,
  topics: readonly string[],
): Promise<PartitionLag[]> =>
  withDesk(address, (desk) =>
    desk.ask(CALL_US, async (admin) => {
      const { present } = await presence(admin, topics)
      if (present.length === 0) return []
      const committed = await committedOf(admin, group, present)
      const lags = present.map(async (topic) =>
        (await edgesOf(admin, topic)).map(({ first, next }, partition) => ({
          topic,
          partition,
          committed: committed.get(placeOf(topic, partition)) ?? first,
          next,
        })),
      )
      return (await Promise.all(lags)).flat()
    }),
  )

async function withDesk<T>(address: Address, work: (desk: Desk) => Promise<T>): Promise<T> {
  const desk = new Desk({ address, clientId: CLIENT })
  try {
    return await work(desk)
  } finally {
    await desk.close()
  }
}
