import type { Change } from '../model/point.ts'
import type { Us } from '../model/units.ts'
import type { Call } from './store.ts'

export type LogRecord = { topic: string; partition: number; offset: number; change: Change }

/** First offset still held and next offset to be written, per partition. */
export type Edges = { first: number; next: number }[]

/**
 * A region's event log: topics with partitions by hash of the point id, offsets, consumer groups.
 * An append is acknowledged by all replicas of the region (acks=all).
 */
export interface EventLog {
  append(topic: string, changes: readonly Change[], call: Call): Promise<void>
  /** A member of a consumer group, starting at the group's committed offsets (0 if none). */
  join(group: string, topics: readonly string[]): Promise<Consumer>
  /** Reads one partition from an offset without a group. */
  read(
    topic: string,
    partition: number,
    offset: number,
    max: number,
    call: Call,
  ): Promise<LogRecord[]>
  edges(topic: string, call: Call): Promise<Edges>
}

export interface Consumer {
  /** Up to `max` records after the last poll, in offset order per partition; waits up to `waitUs` for the first. */
  poll(max: number, waitUs: Us): Promise<LogRecord[]>
  /** Commits everything returned by polls so far. */
  commit(): Promise<void>
}
