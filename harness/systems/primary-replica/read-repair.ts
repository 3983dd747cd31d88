import type { Background } from '../../base/signal.ts'
import { type Change, changeBytes, type WriteId } from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { ignoreCallError } from '../../ports/errors.ts'
import type { Message } from '../../ports/network.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import type { LogReplica } from './log-replica.ts'

/** Changes that a replica may have missed, and its answer: which of them it has. */
const PUSH = 'push'
/** What a replica tells the primary when it has applied changes. */
const CONFIRM = 'confirm'

const LOOK_US: Us = 100 * MS
const DEADLINE_US: Us = 5 * SECOND
const AT_ONCE = 500

type Waiting = { change: Change; epoch: number; sinceUs: Us; has: Set<RegionName> }

type Repairing = {
  /** Copies besides the primary's that each write must reach. */
  replicas: number
  /** How long a write may go unconfirmed before it is sent again, by message. */
  afterUs: Us
  replica: LogReplica
  background: Background
}

/**
 * The primary counts which replicas have said that they hold a write, and sends it to the others itself when too few
 * have said so in time. It counts in memory: what a primary that dies had still to send is the log's to bring.
 */
export class ReadRepair {
  private readonly waiting = new Map<WriteId, Waiting>()
  private readonly busy = new Set<RegionName>()

  private readonly terrain: Terrain
  private readonly repairing: Repairing

  constructor(terrain: Terrain, repairing: Repairing) {
    this.terrain = terrain
    this.repairing = repairing
    const { network, journal } = terrain
    network.serve(CONFIRM, async ({ body }, from) => {
      this.confirmed(from, body as WriteId[])
      return { kind: CONFIRM, bytes: 16, body: null }
    })
    network.serve(PUSH, async ({ body }, from) => {
      const changes = body as Change[]
      const news = await repairing.replica.receive(changes)
      if (news > 0) journal.repaired('read-repair', news, from)
      return { kind: PUSH, bytes: 16, body: null }
    })
  }

  /** A write that this region has acknowledged as primary. */
  acknowledged(change: Change, epoch: number): void {
    const { afterUs } = this.repairing
    const sinceUs = this.terrain.clock.elapsed()
    if (afterUs > 0) this.waiting.set(change.write, { change, epoch, sinceUs, has: new Set() })
  }

  /** Tells the primary what is here now; if the message is lost the primary sends in vain. */
  tell(primary: RegionName, writes: readonly WriteId[]): void {
    if (this.repairing.afterUs === 0 || writes.length === 0) return
    const message = { kind: CONFIRM, bytes: 32 + 8 * writes.length, body: writes }
    this.terrain.network.call(primary, message, DEADLINE_US).catch(ignoreCallError)
  }

  /** `epoch` gives the one this region leads under, 0 if none: what it owed under another is no longer its to send. */
  async run(stop: Stop, epoch: () => number): Promise<void> {
    const { clock, region, regions } = this.terrain
    while (!stop.fired) {
      await clock.sleep(LOOK_US)
      for (const [write, waiting] of this.waiting)
        if (waiting.epoch !== epoch()) this.waiting.delete(write)
      const due = this.due()
      if (due.length === 0) continue
      for (const other of regions) {
        if (other === region || this.busy.has(other)) continue
        const missing = due.filter(({ has }) => !has.has(other)).slice(0, AT_ONCE)
        if (missing.length > 0) this.repairing.background.start(this.push(other, missing))
      }
    }
  }

  /** Oldest first: they were put in that order. */
  private due(): Waiting[] {
    const horizon = this.terrain.clock.elapsed() - this.repairing.afterUs
    const due: Waiting[] = []
    for (const waiting of this.waiting.values()) {
      if (waiting.sinceUs > horizon) break
      due.push(waiting)
    }
    return due
  }

  private async push(to: RegionName, waiting: readonly Waiting[]): Promise<void> {
    const changes = waiting.map(({ change }) => change)
    this.busy.add(to)
    try {
      await this.terrain.network.call(to, this.message(changes), DEADLINE_US)
      this.confirmed(
        to,
        changes.map(({ write }) => write),
      )
    } catch (error) {
      ignoreCallError(error)
    }
    this.busy.delete(to)
  }

  private message(changes: readonly Change[]): Message {
    const { dim } = this.terrain
    const bytes = changes.reduce((sum, change) => sum + changeBytes(change, dim), 64)
    return { kind: PUSH, bytes, body: changes }
  }

  private confirmed(by: RegionName, writes: readonly WriteId[]): void {
    for (const write of writes) {
      const waiting = this.waiting.get(write)
      if (!waiting) continue
      waiting.has.add(by)
      if (waiting.has.size >= this.repairing.replicas) this.waiting.delete(write)
    }
  }
}
