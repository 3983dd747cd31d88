import { invariant } from '../../base/invariant.ts'
import type { Service } from '../../model/transport.ts'
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

type Exchange<T> = {
  caller: Process
  from: RegionName
  to: RegionName
  /** Who of the caller's region calls, and what answers: that decides over which connection. */
  channel: string
  service: Service
  bytes: number
  deadlineUs: Us
  serve: (answer: Answer<T>) => void
}

const ERROR_BYTES = 64

type Resettable = { readonly connection: string; reset(): void }

/** A call waiting for its answer: settled once, by whichever comes first, on its caller's process. */
class PendingCall<T> implements Answer<T>, Resettable {
  /** Told whether the connection was given up. */
  onSettled = (_givenUp: boolean) => {}
  private open = true
  private readonly deadline: Timer

  private readonly timeline: Timeline
  private readonly call: Exchange<T>
  readonly connection: string
  private readonly resolve: (value: T) => void
  private readonly reject: (error: CallError) => void

  constructor(
    timeline: Timeline,
    call: Exchange<T>,
    connection: string,
    resolve: (value: T) => void,
    reject: (error: CallError) => void,
  ) {
    this.timeline = timeline
    this.call = call
    this.connection = connection
    this.resolve = resolve
    this.reject = reject
    this.deadline = timeline.after(Math.max(0, call.deadlineUs), () =>
      this.giveUp(new DeadlineError()),
    )
  }

  value(value: T): void {
    this.settle(false, () => this.resolve(value))
  }

  error(error: CallError): void {
    this.settle(false, () => this.reject(error))
  }

  reset(): void {
    this.giveUp(new CallError('connection reset', { definite: false }))
  }

  private giveUp(error: CallError): void {
    this.settle(true, () => this.reject(error))
  }

  private settle(givenUp: boolean, work: () => void): void {
    if (!this.open) return
    this.open = false
    cancel(this.deadline)
    this.onSettled(givenUp)
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
  private readonly connections = new Connections()

  private readonly timeline: Timeline

  constructor(timeline: Timeline) {
    this.timeline = timeline
  }

  add(link: Link): void {
    const { from, to } = link.plan
    this.links.set(`${from}>${to}`, link)
    const back = this.links.get(`${to}>${from}`)
    if (!back) return
    link.back = back
    back.back = link
  }

  link(from: RegionName, to: RegionName): Link {
    const link = this.links.get(`${from}>${to}`)
    invariant(link !== undefined, () => `no link ${from}>${to}`)
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
  private breakConnection(a: RegionName, b: RegionName, connection: string): void {
    for (const call of [...this.waitingFor(pairOf(a, b))])
      if (call.connection === connection) call.reset()
  }

  /** One request and its answer. Rejects at the deadline, and when the connection is reset. */
  exchange<T>(call: Exchange<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (call.from === call.to) {
        call.serve(new PendingCall<T>(this.timeline, call, '', resolve, reject))
        return
      }
      const connection = this.connections.take(call)
      const pending = new PendingCall<T>(this.timeline, call, connection, resolve, reject)
      const waiting = this.waitingFor(pairOf(call.from, call.to))
      waiting.add(pending)
      pending.onSettled = (givenUp) => {
        waiting.delete(pending)
        if (!givenUp) this.connections.giveBack(call, connection)
        else if (call.service === 'mirror') this.close(call, connection)
      }
      const { service, from, to } = call
      const sender = { service, connection }
      const back = this.link(to, from)
      const broken = () => this.breakConnection(from, to, connection)
      const serve = () =>
        call.serve({
          value: (value, bytes) => back.send(sender, bytes, () => pending.value(value), broken),
          error: (error) => back.send(sender, ERROR_BYTES, () => pending.error(error), broken),
        })
      this.link(from, to).send(sender, call.bytes, serve, broken)
    })
  }

  private close({ from, to }: { from: RegionName; to: RegionName }, connection: string): void {
    this.link(from, to).close(connection)
    this.link(to, from).close(connection)
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

type Caller = Pick<Exchange<unknown>, 'from' | 'to' | 'channel' | 'service'>

/**
 * Over which connection a call goes. Messages have one for each call in flight, as a client of HTTP/1.1 keeps them
 * (worlds/adapters/message-wire.ts): the last one that became free, or a new one. All others share one for each who
 * calls, as clients of Kafka and Milvus do.
 */
class Connections {
  private made = 0
  private readonly free = new Map<string, string[]>()

  take(call: Caller): string {
    const shared = nameOf(call)
    if (call.service !== 'agent') return shared
    return this.free.get(shared)?.pop() ?? `${shared} ${this.made++}`
  }

  giveBack(call: Caller, connection: string): void {
    if (call.service !== 'agent') return
    const shared = nameOf(call)
    const free = this.free.get(shared)
    if (free) free.push(connection)
    else this.free.set(shared, [connection])
  }
}

const nameOf = ({ from, to, channel, service }: Caller): string =>
  `${from}>${to} ${channel} ${service}`

const pairOf = (a: RegionName, b: RegionName): string => (a < b ? `${a} ${b}` : `${b} ${a}`)
