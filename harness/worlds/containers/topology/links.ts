import { type LinkName, linkText } from '../../../model/fault.ts'
import type { LinkPlan } from '../../../model/plan.ts'
import { MS, type Us } from '../../../model/units.ts'
import { AddedDelay, type Delay } from './added-delay.ts'
import type { ByteCounters } from './byte-counters.ts'
import type { Layout } from './layout.ts'
import type { Heal, Links } from './setting.ts'
import type { Stream, ToxicAt, ToxicKind, Toxics } from './toxics.ts'

type StreamAt = { proxy: string; stream: Stream }

/**
 * The streams that carry one directed link: of each path the first on its way, which holds the link's own delay, and the
 * last, which faults act on; and the ends of the paths at the client and at the server, whose connections can be reset.
 */
type Streams = { first: StreamAt[]; last: StreamAt[]; ends: StreamAt[] }

/** The directed links, made of the streams of proxies. */
export class ProxiedLinks implements Links {
  private readonly streams = new Map<string, Streams>()
  private readonly added = new Map<string, AddedDelay>()
  private readonly faults = new Map<ToxicKind, number>()

  private readonly toxics: Toxics
  private readonly counters: ByteCounters | string

  constructor(paths: Layout['proxies'], toxics: Toxics, counters: ByteCounters | string) {
    this.toxics = toxics
    this.counters = counters
    for (const { name, far, client, server } of paths) {
      const up = (proxy: string): StreamAt => ({ proxy, stream: 'upstream' })
      const down = (proxy: string): StreamAt => ({ proxy, stream: 'downstream' })
      const ends = [down(name), up(far.name)]
      this.add({ from: client, to: server }, { first: up(name), last: up(far.name), ends })
      this.add({ from: server, to: client }, { first: down(far.name), last: down(name), ends })
    }
  }

  /** Gives a link its own delay and jitter, once, before anything crosses it. */
  async establish(link: LinkPlan): Promise<void> {
    const attributes = { latency: wholeMs(link.latencyUs), jitter: wholeMs(link.jitterUs) }
    await this.toxics.set(this.on(link, 'first', 'own', 'latency', attributes))
  }

  slow(link: LinkName, us: Us): Promise<Heal> {
    return this.delayOf(link).add({ latency: wholeMs(us), jitter: 0 })
  }

  shake(link: LinkName, us: Us): Promise<Heal> {
    // Toxiproxy draws latency ± jitter: never below nothing, and `us` more on the average.
    return this.delayOf(link).add({ latency: wholeMs(us), jitter: wholeMs(us) })
  }

  cut(link: LinkName): Promise<Heal> {
    return this.fault(link, 'timeout', { timeout: 0 })
  }

  connectionBandwidth(link: LinkName, bytesPerSec: number): Promise<Heal> {
    const rate = Math.round(bytesPerSec / 1000)
    if (rate < 1)
      throw new Error(
        `Toxiproxy cannot cap a connection below 1,000 bytes a second: ${bytesPerSec}`,
      )
    return this.fault(link, 'bandwidth', { rate })
  }

  resetConnections(link: LinkName): Promise<Heal> {
    return this.fault(link, 'reset_peer', { timeout: 0 }, 'ends')
  }

  slowClose(link: LinkName, us: Us): Promise<Heal> {
    return this.fault(link, 'slow_close', { delay: Math.round(us / 1000) })
  }

  bytes(): Promise<Map<string, number>> | string {
    return typeof this.counters === 'string' ? this.counters : this.counters.read()
  }

  readBack(): Promise<void> {
    return this.toxics.readBack()
  }

  private delayOf(link: LinkName): AddedDelay {
    const known = this.added.get(linkText(link))
    if (known) return known
    const toxics = (attributes: Delay) =>
      this.on(link, 'last', 'added', 'latency', { ...attributes })
    const delay = new AddedDelay((sum) =>
      sum ? this.toxics.set(toxics(sum)) : this.toxics.remove(toxics({ latency: 0, jitter: 0 })),
    )
    this.added.set(linkText(link), delay)
    return delay
  }

  /** Toxics under a name of their own, so that faults of one kind may overlap on a link. */
  private async fault(
    link: LinkName,
    kind: ToxicKind,
    attributes: Record<string, number>,
    where: keyof Streams = 'last',
  ): Promise<Heal> {
    const number = (this.faults.get(kind) ?? 0) + 1
    this.faults.set(kind, number)
    const toxics = this.on(link, where, `${kind}-${number}`, kind, attributes)
    await this.toxics.set(toxics)
    let healing: Promise<void> | null = null
    return () => {
      healing ??= this.toxics.remove(toxics)
      return healing
    }
  }

  private on(
    link: LinkName,
    where: keyof Streams,
    name: string,
    kind: ToxicKind,
    attributes: Record<string, number>,
  ): ToxicAt[] {
    const streams = this.streams.get(linkText(link))
    if (!streams) throw new Error(`no link ${linkText(link)} in this topology`)
    return streams[where].map(({ proxy, stream }) => ({
      proxy,
      stream,
      kind,
      attributes,
      // One name per proxy: the same toxic may be on both of its streams, for the two directions.
      name: `${name}-${stream}`,
    }))
  }

  private add(link: LinkName, path: { first: StreamAt; last: StreamAt; ends: StreamAt[] }): void {
    const { first, last, ends } = this.streams.get(linkText(link)) ?? {
      first: [],
      last: [],
      ends: [],
    }
    this.streams.set(linkText(link), {
      first: [...first, path.first],
      last: [...last, path.last],
      ends: [...ends, ...path.ends],
    })
  }
}

/** Toxiproxy counts in whole milliseconds; what is finer was refused before anything was started. */
function wholeMs(us: Us): number {
  if (us % MS !== 0)
    throw new Error(`Toxiproxy cannot delay by ${us} µs: it counts whole milliseconds`)
  return us / MS
}
