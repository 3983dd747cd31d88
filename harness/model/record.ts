import type {
  AgentEvent,
  CarriedEvent,
  CommitEvent,
  EpochEvent,
  ModeEvent,
  RepairEvent,
  TombstoneEvent,
} from './agent-events.ts'
import type { FigureEvent } from './figure.ts'
import type { HopEvent } from './hop.ts'
import type { OperationKind, Outcome } from './operation.ts'
import type { Plan } from './plan.ts'
import type { PointId, Row, WriteId } from './point.ts'
import type { RegionName, Us } from './units.ts'

/**
 * The record: one JSON object a line, first the plan, then events in order of (t, seq). On real servers several
 * processes tell one writer: lines stand in the order of hearing, milliseconds off, and readers sort them by t.
 * `t` is the true time in µs since the start of warm-up; only the harness knows it, systems never do.
 * Other tools may read this file; a field is never renamed without raising `format` in the plan line.
 */
export type RecordEvent =
  | PlanEvent
  | OpStart
  | OpTry
  | OpEnd
  | OpShed
  | ProbeEvent
  | HopEvent
  | AgentEvent
  | MirrorEvent
  | CommitEvent
  | TombstoneEvent
  | EpochEvent
  | RepairEvent
  | ModeEvent
  | CarriedEvent
  | StoreEvent
  | LogEvent
  | FaultEvent
  | CanaryEvent
  | LinkBytesEvent
  | FigureEvent
  | ScanEvent
  | EndEvent

export type { HopEvent } from './hop.ts'

export type PlanEvent = { type: 'plan'; t: 0; faultline: string; plan: Plan }

/** An operation left the client. `t` is the dispatch. */
export type OpStart = {
  type: 'op.start'
  t: Us
  op: WriteId
  kind: OperationKind
  client: string
  /** Where the client is. */
  region: RegionName
  /** Which region's agent it was sent to. */
  gateway: RegionName
  intended: Us
  /** A search of a closed loop: `intended` waited for the answer before, so the time from there is no response time. */
  closed?: true
  query?: Row
  k?: number
  id?: PointId
  row?: Row
}

/** A further attempt under the same operation; attempts count from 1, which is the op.start itself. */
export type OpTry = { type: 'op.try'; t: Us; op: WriteId; attempt: number; gateway: RegionName }

/**
 * The operation's end as the client saw it. `ids[i]`,`writes[i]` name the versions a search or fetch returned,
 * best first; `cacheAge` is present if a cache answered. What an answer says of itself is present only if it does:
 * see `AnswerNotes`.
 */
export type OpEnd = {
  type: 'op.end'
  t: Us
  op: WriteId
  outcome: Outcome
  gateway: RegionName
  attempts: number
  error?: string
  ids?: PointId[]
  writes?: WriteId[]
  cacheAge?: Us
  /** Reads: whose stores the answer came from. Writes: who had it when it was acknowledged. Absent: the gateway. */
  from?: RegionName[]
  /** The answer may be older than the system's bound, and says so. */
  stale?: true
  /** Some of what was asked did not answer in time, and the answer says so. */
  partial?: true
  shards?: { asked: number[]; answered: number[] }
}

/** An operation that was never dispatched: over the in-flight cap, or still queued when the run ended. */
export type OpShed = {
  type: 'op.shed'
  t: Us
  op: WriteId
  kind: OperationKind
  client: string
  region: RegionName
  intended: Us
  reason: 'in-flight cap' | 'run ended'
  id?: PointId
}

/** One region's answer to a paired probe; answers of one `pair` were asked for at one instant `t`. */
export type ProbeEvent = {
  type: 'probe'
  t: Us
  pair: number
  region: RegionName
  query: Row
  k: number
  done: Us
  outcome: Outcome
  ids: PointId[]
  writes: WriteId[]
}

/** A mirror's life: `resumed` says from which offsets it went on after a start; `skipped` what retention took. */
export type MirrorEvent = {
  type: 'mirror'
  t: Us
  from: RegionName
  to: RegionName
  what: 'start' | 'kill' | 'pause' | 'resume' | 'resumed' | 'flush' | 'skipped'
  offsets?: number[]
}

/**
 * `down`..`up`: no call is answered (`because`: how it ended, where no fault ended it); `unloaded`..`loaded`: no data;
 * `sealed`, `compacted`: now in a graph segment. `replaced`: for these points searches now see these writes, and the
 * store has them: all at once, as the alias points at another collection or the disk was lost; -1: the point is gone.
 */
export type StoreEvent = {
  type: 'store'
  t: Us
  region: RegionName
  what: 'down' | 'up' | 'unloaded' | 'loaded' | 'sealed' | 'compacted' | 'replaced'
  because?: string
  segment?: number
  writes?: WriteId[]
  ids?: PointId[]
}

/** Retention took records of `topic`, or its disk was `lost`: the first offset still held, per partition. */
export type LogEvent = {
  type: 'log'
  t: Us
  region: RegionName
  what: 'truncated' | 'lost'
  topic: string
  firsts: number[]
}

/** A fault's life; `confirmed` and `heal-confirmed` come from canaries, and no figure is counted from them. */
export type FaultEvent = {
  type: 'fault'
  t: Us
  name: string
  what: 'injected' | 'healed' | 'confirmed' | 'heal-confirmed'
  /** confirmed, heal-confirmed: which canary, and what it saw. */
  canary?: string
  saw?: string
  /**
   * confirmed, heal-confirmed: [last reading of before, first of after]. injected, healed: [asked of the world, done], if
   * it took any time: the fault came or went between them.
   */
  bracket?: [Us, Us]
}

/** One canary measurement: an echo over a link, a health answer, a known-row read, a log round trip. */
export type CanaryEvent = {
  type: 'canary'
  t: Us
  /** `link us>eu` (echoes; with the path where there are several), `close us>eu`, `agent eu`, `store eu`, `log eu`, `mirror us>eu`, `clock eu`. */
  canary: string
  /** Round trip in µs; -1 if no answer came in time. */
  rtt: number
  /** link: whether the far side saw the echo request, which tells the direction of a one-way cut. */
  arrived?: boolean
  /** clock: wall clock of the region minus true time, in µs. */
  offset?: number
}

/** Bytes sent over a directed link since the last such event. */
export type LinkBytesEvent = {
  type: 'link.bytes'
  t: Us
  from: RegionName
  to: RegionName
  bytes: number
}

/**
 * A full scan of a region's store by the harness, read strong. Every scan has the digest and count;
 * the last one of each region also the rows, sorted by id, tombstones included, the sentinel not.
 * `rows[i]` is the pool row whose vector the store holds for `ids[i]` (-1 for a tombstone): ids may repeat,
 * which is a finding.
 */
export type ScanEvent = {
  type: 'scan'
  t: Us
  region: RegionName
  final: boolean
  points: number
  digest: string
  ids?: PointId[]
  writes?: WriteId[]
  rows?: Row[]
}

/** How the run ended. A record without this line was cut off. */
export type EndEvent = {
  type: 'end'
  t: Us
  how: 'complete' | 'interrupted' | 'failed'
  because?: string
}
