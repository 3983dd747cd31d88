import type { Background } from '../../base/signal.ts'
import type { Change } from '../../model/point.ts'
import { MS, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'

const RETRY_US: Us = 300 * MS

type Waiting = { change: Change; sinceUs: Us; after: Promise<void> | null; done: () => void }
type Lane = { queue: Waiting[]; busy: boolean; last: Promise<void> }

/**
 * Changes on their way into the store, in lanes: each keeps its order and has one call under way, and none waits for
 * another. A lane that gets more than its calls can carry falls behind alone.
 */
export class Lanes {
  private readonly lanes = new Map<string, Lane>()
  private stopped = false
  /** Changes put and not yet applied. */
  waiting = 0

  private readonly clock: Clock
  /** Changes of one call at most. */
  private readonly batch: number
  private readonly background: Background
  private readonly apply: (changes: readonly Change[]) => Promise<void>

  constructor(
    clock: Clock,
    batch: number,
    background: Background,
    apply: (changes: readonly Change[]) => Promise<void>,
  ) {
    this.clock = clock
    this.batch = batch
    this.background = background
    this.apply = apply
  }

  /**
   * Settles when the change has been applied or found superseded; never, if the agent stops before. `before` is a lane
   * whose changes so far must be through first.
   */
  put(key: string, change: Change, before?: string): Promise<void> {
    const lane = this.lane(key)
    const ahead = before === undefined ? undefined : this.lanes.get(before)
    const after = ahead && isBusy(ahead) ? ahead.last : null
    lane.last = new Promise((resolve) => {
      const sinceUs = this.clock.elapsed()
      lane.queue.push({ change, sinceUs, after, done: resolve })
    })
    this.waiting++
    if (!lane.busy) this.background.start(this.carry(lane))
    return lane.last
  }

  /** How long the oldest change of each lane that has one has waited, longest first. */
  lags(): [lane: string, us: Us][] {
    const now = this.clock.elapsed()
    return [...this.lanes]
      .flatMap(([key, { queue }]): [string, Us][] =>
        queue[0] ? [[key, now - queue[0].sinceUs]] : [],
      )
      .sort(([, a], [, b]) => b - a)
  }

  /** Changes in the longest lane. */
  deepest(): number {
    let deepest = 0
    for (const { queue } of this.lanes.values()) deepest = Math.max(deepest, queue.length)
    return deepest
  }

  stop(): void {
    this.stopped = true
  }

  private lane(key: string): Lane {
    let lane = this.lanes.get(key)
    if (!lane) {
      lane = { queue: [], busy: false, last: Promise.resolve() }
      this.lanes.set(key, lane)
    }
    return lane
  }

  private async carry(lane: Lane): Promise<void> {
    lane.busy = true
    while (lane.queue.length > 0 && !this.stopped) {
      const next = lane.queue[0] as Waiting
      if (next.after) await next.after
      const batch = lane.queue.slice(0, this.batch)
      if (!(await this.applied(batch.map(({ change }) => change)))) break
      lane.queue.splice(0, batch.length)
      this.waiting -= batch.length
      for (const { done } of batch) done()
    }
    lane.busy = false
  }

  /** Again and again until the store has them: a lane that gives changes up has lost them. */
  private async applied(changes: readonly Change[]): Promise<boolean> {
    while (!this.stopped) {
      try {
        await this.apply(changes)
        return true
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await this.clock.sleep(RETRY_US)
      }
    }
    return false
  }
}

const isBusy = ({ queue }: Lane): boolean => queue.length > 0
