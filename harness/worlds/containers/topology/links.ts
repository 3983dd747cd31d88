import { type LinkName, linkText } from '../../../model/fault.ts'
import type { Us } from '../../../model/units.ts'
import type { ByteCounters } from './byte-counters.ts'
import type { Layout } from './layout.ts'
import type { Heal, Links } from './setting.ts'
import type { Stream, ToxicAt, ToxicKind, Toxics } from './toxics.ts'

type StreamAt = { proxy: string; stream: Stream }

/** The directed links, made of the streams of proxies. */
export class ProxiedLinks implements Links {
  private readonly streams = new Map<string, StreamAt[]>()
  private readonly faults = new Map<ToxicKind, number>()

  constructor(
    proxies: Layout['proxies'],
    private readonly toxics: Toxics,
    private readonly counters: ByteCounters | string,
  ) {
    for (const { name, client, server } of proxies) {
      this.add({ from: client, to: server }, { proxy: name, stream: 'upstream' })
      this.add({ from: server, to: client }, { proxy: name, stream: 'downstream' })
    }
  }

  setDelay(link: LinkName, us: Us): Promise<void> {
    const attributes = { latency: Math.round(us / 1000), jitter: 0 }
    return this.toxics.set(this.on(link, 'delay', 'latency', attributes))
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
    return this.fault(link, 'reset_peer', { timeout: 0 })
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

  /** Toxics under a name of their own, so that faults of one kind may overlap on a link. */
  private async fault(
    link: LinkName,
    kind: ToxicKind,
    attributes: Record<string, number>,
  ): Promise<Heal> {
    const number = (this.faults.get(kind) ?? 0) + 1
    this.faults.set(kind, number)
    const toxics = this.on(link, `${kind}-${number}`, kind, attributes)
    await this.toxics.set(toxics)
    let healing: Promise<void> | null = null
    return () => {
      healing ??= this.toxics.remove(toxics)
      return healing
    }
  }

  private on(
    link: LinkName,
    name: string,
    kind: ToxicKind,
    attributes: Record<string, number>,
  ): ToxicAt[] {
    const streams = this.streams.get(linkText(link))
    if (!streams) throw new Error(`no link ${linkText(link)} in this topology`)
    return streams.map(({ proxy, stream }) => ({
      proxy,
      stream,
      kind,
      attributes,
      // One name per proxy: the same toxic may be on both of its streams, for the two directions.
      name: `${name}-${stream}`,
    }))
  }

  private add(link: LinkName, stream: StreamAt): void {
    const streams = this.streams.get(linkText(link)) ?? []
    this.streams.set(linkText(link), [...streams, stream])
  }
}
