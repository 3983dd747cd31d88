import type { LinkPlan, LoadPlan, Plan } from '../../model/plan.ts'
import type { ServiceLevel } from '../../model/service-level.ts'
import { MS, SECOND } from '../../model/units.ts'

/** As the prometheus.yml that Prometheus ships: read and evaluated every 15 s. Its built-in 1m is as long as most faults here. */
export const alertDefaults = { everyUs: 15 * SECOND, scrapeUs: 15 * SECOND } as const

/** What a scenario need not say. No other file of Faultline knows a default of a scenario. */
export const defaults = {
  seed: 42,
  data: { set: 'glosses', base: 5_000 },
  profile: 'milvus-2.3.5-2core',
  hnsw: { m: 16, efConstruction: 200, ef: 64, sealAt: 2_000, compactAt: 0.2 },
  log: { partitions: 4, retentionUs: 7 * 24 * 3_600 * SECOND },
  /** As MirrorMaker 2 does if nobody says otherwise: offsets are flushed every 60 s. */
  mirror: { delivery: 'at-least-once', flushUs: 60 * SECOND, policy: 'default' },
  /** Tick 50 ms: 77 ms from acknowledged to searchable, at a twentieth of a core. Session as Milvus has it. */
  servers: {
    tickUs: 50 * MS,
    sessionTtlUs: 30 * SECOND,
    producer: 'at-least-once',
    concurrentSends: false,
    kafkaClock: false,
  },
  timeline: { warmupUs: 10 * SECOND, runUs: 60 * SECOND, settleUs: 20 * SECOND },
  /** Only where there are two regions to compare. */
  probes: { everyUs: SECOND },
  /** How sure the verdict on a limit has to be. */
  confidence: 0.95,
  serviceLevel: { windowUs: 10 * SECOND },
  link: { jitterUs: 0, law: 'uniform', lossShare: 0, bitsPerSec: 0 },
  load: {
    clients: 10,
    arrivals: { kind: 'poisson' },
    searchPerSec: 0,
    upsertPerSec: 0,
    deletePerSec: 0,
    fetchPerSec: 0,
    fetchOwn: 0,
    keys: {
      ...{ fresh: 0.5, existing: 0.5, contended: 0, contendedCount: 100 },
      contendedLaw: { law: 'uniform' },
    },
    queries: { law: 'uniform' },
    k: 10,
    deadlineUs: 2 * SECOND,
    retry: { max: 0, backoffUs: 100 * MS, timeoutUs: 0 },
    inFlight: { max: 4_096, onFull: 'queue' },
  },
} as const satisfies {
  seed: number
  data: Plan['data']
  profile: string
  hnsw: Omit<Extract<Plan['index'], { kind: 'hnsw' }>, 'kind'>
  log: Plan['log']
  mirror: Plan['mirror']
  servers: Plan['servers']
  timeline: Plan['timeline']
  probes: Plan['probes']
  confidence: number
  serviceLevel: Pick<ServiceLevel, 'windowUs'>
  link: Partial<LinkPlan>
  load: Omit<LoadPlan, 'region'>
}
