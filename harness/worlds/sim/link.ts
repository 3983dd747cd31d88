import { exponential, pareto } from '../../base/laws.ts'
import type { Rng } from '../../base/rng.ts'
import type { DelayLaw } from '../../model/fault.ts'
import type { LinkPlan } from '../../model/plan.ts'
import { MS, SECOND, type Us } from '../../model/units.ts'
import type { Timeline } from './timeline.ts'

/** Payload of a TCP segment, and the first retransmission timeout; it doubles with each further loss. */
const SEGMENT_BYTES = 1448
const RETRANSMIT_US = 200 * MS

/**
 * One direction between two regions.
 *
 *   send -> [shared bandwidth] -> [cap of the connection] -> [latency + jitter + losses] -> in order per connection -> deliver
 *
 * Loss shows as TCP shows it: as delay, never as a hole. A cut swallows what is in flight and what is sent;
 * `hold` keeps what is sent and passes it on at release. While connections are reset, whatever is sent breaks its own.
 */
export class Link {
  private cuts = 0
  private holds = 0
  private resets = 0
  private epoch = 0
  private held: (() => void)[] = []
  private freeAtUs: Us = 0
  private readonly lastArrivalUs = new Map<string, Us>()
  /** Faults in force; each adds its own. */
  readonly added = new Set<{ us: Us }>()
  readonly jitters = new Set<{ us: Us; law: DelayLaw }>()
  readonly losses = new Set<{ share: number }>()
  readonly caps = new Set<{ bitsPerSec: number }>()
  /** Each holds for every connection apart. */
  readonly connectionCaps = new Set<{ bitsPerSec: number }>()
  private readonly connectionFreeAtUs = new Map<string, Us>()
  bytesSent = 0

  constructor(
    private readonly timeline: Timeline,
    private readonly rng: Rng,
    readonly plan: LinkPlan,
  ) {}

  get cut(): boolean {
    return this.cuts > 0
  }

  /**
   * Sends `bytes` on `connection`; `deliver` is called on the far side unless a cut swallows them, `broken` at once if
   * they break the connection.
   */
  send(connection: string, bytes: number, deliver: () => void, broken: () => void): void {
    if (this.cut) return
    if (this.resets > 0) {
      broken()
      return
    }
    if (this.holds > 0) {
      this.held.push(() => this.send(connection, bytes, deliver, broken))
      return
    }
    this.bytesSent += bytes
    const arrival = this.arrivalUs(connection, bytes)
    const epoch = this.epoch
    this.timeline.at(arrival, () => {
      if (epoch === this.epoch) deliver()
    })
  }

  startCut(): void {
    this.cuts++
    this.epoch++
    this.held = []
    this.lastArrivalUs.clear()
    this.freeAtUs = 0
    this.connectionFreeAtUs.clear()
  }

  endCut(): void {
    this.cuts--
  }

  startHold(): void {
    this.holds++
  }

  endHold(): void {
    this.holds--
    if (this.holds > 0) return
    const held = this.held
    this.held = []
    for (const release of held) release()
  }

  startReset(): void {
    this.resets++
  }

  endReset(): void {
    this.resets--
  }

  private arrivalUs(connection: string, bytes: number): Us {
    const now = this.timeline.now()
    const departs = Math.max(now, this.freeAtUs) + this.transmissionUs(bytes)
    this.freeAtUs = departs
    const leaves = this.pacedUs(connection, bytes, departs)
    const arrival = leaves + this.delayUs() + this.retransmissionUs(bytes)
    const ordered = Math.max(arrival, this.lastArrivalUs.get(connection) ?? 0)
    this.lastArrivalUs.set(connection, ordered)
    return ordered
  }

  private transmissionUs(bytes: number): Us {
    return transmission(narrowest(this.plan.bitsPerSec, this.caps), bytes)
  }

  /** When the last byte has passed the cap of its own connection. */
  private pacedUs(connection: string, bytes: number, departs: Us): Us {
    const us = transmission(narrowest(0, this.connectionCaps), bytes)
    if (us === 0) return departs
    const leaves = Math.max(departs, this.connectionFreeAtUs.get(connection) ?? 0) + us
    this.connectionFreeAtUs.set(connection, leaves)
    return leaves
  }

  private delayUs(): Us {
    let delay = this.plan.latencyUs + this.jitterUs(this.plan.jitterUs, this.plan.law)
    for (const extra of this.added) delay += extra.us
    for (const jitter of this.jitters) delay += this.extraUs(jitter.us, jitter.law)
    return Math.max(0, Math.round(delay))
  }

  private jitterUs(amount: Us, law: DelayLaw): number {
    if (amount === 0) return 0
    if (law === 'uniform') return amount * (2 * this.rng.uniform() - 1)
    return amount * (law === 'exponential' ? exponential(this.rng) : pareto(this.rng))
  }

  /** What a fault adds: `amount` on the average whatever the law, and never less than nothing. */
  private extraUs(amount: Us, law: DelayLaw): number {
    return law === 'uniform' ? 2 * amount * this.rng.uniform() : this.jitterUs(amount, law)
  }

  private retransmissionUs(bytes: number): Us {
    let share = this.plan.lossShare
    for (const loss of this.losses) share = 1 - (1 - share) * (1 - loss.share)
    if (share === 0) return 0
    let delay = 0
    for (let segment = 0; segment * SEGMENT_BYTES < bytes; segment++) {
      let wait = 0
      for (let timeout = RETRANSMIT_US; this.rng.chance(share) && wait < 60 * SECOND; timeout *= 2)
        wait += timeout
      delay = Math.max(delay, wait)
    }
    return delay
  }
}

/** 0 is no cap at all. */
function narrowest(bitsPerSec: number, caps: Iterable<{ bitsPerSec: number }>): number {
  let bits = bitsPerSec
  for (const cap of caps) bits = bits === 0 ? cap.bitsPerSec : Math.min(bits, cap.bitsPerSec)
  return bits
}

const transmission = (bitsPerSec: number, bytes: number): Us =>
  bitsPerSec === 0 ? 0 : Math.ceil((bytes * 8 * SECOND) / bitsPerSec)
