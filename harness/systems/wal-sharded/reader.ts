import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { Consumer, EventLog, LogRecord } from '../../ports/log.ts'
import type { Durable, Journal, Stop } from '../../ports/system.ts'
import type { WalApplier } from './applier.ts'
import type { Confirmations } from './confirmations.ts'
import type { WalPositions } from './positions.ts'

const GROUP = 'applier'
const POLL: { max: number; waitUs: Us } = { max: 512, waitUs: 100 * MS }
const RETRY_US: Us = 300 * MS
/** How long what was read may stay uncommitted before reading waits for the appliers. */
const COMMIT_US: Us = 5 * SECOND
/** Changes read and not applied, at most. */
const AHEAD = 20_000
/** After a start so many records of a copy are read again, only to know them. */
const RECALLED = 20_000

type Reading = {
  region: RegionName
  regions: readonly RegionName[]
  topic: string
  clock: Clock
  log: EventLog
  durable: Durable
  journal: Journal
  positions: ReadonlyMap<RegionName, WalPositions>
  applier: WalApplier
  /** Whom to tell which records stand in this region's log; null: no acknowledgement waits for that. */
  confirmations: Confirmations | null
}

/**
 * Reads a region's log, its own topic and the copies of the others, as fast as records come, and commits only what is
 * applied: whenever nothing waits, and otherwise every few seconds by a short pause. Behind a lane that is far behind
 * it does not pause: then a crash repeats more.
 */
export class WalReader {
  private consumer: Consumer | null = null
  private readonly topics: readonly string[]
  /** Next offset of each partition as read, and as committed, by topic. */
  private readonly read: Record<string, number[]> = {}
  private committed: Record<string, number[]> = {}
  private committedUs: Us = 0
  private dirty = false

  private readonly reading: Reading

  constructor(reading: Reading) {
    this.reading = reading
    const { region, regions, topic } = reading
    this.topics = regions.map((other) => (other === region ? topic : `${other}.${topic}`))
  }

  async run(stop: Stop): Promise<void> {
    await Promise.all([this.follow(stop), this.showLag(stop)])
  }

  private async follow(stop: Stop): Promise<void> {
    const { clock, log } = this.reading
    await this.recall(stop)
    while (!stop.fired) {
      try {
        this.consumer ??= await log.join(GROUP, this.topics)
        await this.commitIfDue(stop)
        const records = await this.consumer.poll(POLL.max, POLL.waitUs)
        if (records.length === 0) continue
        for (const record of records) this.take(record)
        this.dirty = true
        this.reading.confirmations?.stand(records)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await clock.sleep(RETRY_US)
      }
    }
  }

  /**
   * Records in this region's log that the group has not committed: what its operator sees as lag. What mirrors have not
   * copied yet is not in it, nor what is applied and not searchable.
   */
  private async showLag(stop: Stop): Promise<void> {
    const { clock, log, journal } = this.reading
    while (!stop.fired) {
      await clock.sleep(SECOND)
      try {
        let lag = 0
        for (const topic of this.topics) {
          const edges = await log.edges(topic, { op: 0, deadlineUs: SECOND })
          for (const [p, { next }] of edges.entries())
            lag += next - (this.committed[topic]?.[p] ?? 0)
        }
        journal.figure('consumer-offset-lag', lag)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
    }
  }

  private originOf(topic: string): RegionName {
    return this.reading.regions[this.topics.indexOf(topic)] as RegionName
  }

  private take({ topic, partition, offset, change }: LogRecord): void {
    const origin = this.originOf(topic)
    const positions = this.reading.positions.get(origin) as WalPositions
    const own = origin === this.reading.region
    const place = own
      ? { offset, again: positions.taken(partition, change.write, offset) }
      : positions.copied(partition, change.write)
    this.note(topic, partition, offset + 1)
    const { applier, journal } = this.reading
    if (place.again) journal.skipped(change.write, change.id, 'again')
    else applier.take(change, { origin, partition, offset: place.offset })
  }

  private note(topic: string, partition: number, next: number): void {
    const offsets = this.read[topic] ?? []
    while (offsets.length <= partition) offsets.push(0)
    offsets[partition] = next
    this.read[topic] = offsets
  }

  private async commitIfDue(stop: Stop): Promise<void> {
    const { clock, applier } = this.reading
    while (applier.backlog().waiting >= AHEAD && !stop.fired) await clock.sleep(100 * MS)
    if (!this.dirty) return
    const late = clock.elapsed() - this.committedUs >= COMMIT_US
    while (late && mayCatchUp(applier.backlog()) && !stop.fired) await clock.sleep(5 * MS)
    if (applier.backlog().waiting > 0) return
    await this.consumer?.commit()
    this.dirty = false
    this.committedUs = clock.elapsed()
    await this.save()
  }

  /** How far each copy was read, and which offset of the origin's log that was: after the commit, never ahead of it. */
  private async save(): Promise<void> {
    const { durable, positions, region } = this.reading
    for (const [topic, offsets] of Object.entries(this.read))
      for (const [p, offset] of offsets.entries()) {
        if (this.committed[topic]?.[p] === offset) continue
        const origin = this.originOf(topic)
        const source = origin === region ? offset : positions.get(origin)?.copiedTo(p)
        if (source === undefined) continue
        await durable.save(`copy ${topic}/${p}`, offset)
        await durable.save(`source ${topic}/${p}`, source)
      }
    this.committed = Object.fromEntries(
      Object.entries(this.read).map(([topic, offsets]) => [topic, [...offsets]]),
    )
  }

  /** What an incarnation before had come to; the last records of each copy are read again, to know them if they come again. */
  private async recall(stop: Stop): Promise<void> {
    const { clock, durable, log, region } = this.reading
    for (const topic of this.topics)
      for (let p = 0; !stop.fired; p++) {
        const offset = await durable.load(`copy ${topic}/${p}`)
        const source = await durable.load(`source ${topic}/${p}`)
        if (offset === undefined || source === undefined) break
        this.note(topic, p, offset)
        this.committed[topic] = [...(this.read[topic] as number[])]
        const positions = this.reading.positions.get(this.originOf(topic)) as WalPositions
        positions.resume(p, source)
        if (this.originOf(topic) === region) continue
        for (const [write, at] of await recalled({ log, clock, topic, p, offset, source }, stop))
          positions.recall(write, at)
      }
  }
}

/** Whether what waits is so little in every lane that a short pause lets it through. */
const mayCatchUp = ({ waiting, deepest }: ReturnType<WalApplier['backlog']>): boolean =>
  waiting > 0 && deepest <= POLL.max / 16

type Recall = {
  log: EventLog
  clock: Clock
  topic: string
  p: number
  offset: number
  source: number
}

/** Writes of the records before `offset` and which offsets of the origin's log they were, counted back from `source`. */
async function recalled(
  { log, clock, topic, p, offset, source }: Recall,
  stop: Stop,
): Promise<Map<number, number>> {
  const found = new Map<number, number>()
  let next = 0
  for (let at = Math.max(0, offset - RECALLED); at < offset && !stop.fired; ) {
    try {
      const records = await log.read(topic, p, at, offset - at, { op: 0, deadlineUs: 10 * SECOND })
      for (const { change } of records) {
        const known = found.get(change.write)
        if (known === undefined) found.set(change.write, next)
        next = (known ?? next) + 1
      }
      at = (records.at(-1)?.offset ?? offset) + 1
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      await clock.sleep(RETRY_US)
    }
  }
  const shift = source - next
  return new Map([...found].map(([write, at]) => [write, at + shift]))
}
