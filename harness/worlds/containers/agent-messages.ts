import type { Plan } from '../../model/plan.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName } from '../../model/units.ts'
import type { Address } from '../adapters/message-wire.ts'
import type { Skew } from '../region-time.ts'

/** What an agent's process is started with. */
export type AgentConfig = {
  plan: Plan
  region: RegionName
  incarnation: number
  /** Of the true clock, in ns of CLOCK_MONOTONIC as text; null before the run has begun. */
  origin: string | null
  listen: Address
  /** Who may connect: every container can send to the address an agent listens on. */
  callers: readonly string[]
  /** Name of the run's collection, the same in every store. */
  collection: string
  /** Parts every store is divided into. */
  shards: number
  /** The own servers, and for every other region where this one dials to cross the link. */
  own: { store: Address; kafka: Address }
  remote: Record<RegionName, { store: Address; kafka: Address; agent: Address }>
  /** Folder for what the agent keeps over a crash. */
  durable: string
  skews: Skew[]
}

export type ToAgent =
  | { kind: 'open'; config: AgentConfig }
  | { kind: 'begin'; origin: string }
  | { kind: 'skews'; skews: Skew[] }
  | { kind: 'stop' }

export type FromAgent =
  | { kind: 'ready' }
  | { kind: 'event'; event: RecordEvent }
  /** The background half is over. */
  | { kind: 'ended' }
  /** Something that must not happen: the process exits after it. */
  | { kind: 'broken'; why: string }
