import { createServer } from 'node:net'
import { expect } from 'vitest'
import { BASE_STAMP, type Change } from '../../harness/model/point.ts'
import { type KafkaSetting, openKafka } from '../../harness/worlds/adapters/kafka.ts'
import { brokerReady, createTopics } from '../../harness/worlds/adapters/kafka-admin.ts'
import type { Address } from '../../harness/worlds/adapters/message-wire.ts'
import { dockerClient } from '../../harness/worlds/images/docker.ts'
import { imageFor } from '../../harness/worlds/images/image-list.ts'

const docker = dockerClient({ timeoutMs: 60_000 })
const READY_WITHIN_MS = 60_000

/** One broker of a test file, with the settings of a run. Its port stays the same over kill and start. */
export type TestBroker = {
  address: Address
  /** Creates topics of `partitions` partitions and settles when they can be written to. */
  topics(names: readonly string[], partitions?: number, retentionMs?: number): Promise<void>
  open(setting?: Partial<KafkaSetting>): ReturnType<typeof openKafka>
  kill(): Promise<void>
  start(): Promise<void>
  pause(): Promise<void>
  unpause(): Promise<void>
  ready(): Promise<void>
  stop(): Promise<void>
}

export async function startKafka(name: string): Promise<TestBroker> {
  const address = { host: '127.0.0.1', port: await freePort() }
  const { image, profile } = imageFor('kafka', 'built')
  const id = await run(
    ...['run', '--detach', '--label', `faultline.test=${name}-${process.pid}`],
    ...['--publish', `127.0.0.1:${address.port}:9092`],
    ...Object.entries({ ...profile.env, ...settings }).flatMap(([key, value]) => [
      '--env',
      `${key}=${value}`,
    ]),
    image,
    ...(profile.commands['server'] ?? []),
  )
  const command = async (...args: string[]) => {
    await run(...args, id)
  }
  const broker = {
    address,
    topics: (names: readonly string[], partitions = 4, retentionMs?: number) =>
      createTopics(
        address,
        names.map((topic) => ({ name: topic, partitions, retentionMs })),
        READY_WITHIN_MS,
      ),
    open: (setting: Partial<KafkaSetting> = {}) =>
      openKafka({
        address,
        clientId: `${name}-${process.pid}`,
        vectorOf: () => vector,
        partitions: 4,
        producer: { mode: 'at-least-once', concurrentSends: true },
        ...setting,
      }),
    kill: () => command('kill'),
    start: () => command('start'),
    pause: () => command('pause'),
    unpause: () => command('unpause'),
    ready: () => brokerReady(address, READY_WITHIN_MS, `the broker of ${name}`),
    stop: () => command('rm', '--force', '--volumes'),
  }
  try {
    await broker.ready()
  } catch (error) {
    await broker.stop()
    throw error
  }
  return broker
}

const vector = Float32Array.from({ length: 384 }, (_, i) => i / 512)

const settings = {
  CLUSTER_ID: 'ZmF1bHRsaW5lLWJyb2tlcg',
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:9093',
  KAFKA_LISTENERS: 'HOST://0.0.0.0:9092,OWN://127.0.0.1:9094,CONTROLLER://127.0.0.1:9093',
  // Nobody can dial HOST as it is told here: clients must go by the address they were given. A broker dials its own
  // listener for transactions, so that one must be right.
  KAFKA_ADVERTISED_LISTENERS: 'HOST://broker.invalid:1,OWN://127.0.0.1:9094',
  KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'HOST:PLAINTEXT,OWN:PLAINTEXT,CONTROLLER:PLAINTEXT',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'OWN',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '4',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  KAFKA_BROKER_SESSION_TIMEOUT_MS: '2000',
  KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: '500',
  KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: '500',
  KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS: '500',
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

async function run(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await docker(args)
  expect({ command: args.join(' '), code, stderr: code === 0 ? '' : stderr }).toMatchObject({
    code: 0,
  })
  return stdout.trim()
}

export const change = (id: number, write: number): Change => ({
  id,
  row: 1,
  write,
  stamp: BASE_STAMP,
  deleted: false,
  origin: 'us',
})

/** Asks until the answer is as wanted, at most `limitMs`; the last answer is in the message. */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => T | Promise<T>,
  wanted: (got: T) => boolean,
): Promise<T> {
  const started = performance.now()
  for (;;) {
    const got = await ask()
    if (wanted(got)) return got
    if (performance.now() - started > limitMs)
      throw new Error(`${what}: not within ${limitMs} ms; the last answer was ${String(got)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
