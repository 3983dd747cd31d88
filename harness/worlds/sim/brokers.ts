import { SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Process } from './process.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'

/** Brokers a region's log runs on, and how many of them an append needs (min.insync.replicas). */
const BROKERS = 3
const IN_SYNC = 2

/**
 * Until the controller knows that a broker is dead: `broker.session.timeout.ms` of Kafka, by default 9 s. Until then
 * the dead one counts as in sync, and an append with acks=all waits for it.
 */
const SESSION_US: Us = 9 * SECOND

type Commit = (reply: Answer<void>) => void

/**
 * Whether the brokers of a log take an append: at once, when they have agreed to go on without those that died, or
 * not at all; then it is refused and certainly not there. Where too few are left it is refused from the start: that
 * the first ones, which wait for the controller too, would be of unknown outcome is left out.
 */
export class Brokers {
  private full = 0
  private lost = 0
  private agreedUs: Us = 0
  private waiting: (() => void)[] = []

  private readonly timeline: Timeline

  constructor(timeline: Timeline) {
    this.timeline = timeline
  }

  take(process: Process, reply: Answer<void>, commit: Commit): void {
    if (this.timeline.now() >= this.agreedUs) this.settle(reply, commit)
    else this.waiting.push(() => process.run(() => this.settle(reply, commit)))
  }

  /** Gives back how to make room again. */
  fill(): () => void {
    this.full++
    return () => {
      this.full--
    }
  }

  /** Gives back how to start them again. */
  lose(count: number): () => void {
    this.lost += count
    if (BROKERS - this.lost >= IN_SYNC) {
      this.agreedUs = this.timeline.now() + SESSION_US
      this.timeline.at(this.agreedUs, () => this.goOn())
    } else this.agree()
    return () => {
      this.lost -= count
      if (this.lost === 0) this.agree()
    }
  }

  private agree(): void {
    this.agreedUs = this.timeline.now()
    this.goOn()
  }

  private goOn(): void {
    if (this.timeline.now() < this.agreedUs) return
    const waiting = this.waiting
    this.waiting = []
    for (const append of waiting) append()
  }

  private settle(reply: Answer<void>, commit: Commit): void {
    const refused = this.whyNot()
    if (refused === null) commit(reply)
    else reply.error(new CallError(refused, { definite: true }))
  }

  private whyNot(): string | null {
    if (this.full > 0) return 'no space left on the disk of the log'
    return BROKERS - this.lost < IN_SYNC ? 'not enough replicas' : null
  }
}
