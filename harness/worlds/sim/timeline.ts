import { Heap } from '../../base/heap.ts'
import { invariant } from '../../base/invariant.ts'
import type { Us } from '../../model/units.ts'
import type { TrueClock } from '../../ports/world.ts'

export type Timer = { readonly us: Us; readonly order: number; fire: (() => void) | null }

/** Wakings between two turns of the event loop: Ctrl-C is heard within a millisecond or two. */
const TURN_EVERY = 512

export const cancel = (timer: Timer): void => {
  timer.fire = null
}

/**
 * The virtual clock: a heap of things to do, in order of (time, order of scheduling). Time jumps from one to
 * the next. After anything that could wake an async function the microtask queue runs dry before time may
 * move, so agents see a clock that waits for them.
 */
export class Timeline implements TrueClock {
  private nowUs: Us = 0
  private order = 0
  private woken = true
  private readonly due = new Heap<Timer>(
    (a, b) => a.us < b.us || (a.us === b.us && a.order < b.order),
  )
  private wakings = 0
  private failure: { error: unknown } | null = null

  now(): Us {
    return this.nowUs
  }

  at(us: Us, fire: () => void): Timer {
    invariant(
      Number.isInteger(us) && us >= this.nowUs,
      () => `timer in the past or between µs: ${us}`,
    )
    const timer = { us, order: this.order++, fire }
    this.due.push(timer)
    return timer
  }

  after(us: Us, fire: () => void): Timer {
    return this.at(this.nowUs + us, fire)
  }

  /** Must be called by whoever settles a promise or calls an async function from a timer. */
  wake(): void {
    this.woken = true
  }

  until(us: Us): Promise<void> {
    if (us <= this.nowUs) return Promise.resolve()
    return new Promise((resolve) => {
      this.at(us, () => {
        this.wake()
        resolve()
      })
    })
  }

  /** Something broke that nobody waits for: the run is over, and says so. */
  readonly fail = (error: unknown): void => {
    this.failure ??= { error }
    this.wake()
  }

  /**
   * Lets time pass until `work` settles. Throws what something beside it failed with, and if nothing is left that could
   * ever settle it.
   */
  async drive<T>(work: Promise<T>): Promise<T> {
    let settled = false
    const note = () => {
      settled = true
    }
    work.then(note, note)
    for (;;) {
      if (this.woken) {
        this.woken = false
        await microtasksDone(this.wakings++ % TURN_EVERY === 0)
        if (this.failure) throw this.failure.error
        if (settled) return work
        continue
      }
      const next = this.due.pop()
      invariant(next !== undefined, 'deadlock: the work waits for something no timer will bring')
      if (next.fire === null) continue
      this.nowUs = next.us
      next.fire()
    }
  }
}

/**
 * Every microtask queued so far, and all they queue, has run: Node takes up its tick queue only when the
 * microtask queue is dry. This is some five times cheaper than a turn of the event loop, which no signal and no
 * timer would ever reach, so a turn comes now and then.
 */
function microtasksDone(turn: boolean): Promise<void> {
  return new Promise((resolve) => {
    if (turn) setImmediate(resolve)
    else process.nextTick(resolve)
  })
}
