import { invariant } from '../../base/invariant.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { CallError, DeadlineError } from '../../ports/errors.ts'
import type { Link } from './link.ts'
import type { Process } from './process.ts'
import { cancel, type Timeline, type Timer } from './timeline.ts'

/** How a server answers: once, with a value and its size on the wire, or with an error. */
export type Answer<T> = {
  value(value: T, bytes: number): void
  error(error: CallError): void
}

export type Exchange<T> = {
  caller: Process
  from: RegionName
  to: RegionName
  /** Calls of one channel between two regions share a connection: they arrive in order. */
  channel: string
  bytes: number
  deadlineUs: Us
  serve: (answer: Answer<T>) => void
}

const ERROR_BYTES = 64

type Resettable = { readonly channel: string; reset(): void }

/** A call waiting for its answer: settled once, by whichever comes first, on its caller's process. */
class PendingCall<T> implements Answer<T>, Resettable {
  onSettled = () => {}
  readonly channel: string
  private open = true
  private readonly deadline: Timer

  constructor(
    private readonly timeline: Timeline,
    private readonly call: Exchange<T>,
    private readonly resolve: (value: T) => void,
    private readonly reject: (error: CallError) => void,
  ) {
    this.channel = call.channel
    this.deadline = timeline.after(Math.max(0, call.deadlineUs), () =>
      this.error(new DeadlineError()),
    )
  }

  value(value: T): void {
    this.settle(() => this.resolve(value))
  }

  error(error: CallError): void {
    this.settle(() => this.reject(error))
  }

  reset(): void {
    this.error(new CallError('connection reset', { definite: false }))
  }

  private settle(work: () => void): void {
    if (!this.open) return
    this.open = false
    cancel(this.deadline)
    this.onSettled()
    this.call.caller.run(() => {
      this.timeline.wake()
      work()
    })
  }
}

/** Every link, and request-and-answer over them. Calls inside a region cross no link and take no time here. */
export class Wire {
  private readonly links = new Map<string, Link>()
  /** Calls waiting for an answer, by unordered pair of regions: a heal resets their connections. */
  private readonly waiting = new Map<string, Set<Resettable>>()

  constructor(private readonly timeline: Timeline) {}

  add(link: Link): void {
    this.links.set(`${link.plan.from}>${link.plan.to}`, link)
  }

  link(from: RegionName, to: RegionName): Link {
    const link = this.links.get(`${from}>${to}`)
    invariant(link !== undefined, `no link ${from}>${to}`)
    return link
  }

  all(): Link[] {
    return [...this.links.values()]
  }

  /** Breaks every connection between two regions, as a proxy does when its blackhole is lifted. */
  resetConnections(a: RegionName, b: RegionName): void {
    const calls = this.waiting.get(pairOf(a, b))
    if (!calls) return
    this.waiting.delete(pairOf(a, b))
    for (const call of calls) call.reset()
  }

  /** Breaks one connection between two regions: all calls waiting on it. */
  private breakConnection(a: RegionName, b: RegionName, channel: string): void {
    for (const call of [...this.waitingFor(pairOf(a, b))])
      if (call.channel === channel) call.reset()
  }

  /** One request and its answer. Rejects at the deadline, and when the connection is reset. */
  exchange<T>(call: Exchange<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const pending = new PendingCall<T>(this.timeline, call, resolve, reject)
      if (call.from === call.to) {
        call.serve(pending)
        return
      }
      const waiting = this.waitingFor(pairOf(call.from, call.to))
      waiting.add(pending)
      pending.onSettled = () => waiting.delete(pending)
      const { channel, from, to } = call
      const back = this.link(to, from)
      const broken = () => this.breakConnection(from, to, channel)
      const serve = () =>
        call.serve({
          value: (value, bytes) => back.send(channel, bytes, () => pending.value(value), broken),
          error: (error) => back.send(channel, ERROR_BYTES, () => pending.error(error), broken),
        })
      this.link(from, to).send(channel, call.bytes, serve, broken)
    })
  }

  private waitingFor(pair: string): Set<Resettable> {
    let calls = this.waiting.get(pair)
    if (!calls) {
      calls = new Set()
      this.waiting.set(pair, calls)
    }
    return calls
  }
}

const pairOf = (a: RegionName, b: RegionName): string => (a < b ? `${a} ${b}` : `${b} ${a}`)
