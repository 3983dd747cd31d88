import { randomUUID } from 'node:crypto'
import { CallError } from '../../ports/errors.ts'
import type { LogRecord } from '../../ports/log.ts'
import { decodeChange } from './change-codec.ts'
import type { Dial } from './kafka-client.ts'
import { type Feed, type Fetched, openFeed } from './kafka-feed.ts'

/** Records from `offset` on, at most `max` of them and none at or after `end`, which must exist. */
type Range = { topic: string; partition: number; offset: number; end: number; max: number }

const SESSION_MS = 3_000

/**
 * Reads a range of one partition. kafkajs fetches only for members of groups: this one is in a group of its own that
 * ends with it and never commits. `stop` leaves it, whether or not `records` has settled; the caller bounds the time.
 */
export function readRange(
  dial: Dial,
  range: Range,
): { records: Promise<LogRecord[]>; stop: () => Promise<void>; group: string } {
  const group = `faultline-read-${randomUUID()}`
  const gathering = new Gathering(range)
  const feed = openFeed({
    ...dial,
    group,
    topics: [range.topic],
    sessionTimeoutMs: SESSION_MS,
    only: { topic: range.topic, partition: range.partition },
    from: [range],
    onFetched: (fetched) => gathering.take(fetched),
    room: async () => true,
    onEnd: (why) => gathering.fail(why),
  })
  feed.catch((error: CallError) => gathering.fail(error))
  const stop = async () => {
    gathering.fail(new CallError('reading was given up', { definite: true }))
    const open: Feed | null = await feed.catch(() => null)
    await open?.close()
  }
  const records = gathering.all.then((all) =>
    all.map(({ offset, value }) => ({
      topic: range.topic,
      partition: range.partition,
      offset,
      change: decodeChange(value),
    })),
  )
  return { records, stop, group }
}

class Gathering {
  readonly all: Promise<Fetched['records']>
  private readonly records: Fetched['records'] = []
  private next: number
  private settle: (records: Fetched['records']) => void = () => {}
  private reject: (why: CallError) => void = () => {}

  private readonly range: Range

  constructor(range: Range) {
    this.range = range
    this.next = range.offset
    this.all = new Promise((resolve, reject) => {
      this.settle = resolve
      this.reject = reject
    })
  }

  take({ next, records }: Fetched): void {
    const { end, max } = this.range
    for (const record of records) {
      const { offset } = record
      if (offset < this.next || offset >= end || this.records.length === max) continue
      this.records.push(record)
      this.next = offset + 1
    }
    this.next = Math.max(this.next, next)
    if (this.records.length === max || next >= end) this.settle(this.records)
  }

  fail(why: CallError): void {
    this.reject(why)
  }
}
