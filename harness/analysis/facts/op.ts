import type { OperationKind, Outcome } from '../../model/operation.ts'
import type { PointId, Row, WriteId } from '../../model/point.ts'
import type { OpEnd, OpShed } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'

/** One operation with everything the record says of it. Absent numbers are -1, absent times null. */
export type Op = {
  readonly op: WriteId
  readonly kind: OperationKind
  readonly client: string
  /** Where the client is. */
  readonly region: RegionName
  /** Who answered; before there is an answer, who was asked last. */
  readonly gateway: RegionName
  /** Everyone who was asked, in order. */
  readonly asked: readonly RegionName[]
  /** When each further attempt was made. */
  readonly retriedUs: readonly Us[]
  readonly intended: Us
  /** A search of a closed loop: it was intended when the one before was answered. */
  readonly closed: boolean
  /** null if it was shed. */
  readonly dispatched: Us | null
  /** null while it runs, and if it was shed. */
  readonly done: Us | null
  readonly outcome: Outcome | null
  readonly error: string
  readonly shed: OpShed['reason'] | null
  readonly query: Row
  readonly k: number
  readonly id: PointId
  readonly row: Row
  readonly ids: readonly PointId[]
  readonly writes: readonly WriteId[]
  readonly cacheAge: Us | null
  /** Whose stores a read came from, or who had a write when it was acknowledged; null: the gateway alone. */
  readonly from: readonly RegionName[] | null
  readonly stale: boolean
  readonly partial: boolean
  readonly shards: OpEnd['shards'] | null
  readonly line: number
  /** Line of its end; 0 if there is none. */
  readonly endLine: number
}

/** Regions whose stores an answer came from. */
export const storesOf = ({ from, gateway }: Op): readonly RegionName[] => from ?? [gateway]
