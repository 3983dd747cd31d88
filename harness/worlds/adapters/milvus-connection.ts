import { MilvusClient } from '@zilliz/milvus2-sdk-node'
import type { Us } from '../../model/units.ts'
import { CallError, DeadlineError } from '../../ports/errors.ts'
import { within } from './host-clock.ts'
import { accepted, callErrorOf, type Effect } from './milvus-errors.ts'

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
 * Calls of one Milvus server through the SDK: no hidden retries, no telemetry, a deadline for each, the status of
 * every answer checked. Where deadlines persist the SDK may hold a connection that never comes back (measured
 * after 20 s of black hole): then the next call gets a new one.
 */
export class MilvusConnection {
  private sdk: MilvusClient
  private readonly streak = new DeadlineStreak()
  private closed = false

  private readonly setting: ConnectionSetting

  constructor(setting: ConnectionSetting) {
    this.setting = setting
    this.sdk = openSdk(setting)
  }

  /**
   * One call, or several under one deadline: `ask` passes the timeout on. Rejects with DeadlineError after
   * `deadlineUs`, with a CallError for every answer whose status is not success.
   */
  async call<T>(
    effect: Effect,
    deadlineUs: Us,
    ask: (sdk: MilvusClient, timeoutMs: number) => Promise<T>,
  ): Promise<T> {
    if (this.closed) throw new CallError('this Milvus client is closed', { definite: true })
    const { sdk } = this
    try {
      // The SDK takes a timeout of 0 for a whole day.
      const timeoutMs = Math.max(1, Math.ceil(deadlineUs / 1000))
      const answer = accepted(await within(deadlineUs, ask(sdk, timeoutMs)), effect)
      this.answered(sdk)
      return answer
    } catch (thrown) {
      const error = callErrorOf(thrown, effect)
      if (error instanceof DeadlineError) this.late(sdk)
      throw error
    }
  }

  /** Waits for calls in flight, but not for long. */
  async close(): Promise<void> {
    this.closed = true
    await ended(this.sdk)
  }

  private answered(sdk: MilvusClient): void {
    if (sdk === this.sdk) this.streak.answered()
  }

  private late(sdk: MilvusClient): void {
    if (sdk !== this.sdk || this.closed) return
    const silentMs = this.streak.late(performance.now())
    if (silentMs === null) return
    this.sdk = openSdk(this.setting)
    ended(sdk).catch(() => {})
    this.setting.onRebuilt?.(silentMs)
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
    channelOptions: {
      'grpc.enable_retries': 0,
      // The default waits up to two minutes between attempts; a client must be back soon after its server.
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1_000,
      // gRPC shares a connection among equal clients of a process: while another one, or a call of the old
      // one, holds the dead connection, a new client would get just that.
      'grpc.primary_user_agent': `faultline-${++made}`,
    },
  })
}

const ended = (sdk: MilvusClient): Promise<unknown> =>
  within(CLOSE_WITHIN_US, sdk.closeConnection()).catch((error: unknown) => {
    if (!(error instanceof DeadlineError)) throw error
  })
