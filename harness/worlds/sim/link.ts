import { exponential, pareto } from '../../base/laws.ts'
import type { Rng } from '../../base/rng.ts'
import type { DelayLaw } from '../../model/fault.ts'
import type { LinkPlan } from '../../model/plan.ts'
import type { Windows } from '../../model/profile.ts'
import { mathisBytes, type Service, windowOf } from '../../model/transport.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { Connection, type Path } from './connection.ts'
import { addedSpread, type Spread, spreadOf, sumOf, timeoutUs } from './tcp.ts'
import type { Timeline } from './timeline.ts'

/** One of the connections of a link, from the end that sends. */
type Sender = { service: Service; connection: string }

/**
 * One direction between two regions.
 *
 *   send -> [window of the connection] -> [shared bandwidth] -> [cap of the connection] -> [latency + jitter]
 *        -> [lost segments again] -> in order per connection -> deliver
 *
 * Loss shows as TCP shows it: as delay, never as a hole. A cut swallows what is in flight and what is sent;
 * `hold` keeps what is sent and passes it on at release. While connections are reset, whatever is sent breaks its own.
 */
export class Link {
  private cuts = 0
  private holds = 0
  private resets = 0
  private held: (() => void)[] = []
  private freeAtUs: Us = 0
  private readonly connections = new Map<string, Connection>()
  /** The way of acknowledgements; without one they take as long as what they acknowledge. */
  back: Link = this
  /** Faults in force; each adds its own. */
  readonly added = new Set<{ us: Us }>()
  readonly jitters = new Set<{ us: Us; law: DelayLaw }>()
  readonly losses = new Set<{ share: number }>()
  readonly caps = new Set<{ bitsPerSec: number }>()
  /** Each holds for every connection apart. */
  readonly connectionCaps = new Set<{ bitsPerSec: number }>()
  bytesSent = 0

  private readonly timeline: Timeline
  private readonly rng: Rng
  readonly plan: LinkPlan
  /** Of connections of each service; of no size where nothing is said. */
  private readonly windows?: Windows

  constructor(timeline: Timeline, rng: Rng, plan: LinkPlan, windows?: Windows) {
    this.timeline = timeline
    this.rng = rng
    this.plan = plan
    this.windows = windows
  }

  get cut(): boolean {
    return this.cuts > 0
  }

  /**
   * Sends `bytes` on a connection; `deliver` is called on the far side unless a cut swallows them, `broken` at once if
   * they break the connection.
   */
  send(sender: Sender, bytes: number, deliver: () => void, broken: () => void): void {
    if (this.cut) return
    if (this.resets > 0) {
      this.close(sender.connection)
      broken()
      return
    }
    if (this.holds > 0) {
      this.held.push(() => this.send(sender, bytes, deliver, broken))
      return
    }
    this.bytesSent += bytes
    this.connection(sender).send(bytes, deliver)
  }

  /** Whoever uses that name again uses another connection. */
  close(connection: string): void {
    this.connections.get(connection)?.close()
    this.connections.delete(connection)
  }

  startCut(): void {
    this.cuts++
    for (const connection of this.connections.values()) connection.abandon()
    this.connections.clear()
    this.held = []
    this.freeAtUs = 0
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

  private connection({ service, connection: name }: Sender): Connection {
    const known = this.connections.get(name)
    if (known) return known
    const made = new Connection(this.timeline, this.pathOf(service))
    this.connections.set(name, made)
    return made
  }

  private pathOf(service: Service): Path {
    const windowBytes = windowOf(this.plan, this.windows, service)
    return {
      depart: (bytes, freeUs) => this.depart(bytes, freeUs),
      delayUs: () => this.delayUs(),
      lossy: () => this.lossShare() > 0,
      loses: () => this.rng.chance(this.lossShare()),
      ackUs: () => Math.round(this.back.spread().meanUs),
      timeoutUs: () => timeoutUs(sumOf([this.spread(), this.back.spread()])),
      windowBytes: () => Math.min(windowBytes, mathisBytes(this.lossShare())),
    }
  }

  /** First the bandwidth all share, then the cap of the connection, free from `freeUs` on. */
  private depart(bytes: number, freeUs: Us): { startUs: Us; endUs: Us } {
    const sharedUs = transmission(narrowest(this.plan.bitsPerSec, this.caps), bytes)
    this.freeAtUs = Math.max(this.timeline.now(), this.freeAtUs) + sharedUs
    const cappedUs = transmission(narrowest(0, this.connectionCaps), bytes)
    const endUs = cappedUs === 0 ? this.freeAtUs : Math.max(this.freeAtUs, freeUs) + cappedUs
    return { startUs: endUs - Math.max(sharedUs, cappedUs), endUs }
  }

  /** Delay of this way, as senders know it by now. */
  private spread(): Spread {
    let addedUs = this.plan.latencyUs
    for (const extra of this.added) addedUs += extra.us
    const jitters = [...this.jitters].map(({ us, law }) => addedSpread(us, law))
    const own = spreadOf(this.plan.jitterUs, this.plan.law)
    return sumOf([{ meanUs: addedUs, deviationUs: 0 }, own, ...jitters])
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

  private lossShare(): number {
    let share = this.plan.lossShare
    for (const loss of this.losses) share = 1 - (1 - share) * (1 - loss.share)
    return share
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
