import type { WriteId } from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { LogRecord } from '../../ports/log.ts'
import type { Network, Serving } from '../../ports/network.ts'
import type { Stop } from '../../ports/system.ts'

const CONFIRM = 'stands-here'
const RETRY_US: Us = 200 * MS
const DEADLINE_US: Us = 5 * SECOND

type Awaited = { need: number; from: RegionName[]; reached: () => void }

/**
 * Which other regions have a write in their logs: each tells the region a write entered in, and there its
 * acknowledgement waits for enough of them.
 */
export class Confirmations {
  private readonly awaited = new Map<WriteId, Awaited>()
  private readonly owed = new Map<RegionName, WriteId[]>()
  private readonly wakes = new Map<RegionName, () => void>()

  private readonly others: readonly RegionName[]
  private readonly network: Network & Serving
  private readonly clock: Clock

  constructor(others: readonly RegionName[], network: Network & Serving, clock: Clock) {
    this.others = others
    this.network = network
    this.clock = clock
    for (const other of others) this.owed.set(other, [])
    network.serve(CONFIRM, async ({ body }, from) => {
      for (const write of body as WriteId[]) this.confirmed(write, from)
      return { kind: CONFIRM, bytes: 16, body: null }
    })
  }

  /** Call it before the write is logged. `standsIn` settles with the regions once there are `need` of them. */
  await(
    write: WriteId,
    need: number,
  ): { standsIn: Promise<readonly RegionName[]>; forget: () => void } {
    const from: RegionName[] = []
    const standsIn = new Promise<readonly RegionName[]>((resolve) => {
      const reached = () => resolve(from)
      if (need === 0) reached()
      else this.awaited.set(write, { need, from, reached })
    })
    return { standsIn, forget: () => this.awaited.delete(write) }
  }

  /** Records that now stand in this region's log: tells the regions their writes entered in. */
  stand(records: readonly LogRecord[]): void {
    for (const other of this.others) {
      const theirs = records.filter(({ change }) => change.origin === other)
      if (theirs.length === 0) continue
      this.owed.get(other)?.push(...theirs.map(({ change }) => change.write))
      this.wakes.get(other)?.()
    }
  }

  async run(stop: Stop): Promise<void> {
    const stopped = stop.whenFired.then(() => {
      for (const wake of this.wakes.values()) wake()
    })
    await Promise.all([stopped, ...this.others.map((other) => this.send(other, stop))])
  }

  private async send(to: RegionName, stop: Stop): Promise<void> {
    const owed = this.owed.get(to) as WriteId[]
    while (!stop.fired) {
      if (owed.length === 0) {
        await new Promise<void>((resolve) => {
          this.wakes.set(to, resolve)
        })
        continue
      }
      const body = [...owed]
      try {
        const message = { kind: CONFIRM, bytes: 16 + 8 * body.length, body }
        await this.network.call(to, message, DEADLINE_US)
        owed.splice(0, body.length)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await this.clock.sleep(RETRY_US)
      }
    }
  }

  private confirmed(write: WriteId, from: RegionName): void {
    const awaited = this.awaited.get(write)
    if (!awaited || awaited.from.includes(from)) return
    awaited.from.push(from)
    if (awaited.from.length < awaited.need) return
    this.awaited.delete(write)
    awaited.reached()
  }
}
