import type { FaultPlan, LinkName } from '../model/fault.ts'
import type { Plan } from '../model/plan.ts'
import type { PointId, Row, StoredPoint } from '../model/point.ts'
import type { RecordEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { Agent, Stop, Terrain, UserTerrain } from './system.ts'

/** The harness's own clock. Systems never see it. */
export interface TrueClock {
  now(): Us
  until(us: Us): Promise<void>
}

/** A fault in force; disposing of it heals. */
export interface InForce {
  heal(): Promise<void>
}

export interface FaultInjector {
  /** Faults of the plan this world cannot inject, each with the reason. */
  missing(faults: readonly FaultPlan[]): { fault: string; why: string }[]
  inject(fault: FaultPlan): Promise<InForce>
}

export type Echo = { ok: boolean; arrived?: boolean }

/** The harness's own probes, apart from the system under test; each takes the paths the faults act on. */
export interface Probes {
  /** What a link is made of here: one path, or one for every service that crosses it. The first one is echoed. */
  paths(): readonly [string, ...string[]]
  /**
   * A round trip over one path from `from` to `to` and back. `arrived` says whether the far side saw it; absent
   * where only an answer proves anything.
   */
  echo(link: LinkName, path: string, bytes: number, deadlineUs: Us): Promise<Echo>
  /** Reads the region's wall clock through its agent's process. */
  health(region: RegionName, deadlineUs: Us): Promise<{ ok: boolean; wallUs: Us }>
  /** Reads the sentinel, strong; ok only if it is found. */
  knownRow(region: RegionName, deadlineUs: Us): Promise<boolean>
  /** Reads the sentinel without waiting for visibility: how fast the store serves. */
  touch(region: RegionName, deadlineUs: Us): Promise<boolean>
  /** Takes as long as a search does: how fast the store searches. Not ok where nothing but searches could tell. */
  searching(region: RegionName, deadlineUs: Us): Promise<boolean>
  /** Appends a probe record to the region's log. */
  append(region: RegionName, deadlineUs: Us): Promise<boolean>
  /**
   * Appends a probe record to the region's log and says when the log's own clock stamped it, in µs since the run's
   * start; not ok where records carry no such time.
   */
  logTime(region: RegionName, deadlineUs: Us): Promise<{ ok: boolean; wallUs: Us }>
  /** Opens a connection over the first path, ends it, and waits until the far side has ended it too. */
  hangUp(link: LinkName, deadlineUs: Us): Promise<boolean>
  /** Appends a probe record in `from` and waits until `to` has the copy. */
  mirrored(link: LinkName, deadlineUs: Us): Promise<boolean>
}

/**
 * An agent's terrain before it is observed. `aliased` is for the observer alone, where there are collections: the name
 * of the one the alias points at now.
 */
export type AgentPorts = Omit<Terrain, 'journal'> & { aliased?: () => string }

/**
 * Starts one incarnation of an agent on its terrain: observed, and answering users. The world calls it at
 * the start and again after every crash; the background half, `agent.run`, is the world's to carry. `now` is
 * the true clock where the agent lives: for the record, not for the agent.
 */
export type Launch = (ports: AgentPorts, incarnation: number, now: () => Us) => Promise<Agent>

/** What a run may touch. Opened for one plan, closed after it. */
export interface World {
  readonly clock: TrueClock
  readonly faults: FaultInjector
  readonly probes: Probes
  /** Agents in every region, and what is replicated between them. Settles when all agents are up. */
  start(stop: Stop): Promise<void>
  users(region: RegionName): UserTerrain
  /** Every point a region's store holds, read strong and past all links; null if it cannot be read now. */
  look(region: RegionName): Promise<StoredPoint[] | null>
  /** Carries `work` to its end; in the simulator this is what makes time pass. */
  drive<T>(work: Promise<T>): Promise<T>
  /** After `stop` has fired: settles when the agents' background halves have ended, or after `withinUs`. */
  ended(withinUs: Us): Promise<void>
  /** Writes what only the world counts (bytes per link) into the record, up to now. */
  flush(): Promise<void>
  /** Gives back everything it took. Safe to call twice, and at any time after opening. */
  close(): Promise<void>
}

/** What a world is opened with. `emit` takes the events only the world can see. */
export type WorldNeeds = {
  plan: Plan
  /** Topics the mirrors carry. */
  topics: readonly string[]
  base: readonly { id: PointId; row: Row }[]
  emit: (event: RecordEvent) => void
}
