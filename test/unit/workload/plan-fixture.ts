import type { Operation } from '../../../harness/model/operation.ts'
import type { LoadPlan, Plan } from '../../../harness/model/plan.ts'
import { SECOND } from '../../../harness/model/units.ts'
import { planOperations } from '../../../harness/workload/operations.ts'

/** Load of one region with a default for everything: no operations until a rate is given. */
export function aLoad(given: Partial<LoadPlan> = {}): LoadPlan {
  return {
    region: 'us',
    clients: 5,
    arrivals: { kind: 'poisson' },
    searchPerSec: 0,
    upsertPerSec: 0,
    deletePerSec: 0,
    fetchOwn: 0,
    keys: { fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 0 },
    queries: { law: 'uniform' },
    k: 10,
    deadlineUs: SECOND,
    retry: { max: 0, backoffUs: 0 },
    inFlight: { max: 1_000, onFull: 'queue' },
    ...given,
  }
}

const none = { baseUs: 0, tailUs: 0 }

/** A plan of three regions, 10 s of warm-up and 50 s of run, without load. */
export function aPlan(given: Partial<Plan> = {}): Plan {
  return {
    format: 1,
    name: 'test',
    question: '',
    file: 'test.yaml',
    seed: 42,
    world: 'sim',
    regions: ['us', 'eu', 'ap'],
    links: [],
    data: { set: 'test', base: 100 },
    system: { kind: 'none', knobs: {} },
    index: { kind: 'flat' },
    log: { partitions: 1, retentionUs: 0 },
    mirror: { delivery: 'at-least-once', flushUs: 0 },
    profile: {
      name: 'test',
      store: {
        workers: 1,
        overheadUs: 0,
        search: none,
        upsert: none,
        perPointUs: 0,
        fetch: none,
        scanPerThousandUs: 0,
        tickUs: 0,
        visibleAfterUs: 0,
        restartUs: 0,
        loadedUs: 0,
        sealPerThousandUs: 0,
      },
      log: { append: none, read: none, restartUs: 0 },
      mirror: { process: none, reconnectUs: 0, restartUs: 0, maxWaitUs: 0, batch: 1 },
      agent: { restartUs: 0 },
      rows: [],
    },
    load: [],
    probes: { everyUs: 0 },
    timeline: { warmupUs: 10 * SECOND, runUs: 50 * SECOND, settleUs: 10 * SECOND },
    faults: [],
    limits: [],
    expect: null,
    ...given,
  }
}

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
