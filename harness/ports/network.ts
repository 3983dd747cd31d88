import type { RegionName, Us } from '../model/units.ts'
import type { EventLog } from './log.ts'
import type { ReadableStore } from './store.ts'

/** A message between agents, or between a user and an agent. `bytes` is what it occupies on a link. */
export type Message = { kind: string; bytes: number; body: unknown }

/**
 * What one party in one region can reach. Calls to the own region cross no link; all others pay for it and
 * die with it. A call that no process answered is a definite `CallError`; a lost one ends at its deadline.
 */
export interface Network {
  call(to: RegionName, message: Message, deadlineUs: Us): Promise<Message>
  /** The store (to read) and the log of a region *as seen from here*. */
  reach(region: RegionName): { store: ReadableStore; log: EventLog }
}

/** An agent also answers. One handler per kind of message. */
export interface Serving {
  serve(kind: string, handler: (message: Message, from: RegionName) => Promise<Message>): void
}
