import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Network, Serving } from '../../ports/network.ts'
import type { ReadableStore } from '../../ports/store.ts'
import type { Journal, Stop } from '../../ports/system.ts'
import { copyStore } from '../shared/store-copy.ts'
import type { WalApplier } from './applier.ts'
import type { WalPositions } from './positions.ts'
import type { WalRestore } from './restore.ts'

const FLOOR = 'applied-of-my-log'
const ASK_US: Us = 2 * SECOND
const READ_US: Us = 10 * SECOND
const RECORDS = 500
/** Changes read from a remote log and not applied yet, at most. */
const AHEAD = 2_000
const ALERT_US: Us = 10 * SECOND

type Reconciling = {
  region: RegionName
  regions: readonly RegionName[]
  topic: string
  clock: Clock
  network: Network & Serving
  log: EventLog
  store: ReadableStore
  journal: Journal
  positions: ReadonlyMap<RegionName, WalPositions>
  /** Time between two looks at the logs of all regions. */
  everyUs: Us
  /** Lag that starts a catch-up. */
  catchUpAfterUs: Us
  catchUp: 'delta' | 'snapshot' | 'off'
  applier: WalApplier
  /** Brings what others have of an origin that lost its log. */
  restore: WalRestore
}

/**
 * Compares what this region has taken in and applied with what the logs of all regions hold, and closes the gap when
 * it has been open too long: by the records that are missing, straight from the remote log, or by all of its store.
 */
export class WalReconciler {
  private readonly alerted = new Set<RegionName>()
  /** Regions that lost their log: what others have of it is still to be compared. */
  private readonly lost = new Set<RegionName>()

  private readonly work: Reconciling

  constructor(work: Reconciling) {
    this.work = work
    work.network.serve(FLOOR, async () => {
      const body = work.positions.get(work.region)?.applied() ?? []
      return { kind: FLOOR, bytes: 16 + 8 * body.length, body }
    })
  }

  async run(stop: Stop): Promise<void> {
    const { regions, region } = this.work
    const others = regions.filter((other) => other !== region)
    await Promise.all([
      ...regions.map((origin) => this.watch(origin, stop)),
      ...others.map((origin) => this.close(origin, stop)),
    ])
  }

  /** Regions of whose writes something may be lacking for longer than the bound: in one shard, or in any; 0: no bound. */
  behind(boundUs: Us, shard?: number): RegionName[] {
    const { regions } = this.work
    return boundUs === 0 ? [] : regions.filter((origin) => this.ageUs(origin, shard) > boundUs)
  }

  private ageUs(origin: RegionName, shard?: number): Us {
    return this.work.clock.elapsed() - this.positionsOf(origin).knownUs(shard)
  }

  private positionsOf(origin: RegionName): WalPositions {
    return this.work.positions.get(origin) as WalPositions
  }

  private logOf(origin: RegionName): EventLog {
    const { region, network, log } = this.work
    return origin === region ? log : network.reach(origin).log
  }

  private async watch(origin: RegionName, stop: Stop): Promise<void> {
    const { clock, topic, everyUs } = this.work
    const positions = this.positionsOf(origin)
    const log = this.logOf(origin)
    while (!stop.fired) {
      const us = clock.elapsed()
      try {
        const before = positions.reads()
        const edges = await log.edges(topic, { op: 0, deadlineUs: ASK_US })
        if (before.some((read, p) => read > (edges[p]?.next ?? 0))) this.begunAnew(origin)
        const next = edges.map((edge) => edge.next)
        positions.asked(us, next)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
      await clock.sleep(Math.max(1, everyUs - (clock.elapsed() - us)))
    }
  }

  private async close(origin: RegionName, stop: Stop): Promise<void> {
    const { clock, catchUp, catchUpAfterUs } = this.work
    while (!stop.fired) {
      await clock.sleep(SECOND)
      const ageUs = this.ageUs(origin)
      this.alert(origin, ageUs)
      await this.compareIfLost(origin)
      if (catchUp === 'off' || ageUs < catchUpAfterUs || !this.positionsOf(origin).lacks()) continue
      try {
        await (catchUp === 'delta' ? this.delta(origin, stop) : this.snapshot(origin))
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
    }
  }

  /** The origin has lost its log. Its new one is read from the start; records counted before that was known are too few. */
  private begunAnew(origin: RegionName): void {
    this.positionsOf(origin).forget()
    if (origin !== this.work.region) this.lost.add(origin)
  }

  private async compareIfLost(origin: RegionName): Promise<void> {
    if (!this.lost.has(origin)) return
    try {
      await this.work.restore.compare(origin)
      this.lost.delete(origin)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
    }
  }

  /** What an operator's alarm would show; before anything is known of an origin there is nothing to show. */
  private alert(origin: RegionName, ageUs: Us): void {
    const { journal } = this.work
    if (ageUs === Number.POSITIVE_INFINITY) return
    journal.figure(`replica-lag-ms ${origin}`, Math.round(ageUs / MS))
    const late = ageUs > ALERT_US
    if (late === this.alerted.has(origin)) return
    if (late) this.alerted.add(origin)
    else this.alerted.delete(origin)
    journal.figure(`lag-alert ${origin}`, late ? 1 : 0)
  }

  /** Reads the records that are missing from the log they were written to. */
  private async delta(origin: RegionName, stop: Stop): Promise<void> {
    const { topic, clock, journal, applier } = this.work
    const positions = this.positionsOf(origin)
    const log = this.logOf(origin)
    const edges = await log.edges(topic, { op: 0, deadlineUs: ASK_US })
    let points = 0
    try {
      for (const [partition, { next }] of edges.entries())
        while (positions.readFrom(partition) < next && !stop.fired) {
          while (applier.backlog().waiting >= AHEAD && !stop.fired) await clock.sleep(50 * MS)
          const from = positions.readFrom(partition)
          const call = { op: 0, deadlineUs: READ_US }
          const records = await log.read(topic, partition, from, RECORDS, call)
          if (records.length === 0) break
          for (const { offset, change } of records)
            if (!positions.taken(partition, change.write, offset)) {
              applier.take(change, { origin, partition, offset })
              points++
            }
        }
    } finally {
      if (points > 0) journal.repaired('delta', points, origin)
    }
  }

  /** Reads all of a remote store. */
  private async snapshot(origin: RegionName): Promise<void> {
    const { network, journal, applier } = this.work
    const positions = this.positionsOf(origin)
    const reply = await network.call(origin, { kind: FLOOR, bytes: 48, body: null }, ASK_US)
    const points = await copyStore(this.work, origin, 'all', (some) => applier.merge(some))
    for (const [partition, offset] of (reply.body as number[]).entries())
      positions.reachedBySnapshot(partition, offset)
    journal.repaired('snapshot', points, origin)
  }
}
