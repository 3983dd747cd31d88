import { connect, createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LinkPlan } from '../../harness/model/plan.ts'
import { MS, type Us } from '../../harness/model/units.ts'
import { freeHostPorts } from '../../harness/worlds/containers/topology/host-ports.ts'
import { labelsOf } from '../../harness/worlds/containers/topology/labels.ts'
import type { ProxyPlace } from '../../harness/worlds/containers/topology/layout.ts'
import { ProxiedLinks } from '../../harness/worlds/containers/topology/links.ts'
import { Toxics } from '../../harness/worlds/containers/topology/toxics.ts'
import { dockerClient } from '../../harness/worlds/images/docker.ts'
import { imageFor } from '../../harness/worlds/images/image-list.ts'
import type { Sent } from '../support/one-way.ts'

const host = '127.0.0.1'
const docker = dockerClient({ timeoutMs: 60_000 })
/**
 * What arrived of what was sent: null is what did not. `lateUs`: how much later than due its twin came, sent at the same
 * moment over a link of the same latency that does not vary: what this machine takes of all that waits on it.
 */
export type Arrival = Sent & { delayUs: Us | null; lateUs: Us }

/** Fault of which both links take their share: what a message is delayed by, and what its twin is. */
export type Fault = (
  links: ProxiedLinks,
  link: LinkPlan,
  isTwin: boolean,
) => Promise<() => Promise<void>>

const nowUs = (): Us => Number(process.hrtime.bigint() / 1000n)

type Message = { us: Us; arrivedUs: Us | null }
type Ends = { clients: Socket[]; servers: Map<number, Socket> }

/**
 * Both directions of one link through a real Toxiproxy, measured one way each, beside a twin whose delay does not vary:
 * both ends are in this process.
 */
export class OneWayPaths {
  private readonly messages: Message[] = []
  private readonly ends: Record<string, Ends> = {}

  private readonly container: string
  private readonly server: Server
  private readonly paths: Record<'measured' | 'twin', ProxyPlace>
  private readonly plans: readonly LinkPlan[]
  readonly links: ProxiedLinks

  private constructor(
    container: string,
    server: Server,
    paths: Record<'measured' | 'twin', ProxyPlace>,
    plans: readonly LinkPlan[],
    links: ProxiedLinks,
  ) {
    this.container = container
    this.server = server
    this.paths = paths
    this.plans = plans
    this.links = links
    server.on('connection', (socket) => this.listen(socket, true))
  }

  static async open(link: LinkPlan, back: LinkPlan): Promise<OneWayPaths> {
    const [control = 0, upstream = 0, ...ports] = await freeHostPorts(6)
    const container = `faultline-one-way-${process.pid}`
    await startToxiproxy(container, control)
    const path = (client: string, other: string, i: number): ProxyPlace => {
      const listen = { host, port: ports[i] as number }
      const name = `${client}.${other}.echo`
      const far = { name: `${name}.far`, listen: { host, port: ports[i + 1] as number } }
      const ends = { client, server: other, path: 'echo' } as const
      return { ...ends, name, listen, far, upstream: { host, port: upstream }, dial: listen }
    }
    const paths = {
      measured: path(link.from, link.to, 0),
      twin: path(twinOf(link).from, twinOf(link).to, 2),
    }
    const toxics = new Toxics(control)
    while (!(await toxics.answers().catch(() => null))) await sleep(50)
    await toxics.createProxies(Object.values(paths))
    const links = new ProxiedLinks(Object.values(paths), toxics, 'not counted')
    for (const one of [link, back]) {
      await links.establish(one)
      await links.establish(twinOf(one))
    }
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(upstream, host, resolve))
    return new OneWayPaths(container, server, paths, [link, back], links)
  }

  /** Begins a fault on both directions, and on those of the twin. */
  async begin(fault: Fault): Promise<() => Promise<void>> {
    const { links, plans } = this
    const heals = await Promise.all(
      plans.flatMap((plan) => [fault(links, plan, false), fault(links, twinOf(plan), true)]),
    )
    return async () => {
      await Promise.all(heals.map((heal) => heal()))
    }
  }

  /** So many connections, each open from end to end. */
  async connect(count: number): Promise<void> {
    this.hangUp()
    for (const [name, path] of Object.entries(this.paths)) {
      const ends: Ends = { clients: [], servers: new Map() }
      this.ends[name] = ends
      for (let i = 0; i < count; i++) ends.clients.push(await this.dial(path, `${name} ${i}`))
      while (ends.servers.size < count) await sleep(5)
    }
  }

  /**
   * Sends `each` messages on every connection, both ways, `everyMs` apart on each; waits until all have come, at most
   * `withinMs` after the last. `there` went over the link, `back` over its other direction. `twinUs`: what twins take.
   */
  async measure(each: number, everyMs: number, twinUs: Us, withinMs = 10_000) {
    const { measured, twin } = this.ends as Record<'measured' | 'twin', Ends>
    const count = measured.clients.length
    const began = nowUs()
    const stepUs = (everyMs * MS) / count
    const sent: { connection: number; pairs: [Message, Message][] }[] = []
    for (let i = 0; i < each * count; i++) {
      const wait = began + i * stepUs - nowUs()
      if (wait > 0) await sleep(wait / 1000)
      const connection = i % count
      const pair = (end: (ends: Ends) => Socket | undefined): [Message, Message] => [
        this.send(end(measured)),
        this.send(end(twin)),
      ]
      const pairs = [
        pair(({ clients }) => clients[connection]),
        pair(({ servers }) => servers.get(connection)),
      ]
      sent.push({ connection, pairs })
    }
    const untilUs = nowUs() + withinMs * MS
    const all = sent.flatMap(({ pairs }) => pairs.flat())
    while (all.some(({ arrivedUs }) => arrivedUs === null) && nowUs() < untilUs) await sleep(10)
    const direction = (which: number): Arrival[] =>
      sent.map(({ connection, pairs }) => {
        const [message, twin] = pairs[which] as [Message, Message]
        const delayUs = delayOf(message)
        return { connection, us: message.us, delayUs, lateUs: (delayOf(twin) ?? 0) - twinUs }
      })
    return { there: direction(0), back: direction(1) }
  }

  async close(): Promise<void> {
    this.hangUp()
    await docker(['rm', '--force', this.container])
    this.server.close()
  }

  private hangUp(): void {
    for (const { clients, servers } of Object.values(this.ends))
      for (const socket of [...clients, ...servers.values()]) socket.destroy()
  }

  private send(socket: Socket | undefined): Message {
    const message: Message = { us: nowUs(), arrivedUs: null }
    socket?.write(`${this.messages.push(message) - 1}\n`)
    return message
  }

  private dial(path: ProxyPlace, name: string): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...path.dial, noDelay: true }, () => {
        socket.write(`hello ${name}\n`)
        resolve(socket)
      })
      socket.once('error', reject)
      this.listen(socket, false)
    })
  }

  private listen(socket: Socket, accepted: boolean): void {
    let rest = ''
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      const us = nowUs()
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) this.hear(line, us, accepted ? socket : null)
    })
  }

  private hear(line: string, us: Us, socket: Socket | null): void {
    const [word = '', path = '', connection] = line.split(' ')
    const message = this.messages[Number(word)]
    if (word === 'hello' && socket) this.ends[path]?.servers.set(Number(connection), socket)
    else if (message) message.arrivedUs = us
  }
}

async function startToxiproxy(container: string, control: number): Promise<void> {
  const labels = labelsOf(container, Math.round(Date.now() / 1000) + 600)
  const { code, stderr } = await docker([
    ...['run', '--detach', '--rm', '--name', container, '--network', 'host'],
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--env', 'LOG_LEVEL=error', imageFor('toxiproxy', 'built').image],
    ...[`-host=${host}`, `-port=${control}`],
  ])
  if (code !== 0) throw new Error(stderr)
}

const twinOf = (plan: LinkPlan): LinkPlan => ({
  ...plan,
  from: `${plan.from}-twin`,
  to: `${plan.to}-twin`,
  jitterUs: 0,
})

const delayOf = ({ us, arrivedUs }: Message): Us | null =>
  arrivedUs === null ? null : arrivedUs - us
