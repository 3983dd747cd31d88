import type { LoadPlan, Plan } from '../../model/plan.ts'
import type { Profile } from '../../model/profile.ts'
import { MS, SECOND } from '../../model/units.ts'

const constant = (baseUs: number) => ({ baseUs, tailUs: 0 })

/** A profile with small constant times, so that expected values can be worked out by hand. */
export function aProfile(over: Partial<Profile['store']> = {}): Profile {
  return {
    name: 'test',
    store: {
      workers: 4,
      overheadUs: 0,
      search: constant(2 * MS),
      upsert: constant(1 * MS),
      perPointUs: 0,
      fetch: constant(1 * MS),
      scanPerThousandUs: 100 * MS,
      tickUs: 50 * MS,
      visibleAfterUs: 50 * MS,
      restartUs: 7 * SECOND,
      loadedUs: 36 * SECOND,
      sealPerThousandUs: 100 * MS,
      ...over,
    },
    log: { append: constant(1 * MS), read: constant(0), restartUs: 2 * SECOND },
    mirror: {
      process: constant(5 * MS),
      commitUs: 40 * MS,
      reconnectUs: 300 * MS,
      restartUs: 5 * SECOND,
      maxWaitUs: 500 * MS,
      batch: 500,
    },
    agent: { restartUs: 2 * SECOND },
    rows: [],
  }
}

export function aLoad(over: Partial<LoadPlan> = {}): LoadPlan {
  return {
    region: 'us',
    clients: 5,
    arrivals: { kind: 'poisson' },
    searchPerSec: 20,
    upsertPerSec: 5,
    deletePerSec: 0,
    fetchPerSec: 0,
    fetchOwn: 0,
    keys: { fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 0 },
    queries: { law: 'uniform' },
    k: 10,
    deadlineUs: 2 * SECOND,
    retry: { max: 0, backoffUs: 0 },
    inFlight: { max: 4096, onFull: 'queue' },
    ...over,
  }
}

/** Two regions, 40 ms apart, no jitter, a little load in one; every field can be replaced. */
export function aPlan(over: Partial<Plan> = {}): Plan {
  const link = { latencyUs: 40 * MS, jitterUs: 0, law: 'uniform' as const, lossShare: 0 }
  const regions = over.regions ?? ['us', 'eu']
  return {
    format: 1,
    name: 'test',
    question: 'A test.',
    file: 'test.yaml',
    seed: 42,
    world: 'sim',
    overlay: [],
    regions,
    links: regions.flatMap((from) =>
      regions.filter((to) => to !== from).map((to) => ({ from, to, ...link, bitsPerSec: 0 })),
    ),
    data: { set: 'glosses-10k', base: 1000 },
    system: { kind: 'active-active-cdc', knobs: {} },
    index: { kind: 'flat' },
    log: { partitions: 3, retentionUs: 3600 * SECOND },
    mirror: { delivery: 'at-least-once', flushUs: SECOND },
    servers: {
      tickUs: 50 * MS,
      sessionTtlUs: 30 * SECOND,
      producer: 'at-least-once',
      concurrentSends: false,
      kafkaClock: false,
    },
    profile: aProfile(),
    load: [aLoad()],
    probes: { everyUs: 0 },
    timeline: { warmupUs: 2 * SECOND, runUs: 20 * SECOND, settleUs: 5 * SECOND },
    faults: [],
    limits: [],
    expect: null,
    ...over,
  }
}
