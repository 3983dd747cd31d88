import type { PointId, WriteId } from './point.ts'
import type { RegionName, Us } from './units.ts'

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
