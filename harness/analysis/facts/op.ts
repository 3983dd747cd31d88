import type { OperationKind, Outcome } from '../../model/operation.ts'
import type { PointId, Row, WriteId } from '../../model/point.ts'
import type { OpEnd, OpShed, OpStart, OpTry } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'

/** One operation with everything the record says of it. Absent numbers are -1, absent times null. */
export type Op = {
  op: WriteId
  kind: OperationKind
  client: string
  /** Where the client is. */
  region: RegionName
  /** Who answered; before there is an answer, who was asked last. */
  gateway: RegionName
  /** Everyone who was asked, in order. */
  asked: RegionName[]
  /** When each further attempt was made. */
  retriedUs: readonly Us[]
  intended: Us
  /** A search of a closed loop: it was intended when the one before was answered. */
  closed: boolean
  /** null if it was shed. */
  dispatched: Us | null
  /** null while it runs, and if it was shed. */
  done: Us | null
  outcome: Outcome | null
  error: string
  shed: OpShed['reason'] | null
  query: Row
  k: number
  id: PointId
  row: Row
  ids: readonly PointId[]
  writes: readonly WriteId[]
  cacheAge: Us | null
  /** Whose stores a read came from, or who had a write when it was acknowledged; null: the gateway alone. */
  from: readonly RegionName[] | null
  stale: boolean
  partial: boolean
  shards: OpEnd['shards'] | null
  line: number
  /** Line of its end; 0 if there is none. */
  endLine: number
}

/** Regions whose stores an answer came from. */
export const storesOf = ({ from, gateway }: Op): readonly RegionName[] => from ?? [gateway]

const none: readonly number[] = []

/** All fields in one literal: operations of one shape are read several times faster. */
export function started(event: OpStart, line: number): Op {
  return {
    op: event.op,
    kind: event.kind,
    client: event.client,
    region: event.region,
    gateway: event.gateway,
    asked: [event.gateway],
    retriedUs: none,
    intended: event.intended,
    closed: event.closed ?? false,
    dispatched: event.t,
    done: null,
    outcome: null,
    error: '',
    shed: null,
    query: event.query ?? -1,
    k: event.k ?? -1,
    id: event.id ?? -1,
    row: event.row ?? -1,
    ids: none,
    writes: none,
    cacheAge: null,
    from: null,
    stale: false,
    partial: false,
    shards: null,
    line,
    endLine: 0,
  }
}

export function shed(event: OpShed, line: number): Op {
  const { op, kind, client, region, intended, id } = event
  const asIfStarted = { type: 'op.start' as const, t: 0, op, kind, client, region, intended, id }
  return {
    ...started({ ...asIfStarted, gateway: region }, line),
    asked: [],
    dispatched: null,
    shed: event.reason,
  }
}

export function tried(op: Op, event: OpTry): void {
  op.asked.push(event.gateway)
  op.retriedUs = [...op.retriedUs, event.t]
  op.gateway = event.gateway
}

export function ended(op: Op, event: OpEnd, line: number): void {
  op.done = event.t
  op.outcome = event.outcome
  op.gateway = event.gateway
  op.error = event.error ?? ''
  op.ids = event.ids ?? none
  op.writes = event.writes ?? none
  op.cacheAge = event.cacheAge ?? null
  op.from = event.from ?? null
  op.stale = event.stale ?? false
  op.partial = event.partial ?? false
  op.shards = event.shards ?? null
  op.endLine = line
}
