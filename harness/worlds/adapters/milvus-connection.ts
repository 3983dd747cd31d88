import { MilvusClient } from '@zilliz/milvus2-sdk-node'
import type { Us } from '../../model/units.ts'
import { CallError, DeadlineError } from '../../ports/errors.ts'
import { within } from './host-clock.ts'
import { accepted, callErrorOf, type Effect } from './milvus-errors.ts'
import { type Answers, type Method, MilvusWire } from './milvus-wire.ts'

export type ConnectionSetting = {
  /** `host:port`. */
  address: string
  /** More than can ever be in flight: the SDK's pool must never be what a call waits for. */
  inFlight: number
  /** The connection was taken for dead and made anew; how long no call had been answered. */
  onRebuilt?: (silentMs: number) => void
}

const CLOSE_WITHIN_US: Us = 2_000_000
/** Connections made in this process so far. */
let made = 0

/**
 * Calls of one Milvus server, through the SDK and, where a run makes thousands, over gRPC itself: no hidden retries, no
 * telemetry, a deadline for each, the status of every answer checked. Where deadlines persist the client may hold a
 * connection that never comes back (measured after 20 s of black hole): then the next call gets a new one.
 */
export class MilvusConnection {
  private readonly sdk: Renewed<MilvusClient>
  private readonly wire: Renewed<MilvusWire>
  private closed = false

  constructor(setting: ConnectionSetting) {
    const onRebuilt = (silentMs: number): void => setting.onRebuilt?.(silentMs)
    this.sdk = new Renewed(() => openSdk(setting), ended, onRebuilt)
    const open = () => new MilvusWire(setting.address, { ...keptAlive, ...channelOptions() })
    this.wire = new Renewed(open, async (wire) => wire.close(), onRebuilt)
  }

  /**
   * One call, or several under one deadline: `ask` passes the timeout on. Rejects with DeadlineError after
   * `deadlineUs`, with a CallError for every answer whose status is not success.
   */
  call<T>(
    effect: Effect,
    deadlineUs: Us,
    ask: (sdk: MilvusClient, timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    return this.through(this.sdk, effect, deadlineUs, (sdk, timeoutMs) =>
      within(deadlineUs, ask(sdk, timeoutMs)),
    )
  }

  /** The same for one of the hot calls, whose deadline is kept by gRPC. */
  ask<M extends Method>(
    effect: Effect,
    deadlineUs: Us,
    method: M,
    request: object,
  ): Promise<Answers[M]> {
    return this.through(this.wire, effect, deadlineUs, (wire, timeoutMs) =>
      wire.ask(method, request, timeoutMs),
    )
  }

  /** Waits for calls in flight, but not for long. */
  async close(): Promise<void> {
    this.closed = true
    await Promise.all([this.sdk.end(), this.wire.end()])
  }

  private async through<C, T>(
    line: Renewed<C>,
    effect: Effect,
    deadlineUs: Us,
    ask: (client: C, timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    if (this.closed) throw new CallError('this Milvus client is closed', { definite: true })
    const client = line.client()
    const endsMs = performance.now() + deadlineUs / 1000
    try {
      // The SDK takes a timeout of 0 for a whole day.
      const timeoutMs = Math.max(1, Math.ceil(deadlineUs / 1000))
      const answer = accepted(await ask(client, timeoutMs), effect)
      // Deadlines of gRPC have a grain of 1 ms, and its timers may fire after the answer.
      if (performance.now() > endsMs) throw new DeadlineError()
      line.answered(client)
      return answer
    } catch (thrown) {
      const error = callErrorOf(thrown, effect)
      if (error instanceof DeadlineError && !this.closed) line.late(client)
      throw error
    }
  }
}

/** A client that is opened when it is first needed, and made anew once it is taken for dead. */
class Renewed<C> {
  private held: C | null = null
  private readonly streak = new DeadlineStreak()

  private readonly open: () => C
  private readonly close: (client: C) => Promise<unknown>
  private readonly onRebuilt: (silentMs: number) => void

  constructor(
    open: () => C,
    close: (client: C) => Promise<unknown>,
    onRebuilt: (silentMs: number) => void,
  ) {
    this.open = open
    this.close = close
    this.onRebuilt = onRebuilt
  }

  client(): C {
    this.held ??= this.open()
    return this.held
  }

  answered(client: C): void {
    if (client === this.held) this.streak.answered()
  }

  late(client: C): void {
    if (client !== this.held) return
    const silentMs = this.streak.late(performance.now())
    if (silentMs === null) return
    this.held = this.open()
    this.close(client).catch(() => {})
    this.onRebuilt(silentMs)
  }

  async end(): Promise<void> {
    if (this.held !== null) await this.close(this.held)
  }
}

const FIRST_PATIENCE_MS = 3_000
const MOST_PATIENCE_MS = 24_000

/**
 * Three calls in a row past their deadline, the last more than three seconds after the first: a dead connection. Where
 * a new one brings no answer either, it is the server that is silent, and patience doubles: to make a client of the SDK
 * keeps this process from everything else for a fifth of a second (measured).
 */
export class DeadlineStreak {
  private readonly atLeast = 3
  private patienceMs = FIRST_PATIENCE_MS
  private count = 0
  private firstMs = 0

  answered(): void {
    this.count = 0
    this.patienceMs = FIRST_PATIENCE_MS
  }

  /** A call was late at `nowMs`. How long none was answered if that is too long, else null. */
  late(nowMs: number): number | null {
    if (this.count === 0) this.firstMs = nowMs
    this.count++
    const silentMs = nowMs - this.firstMs
    if (this.count < this.atLeast || silentMs <= this.patienceMs) return null
    this.count = 0
    this.patienceMs = Math.min(2 * this.patienceMs, MOST_PATIENCE_MS)
    return silentMs
  }
}

function openSdk({ address, inFlight }: ConnectionSetting): MilvusClient {
  return new MilvusClient({
    address,
    maxRetries: 0,
    telemetry: { enabled: false },
    // It logs to stdout, where a command's result belongs; in a test run every request and answer.
    logLevel: 'error',
    pool: { min: 0, max: inFlight },
    // Its own hello has a timeout of its own, and nobody catches it if it fails.
    __SKIP_CONNECT__: true,
    channelOptions: channelOptions(),
  })
}

const channelOptions = () => ({
  'grpc.enable_retries': 0,
  // The default waits up to two minutes between attempts; a client must be back soon after its server.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  // gRPC shares a connection among equal clients of a process: while another one, or a call of the old
  // one, holds the dead connection, a new client would get just that.
  'grpc.primary_user_agent': `faultline-${++made}`,
})

/** What the SDK sets by itself: answers of any size, and a connection that is asked whether it lives. */
const keptAlive = {
  'grpc.max_send_message_length': -1,
  'grpc.max_receive_message_length': -1,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.keepalive_permit_without_calls': 1,
}

const ended = (sdk: MilvusClient): Promise<unknown> =>
  within(CLOSE_WITHIN_US, sdk.closeConnection()).catch((error: unknown) => {
    if (!(error instanceof DeadlineError)) throw error
  })
