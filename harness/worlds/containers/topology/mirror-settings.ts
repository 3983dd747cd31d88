import { brokerPorts, type Layout, type RegionPlace } from './layout.ts'
import { mirrorLink } from './server-settings.ts'
import type { ServerSetting } from './setting.ts'

/** The record that proves a flow goes through this topic, which nothing else reads or writes. */
export const readinessTopic = 'faultline-readiness'
/** Topic of the harness's own probes during a run; mirrored like those of the system. */
const canaryTopic = 'canary'

/** Topics on every broker that are mirrored to all others. */
export const mirroredTopics = (topics: readonly string[]): string[] => [
  ...new Set([...topics, canaryTopic, readinessTopic]),
]

/** MirrorMaker's name for the copy. */
export const copyOf = (source: string, topic: string): string => `${source}.${topic}`

type Settings = Record<string, string | number | boolean>

export const mirrorFile = '/tmp/mirror.properties'

/**
 * MirrorMaker of one target region, pulling from all others. Settings of its worker must carry the target's name:
 * without it they are silently ignored.
 */
export function mirrorProperties(
  layout: Layout,
  target: RegionPlace,
  topics: readonly string[],
  { mirror }: ServerSetting,
): string {
  const sources = layout.regions.filter(({ name }) => name !== target.name)
  const to = target.name
  const settings: Settings = {
    clusters: [to, ...sources.map(({ name }) => name)].join(', '),
    [`${to}.bootstrap.servers`]: `${target.kafka}:${brokerPorts.internal}`,
    ...Object.assign({}, ...sources.map((source) => fromSource(layout, source, target, topics))),
    ...everywhere,
    ...prefixed(to, {
      ...worker,
      'offset.flush.interval.ms': mirror.flushMs,
      ...(mirror.delivery === 'exactly-once' && exactlyOnce),
    }),
    ...(mirror.delivery === 'exactly-once' && internalRest),
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')
}

function fromSource(
  layout: Layout,
  source: RegionPlace,
  target: RegionPlace,
  topics: readonly string[],
): Settings {
  const link = mirrorLink(layout, target, source)
  return {
    [`${source.name}.bootstrap.servers`]: `${link?.host}:${link?.port}`,
    [`${source.name}->${target.name}.enabled`]: true,
    [`${source.name}->${target.name}.topics`]: mirroredTopics(topics).join(', '),
    // After a cut it must not wait long before it tries again.
    ...prefixed(`${source.name}.consumer`, {
      'reconnect.backoff.max.ms': 500,
      'metadata.max.age.ms': 5000,
    }),
    ...prefixed(`${source.name}.admin`, { 'reconnect.backoff.max.ms': 500 }),
  }
}

const everywhere = {
  'replication.factor': 1,
  'offset-syncs.topic.replication.factor': 1,
  'checkpoints.topic.replication.factor': 1,
  'heartbeats.topic.replication.factor': 1,
  'config.storage.replication.factor': 1,
  'offset.storage.replication.factor': 1,
  'status.storage.replication.factor': 1,
  'refresh.topics.interval.seconds': 5,
  'refresh.groups.enabled': false,
  'sync.topic.acls.enabled': false,
  'emit.checkpoints.enabled': false,
  'emit.heartbeats.enabled': false,
  'offset-syncs.topic.location': 'target',
  'plugin.discovery': 'service_load',
}

const worker = {
  'fetch.max.wait.ms': 5000,
  'plugin.discovery': 'service_load',
  'offset.storage.partitions': 1,
  'status.storage.partitions': 1,
  // A worker that was killed is forgotten after this long, and its successor does not wait any longer.
  'session.timeout.ms': 3000,
  'heartbeat.interval.ms': 1000,
  'scheduled.rebalance.max.delay.ms': 0,
}

/** Without the short transaction timeout a restart can hang for a minute on the dead task's transaction. */
const exactlyOnce = {
  'exactly.once.source.support': 'enabled',
  'producer.transaction.timeout.ms': 4000,
}

const internalRest = {
  'dedicated.mode.enable.internal.rest': true,
  listeners: 'http://127.0.0.1:8083',
}

function prefixed(prefix: string, settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`${prefix}.${key}`, value]),
  )
}
