import type { Rng } from '../../base/rng.ts'
import type { MirrorPolicy, Plan } from '../../model/plan.ts'
import { type Change, changeBytes } from '../../model/point.ts'
import type { Profile } from '../../model/profile.ts'
import type { RecordEvent } from '../../model/record.ts'
import { FETCH_DEADLINE_US, PARTITION_BYTES } from '../../model/transport.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { LogRecord } from '../../ports/log.ts'
import { Downs } from './downs.ts'
import type { Batch, SimLog } from './log.ts'
import { Process } from './process.ts'
import { PROBE_TOPIC } from './region.ts'
import { serviceUs } from './station.ts'
import type { Timeline } from './timeline.ts'
import { batchesOf, byPartition, type Positions } from './topics.ts'
import type { Answer, Wire } from './wire.ts'

const FETCH_BYTES = 120

/** What a mirror needs from around it. */
type MirrorSetting = {
  timeline: Timeline
  rng: Rng
  wire: Wire
  from: RegionName
  to: RegionName
  topics: readonly string[]
  source: SimLog
  target: SimLog
  profile: Profile['mirror']
  delivery: Plan['mirror']['delivery']
  flushUs: Us
  policy?: MirrorPolicy
  dim: number
  emit: (event: RecordEvent) => void
}

/**
 * Topic that a mirror writes the copy of `topic` of region `from` to: after the region, or, where names are kept, the
 * same. Probe records are copied after the region always: those of the harness must never go round.
 */
export const copyName = (
  from: RegionName,
  topic: string,
  policy: MirrorPolicy = 'default',
): string => (policy === 'identity' && topic !== PROBE_TOPIC ? topic : `${from}.${topic}`)

/**
 * MirrorMaker 2 for one directed pair, living in the target region: it *pulls* from the source log over the
 * link, one fetch ahead of what it produces, keeps partitions, and remembers how far it got only at every
 * flush. Killed and started again it goes on from the last flush: duplicates, never holes. Where delivery is exactly
 * once, a batch and how far it got become known in one transaction.
 */
export class Mirror {
  private process = new Process()
  private readonly downs = new Downs()
  private flushed: Positions[]
  private life: Life | null = null
  private lives = 0
  /** Counts the logs there have been: what was fetched from one that is gone says nothing of the next. */
  private logs = 0

  readonly setting: MirrorSetting

  constructor(setting: MirrorSetting) {
    this.setting = setting
    this.flushed = setting.topics.map((topic) => setting.source.position('', topic))
  }

  start(): void {
    const { timeline } = this.setting
    this.process = new Process()
    const positions = this.flushed.map((offsets) => [...offsets])
    const acked = this.flushed.map((offsets) => [...offsets])
    this.note('start')
    this.note('resumed', positions.flat())
    const { process } = this
    const life = { count: this.lives++, process, positions, acked, produced: Promise.resolve() }
    this.life = life
    timeline.wake()
    this.pull(life).catch(timeline.fail)
    if (this.setting.delivery === 'at-least-once') this.flush(life).catch(timeline.fail)
  }

  kill(): void {
    this.downs.add()
    this.process.kill()
    this.note('kill')
  }

  restart(): void {
    const { timeline, profile } = this.setting
    timeline.after(profile.restartUs, () => this.downs.end() && this.start())
  }

  /** Gives what ends it. */
  pause(): () => void {
    const { process } = this
    process.pause()
    this.note('pause')
    return () => {
      process.resume()
      this.note('resume')
    }
  }

  /** The task dies and nobody says so: the process goes on answering whoever asks how it is. */
  stall(): void {
    this.process.kill()
  }

  /** Somebody has started the task again; not if the whole process was, meanwhile. */
  unstall(): void {
    if (this.process.dead && this.downs.none) this.start()
  }

  /** One of the two logs was lost, and with it what the offsets so far mean. */
  startOver(): void {
    this.logs++
    const known = [this.flushed, ...(this.life ? [this.life.positions, this.life.acked] : [])]
    for (const topics of known) for (const offsets of topics) offsets.fill(0)
  }

  private async pull(life: Life): Promise<never> {
    const { setting } = this
    const once = setting.delivery === 'exactly-once'
    for (;;) {
      let records: LogRecord[]
      const { logs } = this
      try {
        records = await this.fetch(life)
      } catch {
        await this.sleep(life.process, setting.profile.reconnectUs)
        continue
      }
      if (records.length === 0) continue
      if (logs === this.logs) this.advance(life, records)
      const before = life.produced
      for (const batch of batchesOf(records, setting.profile.batch))
        life.produced = life.produced.then(() =>
          once ? this.commit(life, batch, logs) : this.produce(life, batch, logs),
        )
      // A backlog must come in large transactions: each of them waits for its commit.
      if (once) await before
    }
  }

  private fetch(life: Life): Promise<LogRecord[]> {
    const { wire, from, to, source, topics, profile, dim } = this.setting
    const sizeOf = (change: Change) => changeBytes(change, dim)
    const portion = { bytes: PARTITION_BYTES, sizeOf }
    const request = { topics, positions: life.positions, portion, waitUs: profile.maxWaitUs }
    return wire.exchange<LogRecord[]>({
      caller: life.process,
      from: to,
      to: from,
      channel: `mirror ${life.count}`,
      service: 'mirror',
      bytes: FETCH_BYTES,
      deadlineUs: FETCH_DEADLINE_US,
      serve: (answer) => source.poll(request, sizeOf, answer),
    })
  }

  private advance(life: Life, records: readonly LogRecord[]): void {
    const { topics } = this.setting
    for (const { topic, partition, offset } of records) {
      const positions = life.positions[topics.indexOf(topic)] as Positions
      const expected = positions[partition] as number
      if (offset > expected) this.note('skipped', [partition, expected, offset])
      positions[partition] = offset + 1
    }
  }

  /** Writes a batch to the copies, again and again until the local log takes it; order per partition is kept. */
  private async produce(life: Life, records: readonly LogRecord[], logs: number): Promise<void> {
    const { profile, rng, topics } = this.setting
    await this.sleep(life.process, serviceUs(profile.process, rng))
    for (const [topic, partition, part] of byPartition(records)) {
      while (!(await this.append(life, topic, partition, part)))
        await this.sleep(life.process, profile.reconnectUs)
      if (logs !== this.logs) continue
      const acked = life.acked[topics.indexOf(topic)] as Positions
      acked[partition] = (part.at(-1) as LogRecord).offset + 1
    }
  }

  /** Writes a batch as one transaction, again and again until the local log takes it. */
  private async commit(life: Life, records: readonly LogRecord[], logs: number): Promise<void> {
    const { process, commitUs } = this.setting.profile
    await this.sleep(life.process, serviceUs(process, this.setting.rng) + commitUs)
    const { target } = this.setting
    while (
      !(await this.send(life, (answer) => target.transact(() => this.take(records, logs), answer)))
    )
      await this.sleep(life.process, this.setting.profile.reconnectUs)
  }

  /** What of a batch is not in the target yet; it counts as there from now on. */
  private take(records: readonly LogRecord[], logs: number): Batch[] {
    const { from, topics, policy } = this.setting
    const flushed = ({ topic }: LogRecord) => this.flushed[topics.indexOf(topic)] as Positions
    const isKnown = (record: LogRecord) =>
      logs === this.logs && record.offset < (flushed(record)[record.partition] ?? 0)
    const fresh = records.filter((record) => !isKnown(record))
    if (logs === this.logs)
      for (const record of fresh) flushed(record)[record.partition] = record.offset + 1
    return byPartition(fresh).map(([topic, partition, part]) => ({
      topic: copyName(from, topic, policy),
      partition,
      changes: part.map(({ change }) => change),
      from,
    }))
  }

  private append(
    life: Life,
    topic: string,
    partition: number,
    records: readonly LogRecord[],
  ): Promise<boolean> {
    const { from, target, policy } = this.setting
    const changes = records.map(({ change }) => change)
    return this.send(life, (answer) =>
      target.append(copyName(from, topic, policy), changes, answer, { from, partition }),
    )
  }

  /** A call to the local log; whether it was answered well. */
  private send(life: Life, serve: (answer: Answer<void>) => void): Promise<boolean> {
    const { wire, to } = this.setting
    const party = { caller: life.process, from: to, to, channel: 'mirror', service: 'log' } as const
    const call = { ...party, bytes: 0, deadlineUs: FETCH_DEADLINE_US, serve }
    return wire.exchange<void>(call).then(
      () => true,
      () => false,
    )
  }

  private async flush(life: Life): Promise<never> {
    for (;;) {
      await this.sleep(life.process, this.setting.flushUs)
      this.flushed = life.acked.map((offsets) => [...offsets])
    }
  }

  private sleep(process: Process, us: Us): Promise<void> {
    const { timeline } = this.setting
    return new Promise((resolve) => {
      timeline.after(us, () =>
        process.run(() => {
          timeline.wake()
          resolve()
        }),
      )
    })
  }

  private note(
    what: 'start' | 'kill' | 'pause' | 'resume' | 'resumed' | 'skipped',
    offsets?: number[],
  ): void {
    const { timeline, from, to, emit } = this.setting
    emit({ type: 'mirror', t: timeline.now(), from, to, what, ...(offsets && { offsets }) })
  }
}

type Life = {
  /** A process that starts again opens another connection. */
  count: number
  process: Process
  /** Next offset to fetch, and next offset not yet in the target: per topic and partition. */
  positions: Positions[]
  acked: Positions[]
  produced: Promise<void>
}
