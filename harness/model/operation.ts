import type { PointId, Row, WriteId } from './point.ts'
import type { RegionName, Us } from './units.ts'

/**
 * One thing a user wants at one moment. Planned before the run, so that neither the answer nor the time of any other
 * operation can move it; only searches of a closed loop are wanted when the one before is answered. `op` counts from 1 in order of intended time; the op of a write
 * names the version it writes.
 */
export type Operation = {
  op: WriteId
  region: RegionName
  /** Which class of the region's clients; absent for the one without a name. */
  class?: string
  /** `<region>/<number>` or `<region>/<class>/<number>`: a user with a session. */
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
