import { type Proxy as ClientProxy, Toxiproxy } from 'toxiproxy-node-client'
import { EnvironmentError } from '../../../model/errors.ts'
import { SECOND } from '../../../model/units.ts'
import { within } from '../../adapters/host-clock.ts'
import type { Address } from '../../adapters/message-wire.ts'
import { proxyRefused, toxicDiffers } from './errors.ts'
import { type Layout, loopback } from './layout.ts'

/**
 * How long Toxiproxy may take for one call; its client has no limit of its own. On a machine that cannot keep up it takes
 * seconds: how late a fault came is said by what its canary saw, and no reason to end the run.
 */
const WITHIN_US = 30 * SECOND

export type ToxicKind = 'latency' | 'timeout' | 'bandwidth' | 'reset_peer' | 'slow_close'
export type Stream = 'upstream' | 'downstream'

/** One toxic on one stream of one proxy. Toxiproxy takes whole numbers only, and ignores names it does not know. */
export type ToxicAt = {
  proxy: string
  name: string
  stream: Stream
  kind: ToxicKind
  attributes: Record<string, number>
}

type Has = { name: string; type: string; stream: string; attributes: Record<string, number> }

/** What was asked of Toxiproxy, and what it has. Every change is read back. */
export class Toxics {
  private readonly api: Toxiproxy
  /** What Toxiproxy should have, by place. */
  private readonly expected = new Map<string, ToxicAt>()
  private changes = 0
  private readonly pending = new Set<Promise<void>>()

  constructor(control: number) {
    this.api = new Toxiproxy(`http://${loopback}:${control}`)
  }

  /** Rejects unless the control port answers. */
  async answers(): Promise<string> {
    return this.call('answer on /version', this.api.getVersion())
  }

  async createProxies(paths: Layout['proxies']): Promise<void> {
    const at = ({ host, port }: Address): string => `${host}:${port}`
    const bodies = paths.flatMap(({ name, listen, far, upstream }) => [
      { name: far.name, listen: at(far.listen), upstream: at(upstream) },
      { name, listen: at(listen), upstream: at(far.listen) },
    ])
    if (bodies.length > 0) await this.call('create the proxies', this.api.populate(bodies))
    const has = await this.read()
    for (const body of bodies) {
      const { listen, upstream, enabled } = has.get(body.name) ?? {}
      if (!enabled || listen !== body.listen || upstream !== body.upstream)
        throw toxicDiffers(body.name, body, { listen, upstream, enabled })
    }
  }

  /** Adds toxics, or gives those already there other attributes. */
  set(toxics: readonly ToxicAt[]): Promise<void> {
    return this.changed(toxics, async (toxic) => {
      const path = `${this.api.host}/proxies/${toxic.proxy}/toxics`
      const { name, stream, kind: type, attributes } = toxic
      const known = this.expected.has(placeOf(toxic))
      const body = { name, stream, type, toxicity: 1, attributes }
      await this.call(
        `set ${type} on ${toxic.proxy}`,
        this.api.getApi().post(known ? `${path}/${name}` : path, body),
      )
      this.expected.set(placeOf(toxic), toxic)
    })
  }

  remove(toxics: readonly ToxicAt[]): Promise<void> {
    return this.changed(toxics, async (toxic) => {
      const url = `${this.api.host}/proxies/${toxic.proxy}/toxics/${toxic.name}`
      await this.call(`remove ${toxic.kind} from ${toxic.proxy}`, this.api.getApi().delete(url))
      this.expected.delete(placeOf(toxic))
    })
  }

  /** Compares all toxics there are with all that were asked for, at a moment without a change under way. */
  async readBack(): Promise<void> {
    for (;;) {
      await Promise.allSettled(this.pending)
      const before = this.changes
      const has = await this.read()
      if (before !== this.changes) continue
      for (const toxic of this.expected.values()) compare(toxic, has)
      for (const [proxy, { toxics }] of has)
        for (const { name, type } of toxics)
          if (!this.expected.has(`${proxy}/${name}`))
            throw toxicDiffers(proxy, 'nothing', { name, type })
      return
    }
  }

  private changed(
    toxics: readonly ToxicAt[],
    apply: (toxic: ToxicAt) => Promise<void>,
  ): Promise<void> {
    this.changes++
    const change = (async () => {
      await Promise.all(toxics.map(apply))
      this.changes++
      const has = await this.read()
      for (const toxic of toxics) {
        // A later change of the same toxic may have come between: that one compares.
        const now = this.expected.get(placeOf(toxic))
        if (now) compare(now, has)
        else if (find(has, toxic)) throw toxicDiffers(toxic.proxy, 'nothing', find(has, toxic))
      }
    })()
    this.pending.add(change)
    change.catch(() => {}).finally(() => this.pending.delete(change))
    return change
  }

  private async read(): Promise<Map<string, ClientProxy & { toxics: Has[] }>> {
    const all = await this.call(
      'list its proxies',
      this.api.getApi().get(`${this.api.host}/proxies`),
    )
    return new Map(Object.entries(all.data as Record<string, ClientProxy & { toxics: Has[] }>))
  }

  private async call<T>(what: string, work: Promise<T>): Promise<T> {
    try {
      return await within(WITHIN_US, work, () => new Error(`no answer in ${WITHIN_US / SECOND} s`))
    } catch (error) {
      if (error instanceof EnvironmentError) throw error
      throw proxyRefused(what, (error as Error).message)
    }
  }
}

const placeOf = ({ proxy, name }: ToxicAt): string => `${proxy}/${name}`

const find = (has: ReadonlyMap<string, { toxics: Has[] }>, toxic: ToxicAt): Has | undefined =>
  has.get(toxic.proxy)?.toxics.find(({ name }) => name === toxic.name)

function compare(toxic: ToxicAt, has: ReadonlyMap<string, { toxics: Has[] }>): void {
  const found = find(has, toxic)
  const same =
    found !== undefined &&
    found.type === toxic.kind &&
    found.stream === toxic.stream &&
    sameNumbers(toxic.attributes, found.attributes)
  if (!same)
    throw toxicDiffers(
      toxic.proxy,
      { [toxic.kind]: toxic.attributes },
      found && {
        [found.type]: found.attributes,
      },
    )
}

/** What was not asked for must be 0, and what was asked for must be there. */
function sameNumbers(asked: Record<string, number>, has: Record<string, number>): boolean {
  const keys = new Set([...Object.keys(asked), ...Object.keys(has)])
  return [...keys].every(
    (key) => (asked[key] ?? 0) === (has[key] ?? 0) && (key in has || !(key in asked)),
  )
}
