import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Exposition, exposition, expositionTypes } from '../../reports/export/exposition.ts'
import { EnvironmentError } from '../model/errors.ts'
import type { HealthLine } from '../model/health.ts'
import type { Operation } from '../model/operation.ts'
import type { Plan } from '../model/plan.ts'
import type { RecordEvent } from '../model/record.ts'
import { LiveFigures } from '../pipeline/live/live-figures.ts'
import type { Listening } from './metrics-flag.ts'

/** Who scrapes seldomer than this is not waited for. */
const LONGEST_SPACE_MS = 30_000
/** What is being answered when the endpoint ends may take so long. */
const ANSWERED_WITHIN_MS = 500

/**
 * Figures of a run for a scraper, over HTTP while the run lasts. It looks at what is recorded and has no influence on it.
 */
export class MetricsEndpoint {
  private scrapes = 0
  private lastMs = 0
  private everyMs = Number.POSITIVE_INFINITY

  private readonly server: Server
  private readonly figures: LiveFigures

  private constructor(server: Server, figures: LiveFigures) {
    this.server = server
    this.figures = figures
    server.on('request', (request, response) => this.answer(request, response))
  }

  /** Listens. Rejects with an EnvironmentError where it cannot. */
  static async open(plan: Plan, { host, port }: Listening): Promise<MetricsEndpoint> {
    const server = createServer()
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(notListening(error, host, port)),
      )
      server.listen(port, host, resolve)
    })
    return new MetricsEndpoint(server, new LiveFigures(plan))
  }

  /** The address of its figures. */
  get url(): string {
    const { address, family, port } = this.server.address() as AddressInfo
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/metrics`
  }

  expect(operations: readonly Operation[]): void {
    this.figures.expect(operations)
  }

  see(event: RecordEvent): void {
    this.figures.see(event)
  }

  seeHealth(line: HealthLine): void {
    this.figures.seeHealth(line)
  }

  /**
   * A run is over: a scraper that came regularly is waited for once more, so that it has the last figures. At most half as
   * long again as it let pass before, and not once `impatient`.
   */
  async lastLook(impatient: () => boolean, onWait: (text: string) => void): Promise<void> {
    if (this.everyMs > LONGEST_SPACE_MS || impatient()) return
    const before = this.scrapes
    const waitMs = 1.5 * this.everyMs
    if (waitMs > 1000)
      onWait(`waiting for the last scrape, ${(waitMs / 1000).toFixed(0)} s at most; Ctrl-C ends it`)
    const untilMs = performance.now() + waitMs
    while (this.scrapes === before && performance.now() < untilMs && !impatient()) await sleep(50)
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve))
    this.server.closeIdleConnections()
    setTimeout(() => this.server.closeAllConnections(), ANSWERED_WITHIN_MS).unref()
    await closed
  }

  private answer({ url, method, headers }: IncomingMessage, response: ServerResponse): void {
    const path = (url ?? '/').split('?')[0]
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    if (path !== '/metrics') {
      response.writeHead(path === '/' ? 200 : 404, { 'content-type': 'text/plain; charset=utf-8' })
      response.end('Figures of the run are at /metrics.\n')
      return
    }
    const format = wantedFormat(headers.accept)
    response.writeHead(200, { 'content-type': expositionTypes[format] })
    response.end(method === 'HEAD' ? undefined : exposition(this.figures.families(), format))
    this.scraped()
  }

  private scraped(): void {
    const nowMs = performance.now()
    if (this.scrapes > 0) this.everyMs = nowMs - this.lastMs
    this.lastMs = nowMs
    this.scrapes++
  }
}

/** OpenMetrics for who wants it at least as much as plain text; plain text for browsers and for who does not say. */
export function wantedFormat(accept = ''): Exposition {
  const wanted = (type: string): number => {
    const own = accept.split(',').filter((one) => one.trim().toLowerCase().startsWith(type))
    return Math.max(0, ...own.map((one) => Number(/;\s*q=([\d.]+)/.exec(one)?.[1] ?? 1)))
  }
  const openMetrics = wanted('application/openmetrics-text')
  return openMetrics > 0 && openMetrics >= wanted('text/plain') ? 'openmetrics' : 'text'
}

function notListening(error: NodeJS.ErrnoException, host: string, port: number): EnvironmentError {
  const at = `${host}:${port}`
  const why: Record<string, string> = {
    EADDRINUSE: `${at} is in use by another process. Choose another port, or any that is free: --metrics :0`,
    EACCES: `this user may not listen at ${at}. Ports from 1024 on are open to all: --metrics :9464`,
    EADDRNOTAVAIL: `${host} is no address of this machine. On this machine alone: --metrics :${port}`,
    ENOTFOUND: `there is no host ${host}. On this machine alone: --metrics :${port}`,
  }
  return new EnvironmentError(
    `Figures of the run cannot be shown: ${why[error.code ?? ''] ?? error.message}`,
  )
}
