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

/**
 * One station of one write in one region.
 * `logged`: in a region's own log. `mirrored`: in a target's copy of another region's log (once per copy).
 * `applied`: the store of `region` acknowledged this version. `older`, `duplicate`: the applier found a newer
 * version, or this very one, already there (`tie`: stamps equal but for the region). `again`: a log brought it a second
 * time; whether it has been applied by then is not said. `unanswered`: the store was given this version and did not
 * answer in time, so that it may be there or come to be. `visible`: the version (or its tombstone) acts on searches;
 * of one that was never `applied` this is the first that is known.
 */
export type HopEvent = {
  type: 'hop'
  t: Us
  hop:
    | 'logged'
    | 'mirrored'
    | 'applied'
    | 'unanswered'
    | 'older'
    | 'duplicate'
    | 'again'
    | 'visible'
  region: RegionName
  write: WriteId
  id: PointId
  /** logged, mirrored: the log's partition and offset. */
  partition?: number
  offset?: number
  /** mirrored: whose log it is a copy of. */
  from?: RegionName
  /** applied, unanswered, older, duplicate, again, logged: which incarnation of the region's agent did it. */
  incarnation?: number
  tie?: true
  /** applied: the shard it is kept in now, for systems with shards. */
  shard?: number
  /** applied: a tombstone took this version out, as if it had never been written. */
  dropped?: true
}

export type AgentEvent = {
  type: 'agent'
  t: Us
  region: RegionName
  what: 'start' | 'crash' | 'pause' | 'resume'
  incarnation: number
}

/** The agent forgot tombstones for good, `lifetime` after they were written. */
export type TombstoneEvent = {
  type: 'tombstones'
  t: Us
  region: RegionName
  ids: PointId[]
  writes: WriteId[]
}

/**
 * Who may write, by a lease with a fencing token. `acquired`, `lost`: the agent of `region` became primary under
 * `epoch`, or knows that it no longer is. `accepted`: it acknowledged a user's write under that epoch. `rejected`:
 * it refused a write or a change of an older epoch.
 */
export type EpochEvent = {
  type: 'epoch'
  t: Us
  region: RegionName
  what: 'acquired' | 'lost' | 'accepted' | 'rejected'
  epoch: number
  write?: WriteId
  id?: PointId
}

/** An agent brought points up to date outside the normal way; `from` is where it had them from. */
export type RepairEvent = {
  type: 'repair'
  t: Us
  region: RegionName
  how: 'read-repair' | 'anti-entropy' | 'delta' | 'snapshot'
  points: number
  from?: RegionName
}

/** An agent changed how it serves users. */
export type ModeEvent = {
  type: 'mode'
  t: Us
  region: RegionName
  what: 'read-only' | 'read-write' | 'buffering' | 'shedding'
}

/** Vectors of pinned points crossed a link between agents, or in a mirror's copy. */
export type CarriedEvent = {
  type: 'carried'
  t: Us
  from: RegionName
  to: RegionName
  ids: PointId[]
}

/** A consumer group committed: next offset to read, per partition of `topic`. */
export type CommitEvent = {
  type: 'commit'
  t: Us
  region: RegionName
  group: string
  topic: string
  offsets: number[]
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

/** The link `a>b` that a canary sends echoes over, by its name: `link a>b`, or `link a>b kafka` for one path of several. */
export const echoedLink = (canary: string): string | undefined => /^link (\S+)/.exec(canary)?.[1]

/** Bytes sent over a directed link since the last such event. */
export type LinkBytesEvent = {
  type: 'link.bytes'
  t: Us
  from: RegionName
  to: RegionName
  bytes: number
}

/** What a server says of itself: `group-lag applier` in records, `segments sealed`, a metric. No verdict uses it. */
export type FigureEvent = {
  type: 'figure'
  t: Us
  region: RegionName
  figure: string
  value: number
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
