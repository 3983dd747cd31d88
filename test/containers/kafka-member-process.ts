import { openKafka } from '../../harness/worlds/adapters/kafka.ts'

/** A process that joins a group, reads what is there, says so, and stays a member until it is killed. */
const [port, group = '', topic = ''] = process.argv.slice(2)
const log = await openKafka({
  address: { host: '127.0.0.1', port: Number(port) },
  clientId: `member-${process.pid}`,
  vectorOf: () => new Float32Array(0),
  partitions: 4,
  producer: { mode: 'at-least-once', concurrentSends: true },
})
const consumer = await log.join(group, [topic])
const records = await consumer.poll(1_000, 5_000_000)
process.send?.({ polled: records.length })
setInterval(() => {}, 1_000)
