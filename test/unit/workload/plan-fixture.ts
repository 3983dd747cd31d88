import type { Operation } from '../../../harness/model/operation.ts'
import type { LoadPlan, Plan } from '../../../harness/model/plan.ts'
import { SECOND } from '../../../harness/model/units.ts'
import { planOperations } from '../../../harness/workload/operations.ts'
import * as support from '../../support/plan.ts'

/** Load of one region: no operations until a rate is given. */
export const aLoad = (given: Partial<LoadPlan> = {}): LoadPlan =>
  support.aLoad({ searchPerSec: 0, upsertPerSec: 0, ...given })

/** A plan of three regions, 10 s of warm-up and 50 s of run, without load. */
export const aPlan = (given: Partial<Plan> = {}): Plan =>
  support.aPlan({
    regions: ['us', 'eu', 'ap'],
    data: { set: 'test', base: 100 },
    load: [],
    timeline: { warmupUs: 10 * SECOND, runUs: 50 * SECOND, settleUs: 10 * SECOND },
    ...given,
  })

/** A pool of 400 rows and 50 queries, the highest query id the most popular one. */
export const pool = {
  size: 400,
  queries: 50,
  popularity: Array.from({ length: 50 }, (_, rank) => 49 - rank),
}

export const busy = (region: string, given: Partial<LoadPlan> = {}): LoadPlan =>
  aLoad({ region, searchPerSec: 20, upsertPerSec: 8, deletePerSec: 1, fetchOwn: 0.5, ...given })

export const planned = (load: LoadPlan[], given: Partial<Plan> = {}): Operation[] =>
  planOperations(aPlan({ load, ...given }), pool).operations

export const ofKind = <K extends Operation['kind']>(
  operations: Operation[],
  kind: K,
): Extract<Operation, { kind: K }>[] =>
  operations.filter(
    (operation): operation is Extract<Operation, { kind: K }> => operation.kind === kind,
  )

export const shares = (fresh: number, existing: number, contended: number): LoadPlan['keys'] => ({
  fresh,
  existing,
  contended,
  contendedCount: contended > 0 ? 4 : 0,
})
