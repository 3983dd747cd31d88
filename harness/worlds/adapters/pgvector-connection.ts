import pg from 'pg'
import type { Us } from '../../model/units.ts'
import { CallError, DeadlineError } from '../../ports/errors.ts'
import { within } from './host-clock.ts'
import { callErrorOf, type Effect, notConnected } from './pgvector-errors.ts'

export type PgvectorSession = {
  /** `host:port`. */
  address: string
  /** Most calls that may be under way at once. */
  inFlight: number
  /** Settings of every session, e.g. `hnsw.ef_search`. */
  settings: Readonly<Record<string, string | number>>
}

/** A process of the server for each: more only take turns on the same cores. What is beyond waits here, inside its deadline. */
const MOST_CONNECTIONS = 32
/** A connection that is not made in this time is given up, so that a cut link does not hold all places of the pool. */
const CONNECT_MS = 2_000
const CLOSE_WITHIN_US: Us = 2_000_000

/** The pool's own limit would also end waiting for a place, which has the deadline of the call. */
class DialingClient extends pg.Client {
  constructor(config?: pg.ClientConfig) {
    super({ ...config, connectionTimeoutMillis: CONNECT_MS })
  }
}

/**
 * Calls of one PostgreSQL server over a pool of connections. A call has its deadline here, and the server ends the
 * statement by `statement_timeout` no later than at twice that: nothing goes on that nobody waits for. A connection
 * with a failed or late call is never used again, so a cut link needs no rebuilding: the next call dials.
 */
export class PgvectorConnection {
  private readonly pool: pg.Pool
  /** The statement timeout each connection has now, in ms. */
  private readonly timeouts = new WeakMap<pg.PoolClient, number>()
  private closed = false

  constructor({ address, inFlight, settings }: PgvectorSession) {
    const [host = '', port = ''] = address.split(':')
    this.pool = new pg.Pool({
      ...{ host, port: Number(port), user: 'postgres', database: 'postgres' },
      application_name: 'faultline',
      max: Math.min(inFlight, MOST_CONNECTIONS),
      idleTimeoutMillis: 0,
      Client: DialingClient,
      keepAlive: true,
      options: Object.entries(settings)
        .map(([name, value]) => `-c ${name}=${value}`)
        .join(' '),
    })
    // A connection that breaks is found by the call on it, or is gone before the next: no event of its own ends a run.
    this.pool.on('error', () => {})
    this.pool.on('connect', (client) => client.on('error', () => {}))
  }

  /** One call, or several on one connection under one deadline. Rejects with DeadlineError after `deadlineUs`. */
  async call<T>(
    effect: Effect,
    deadlineUs: Us,
    ask: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    if (this.closed) throw new CallError('this PostgreSQL client is closed', { definite: true })
    const endsMs = performance.now() + deadlineUs / 1000
    const client = await this.connected(deadlineUs)
    try {
      const leftUs = Math.max(0, (endsMs - performance.now()) * 1000)
      const answer = await within(leftUs, this.bounded(client, leftUs, ask))
      client.release()
      return answer
    } catch (thrown) {
      client.release(true)
      throw callErrorOf(thrown, effect)
    }
  }

  /** Does not wait long for calls in flight. */
  async close(): Promise<void> {
    if (this.closed) return
    this.closed = true
    await within(CLOSE_WITHIN_US, this.pool.end()).catch((error: unknown) => {
      if (!(error instanceof DeadlineError)) throw error
    })
  }

  private async connected(deadlineUs: Us): Promise<pg.PoolClient> {
    const connecting = this.pool.connect()
    try {
      return await within(deadlineUs, connecting)
    } catch (thrown) {
      // It may still come, and must go back then.
      if (thrown instanceof DeadlineError)
        connecting.then(
          (client) => client.release(),
          () => {},
        )
      throw notConnected(thrown)
    }
  }

  /** Tells the server the deadline only where it differs: powers of two, or every call would be two. */
  private async bounded<T>(
    client: pg.PoolClient,
    leftUs: Us,
    ask: (client: pg.PoolClient) => Promise<T>,
  ): Promise<T> {
    const timeoutMs = 2 ** Math.ceil(Math.log2(Math.max(1, leftUs / 1000)))
    if (this.timeouts.get(client) !== timeoutMs) {
      await client.query(`SET statement_timeout = ${timeoutMs}`)
      this.timeouts.set(client, timeoutMs)
    }
    return ask(client)
  }
}
