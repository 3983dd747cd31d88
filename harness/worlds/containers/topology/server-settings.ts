import type { StoreKind } from '../../../model/plan.ts'
import { clockNotFaked } from './errors.ts'
import { brokerPorts, type Layout, linkListener, loopback, type RegionPlace } from './layout.ts'
import type { ServerImage, ServerSetting } from './setting.ts'

/** A session longer than this is meant to outlive a freeze: the coordinator's patience must grow with it. */
const DEFAULT_SESSION_SEC = 30

/** Where a broker under libfaketime finds how far its clock is moved: a folder that the harness writes to. */
export const clockFolder = '/faultline/clock'
export const clockFile = 'offset'

export const milvusEnvironment = (
  { profile }: ServerImage,
  { tickMs, sessionTtlSec }: ServerSetting,
): Record<string, string> => ({
  ...profile.env,
  PROXY_TIMETICKINTERVAL: String(tickMs),
  COMMON_SESSION_TTL: String(sessionTtlSec),
  ...(sessionTtlSec > DEFAULT_SESSION_SEC && {
    QUERYCOORD_HEARTBEATAVAILABLEINTERVAL: String(sessionTtlSec * 1000),
  }),
})

/** An agent's pool for each region, the harness's own, and some for people who look. */
const POSTGRES_CONNECTIONS = 300

/** What a store is started with: its environment, and the words of its command. */
export function storeProgram(
  kind: StoreKind,
  image: ServerImage,
  setting: ServerSetting,
): { environment: Record<string, string>; words: string[] } {
  const words = image.profile.commands['server'] ?? []
  if (kind === 'milvus') return { environment: milvusEnvironment(image, setting), words }
  return {
    environment: image.profile.env,
    words: [...words, '-c', `max_connections=${POSTGRES_CONNECTIONS}`],
  }
}

/**
 * A broker's settings: one listener for its own network, one for the host, and one for each remote region, advertised
 * as the link's address in that region. Throws an EnvironmentError where its clock should move and the image cannot.
 */
export function brokerEnvironment(
  { image, profile }: ServerImage,
  layout: Layout,
  region: RegionPlace,
  { kafkaClock }: ServerSetting,
): Record<string, string> {
  if (kafkaClock && profile.libc !== 'glibc') throw clockNotFaked(image)
  const listeners = [
    { name: 'HOST', port: profile.ports['broker'], at: `${loopback}:${region.ports.kafka}` },
    {
      name: 'INTERNAL',
      port: brokerPorts.internal,
      at: `${region.kafka}:${brokerPorts.internal}`,
    },
    ...layout.regions.flatMap((client, i) => {
      const link = mirrorLink(layout, client, region)
      if (!link) return []
      return [
        { name: listenerName(client), port: linkListener(i), at: `${link.host}:${link.port}` },
      ]
    }),
  ]
  const controller = `${loopback}:${brokerPorts.controller}`
  return {
    ...profile.env,
    ...fixedBrokerSettings,
    KAFKA_CONTROLLER_QUORUM_VOTERS: `1@${controller}`,
    KAFKA_LISTENERS: [
      ...listeners.map(({ name, port }) => `${name}://0.0.0.0:${port}`),
      `CONTROLLER://${controller}`,
    ].join(','),
    KAFKA_ADVERTISED_LISTENERS: listeners.map(({ name, at }) => `${name}://${at}`).join(','),
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: [...listeners.map(({ name }) => name), 'CONTROLLER']
      .map((name) => `${name}:PLAINTEXT`)
      .join(','),
    ...(kafkaClock && fakeClock),
  }
}

const listenerName = ({ name }: RegionPlace): string =>
  `FROM_${name.toUpperCase().replaceAll('-', '_')}`

/** Where MirrorMaker of `client` reaches the broker of `server`. */
export const mirrorLink = (layout: Layout, client: RegionPlace, server: RegionPlace) =>
  layout.proxies.find(
    (proxy) =>
      proxy.path === 'mirror' && proxy.client === client.name && proxy.server === server.name,
  )?.dial

const fixedBrokerSettings = {
  CLUSTER_ID: 'ZmF1bHRsaW5lLWJyb2tlcg',
  KAFKA_NODE_ID: '1',
  KAFKA_PROCESS_ROLES: 'broker,controller',
  KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
  KAFKA_INTER_BROKER_LISTENER_NAME: 'INTERNAL',
  KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS: '4',
  KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
  KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
  KAFKA_TRANSACTION_STATE_LOG_NUM_PARTITIONS: '4',
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
  KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
  KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  // A member that was killed leaves its group no later than this allows.
  KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
  KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
  // After a kill the broker comes back as soon as its old session is over.
  KAFKA_BROKER_SESSION_TIMEOUT_MS: '2000',
  KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: '500',
  KAFKA_TRANSACTION_ABORT_TIMED_OUT_TRANSACTION_CLEANUP_INTERVAL_MS: '500',
  KAFKA_LOG_RETENTION_CHECK_INTERVAL_MS: '1000',
}

/** Only the wall clock moves: timers of the JVM go by the monotonic one. */
const fakeClock = {
  LD_PRELOAD: '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
  FAKETIME_TIMESTAMP_FILE: `${clockFolder}/${clockFile}`,
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
  DONT_FAKE_MONOTONIC: '1',
  FAKETIME_FORCE_MONOTONIC_FIX: '0',
  FAKETIME_DISABLE_SHM: '1',
  FAKETIME_NO_CACHE: '1',
}
