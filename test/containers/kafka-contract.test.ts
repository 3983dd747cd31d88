import { afterAll, beforeAll, describe } from 'vitest'
import type { EventLog } from '../../harness/ports/log.ts'
import { HostClock, regionClock } from '../../harness/worlds/adapters/host-clock.ts'
import type { ProducerMode } from '../../harness/worlds/adapters/kafka-producer.ts'
import { RegionTime } from '../../harness/worlds/region-time.ts'
import { eventLogContract } from '../contract/event-log.ts'
import { startKafka, type TestBroker } from './kafka-broker.ts'

const clock = regionClock(new RegionTime(new HostClock()))
/** A transactional producer's log holds the ends of transactions too, so its offsets have gaps: kafka.test.ts. */
const modes: ProducerMode[] = ['at-least-once', 'idempotent']

/** The suite takes an empty poll of 50 ms for the end; a broker's first fetch may take longer on a busy machine. */
const LEAST_WAIT_US = 500_000

describe.runIf(process.env['FAULTLINE_REQUIRE_DOCKER'] === '1')('a real broker', () => {
  let broker: TestBroker
  let opened = 0

  beforeAll(async () => {
    broker = await startKafka('kafka-contract')
  }, 90_000)

  afterAll(async () => {
    await broker?.stop()
  }, 60_000)

  for (const mode of modes)
    eventLogContract(`kafka, ${mode}`, async () => {
      const prefix = `c${opened++}-`
      await broker.topics([`${prefix}t`])
      const log = await broker.open({ producer: { mode, concurrentSends: false } })
      return {
        log: prefixed(log, prefix),
        clock,
        partitions: 4,
        drive: (work) => work.finally(() => log.close()),
      }
    })
})

/** The suite's topics and groups have one name: every test gets its own. */
function prefixed(log: EventLog, prefix: string): EventLog {
  return {
    append: (topic, changes, call) => log.append(prefix + topic, changes, call),
    join: async (group, topics) => {
      const names = topics.map((topic) => prefix + topic)
      const consumer = await log.join(prefix + group, names)
      return {
        poll: (max, waitUs) => consumer.poll(max, Math.max(waitUs, LEAST_WAIT_US)),
        commit: () => consumer.commit(),
      }
    },
    read: (topic, partition, offset, max, call) =>
      log.read(prefix + topic, partition, offset, max, call),
    edges: (topic, call) => log.edges(prefix + topic, call),
  }
}
