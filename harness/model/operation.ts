import type { PointId, Row, WriteId } from './point.ts'
import type { RegionName, Us } from './units.ts'

/**
 * One thing a user wants at one moment. Planned before the run: open loop, so neither the answer nor the
 * time of any other operation can move it. `op` counts from 1 in order of intended time; the op of a write
 * names the version it writes.
 */
export type Operation = {
  op: WriteId
  region: RegionName
  /** `<region>/<number>`: a user with a session. */
  client: string
  intendedUs: Us
} & (
  | { kind: 'search'; query: Row; k: number }
  | { kind: 'fetch'; id: PointId }
  | { kind: 'upsert'; id: PointId; row: Row }
  | { kind: 'delete'; id: PointId }
)

export type OperationKind = Operation['kind']

/**
 * `fail`: certainly did not happen. `unknown`: may have happened, may still happen.
 * An answer after the deadline is `unknown` with error `deadline`, for reads too: they were not answered in time.
 */
export type Outcome = 'ok' | 'fail' | 'unknown'
