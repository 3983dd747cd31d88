import type { DelayLaw, FaultPlan } from './fault.ts'
import type { LimitPlan } from './limit.ts'
import type { Profile } from './profile.ts'
import type { RegionName, Us } from './units.ts'

/** A scenario with every value filled in, seed included. Nothing below this type knows a default. */
export type Plan = {
  format: 1
  name: string
  /** First comment of the scenario file: the question it asks. */
  question: string
  /** Name of the scenario file, without its folder: where it lay is no part of the plan. */
  file: string
  seed: number
  world: WorldName
  /** What was laid over the scenario for this world, one plain sentence each; empty if nothing was. */
  overlay: string[]
  regions: RegionName[]
  /** One entry for every ordered pair of regions. */
  links: LinkPlan[]
  data: { set: string; base: number }
  system: { kind: string; knobs: Record<string, unknown> }
  index: IndexPlan
  log: { partitions: number; retentionUs: Us }
  /** `exactly-once`: what a mirror copied and how far it got become known in one transaction. */
  mirror: { delivery: 'at-least-once' | 'exactly-once'; flushUs: Us }
  servers: ServersPlan
  profile: Profile
  load: LoadPlan[]
  /** Paired searches: one query in all regions at one instant, every so often; 0 = none. */
  probes: { everyUs: Us }
  timeline: { warmupUs: Us; runUs: Us; settleUs: Us }
  faults: FaultPlan[]
  limits: LimitPlan[]
  expect: Expectation | null
}

/** Where a plan can run: the simulator, or real servers in containers. */
export type WorldName = 'sim' | 'containers'

/** How real servers are set. The simulator goes by its profile: it knows neither tick nor session here. */
export type ServersPlan = {
  /** Milvus: PROXY_TIMETICKINTERVAL, how often writes become searchable. Whole milliseconds. */
  tickUs: Us
  /** Milvus: COMMON_SESSION_TTL; a server that stands still for about as long ends itself. Whole seconds. */
  sessionTtlUs: Us
  /** How agents append to their log. */
  producer: 'at-least-once' | 'idempotent' | 'transactional'
  /** Lets an idempotent producer send before the last send is answered: kafkajs then loses and doubles records. */
  concurrentSends: boolean
  /** Brokers run under libfaketime, so that a fault can move their clocks. */
  kafkaClock: boolean
}

/** Something of a plan that a world cannot do, why, and where the scenario asks for it (keys from the top). */
export type Lack = { what: string; why: string; at: readonly (string | number)[] }

/** Directed link. `bitsPerSec` 0 = unlimited. Latency is one way. */
export type LinkPlan = {
  from: RegionName
  to: RegionName
  latencyUs: Us
  jitterUs: Us
  law: DelayLaw
  lossShare: number
  bitsPerSec: number
}

export type IndexPlan =
  | { kind: 'flat' }
  | {
      kind: 'hnsw'
      m: number
      efConstruction: number
      ef: number
      /** A growing part of this many points is sealed into a graph of its own. */
      sealAt: number
      /** A sealed graph whose share of dead points passes this is built again without them. */
      compactAt: number
    }

export type Arrivals =
  | { kind: 'constant' }
  | { kind: 'poisson' }
  /** Poisson at `factor` × the rate for `onUs`, then at the rate for `offUs`. */
  | { kind: 'burst'; factor: number; onUs: Us; offUs: Us }
  /** Poisson from `from` × the rate at the start of warm-up, linearly to the rate at the end of the run. */
  | { kind: 'ramp'; from: number }

/** Load that enters in one region. Rates are operations per second of that region. */
export type LoadPlan = {
  region: RegionName
  clients: number
  arrivals: Arrivals
  searchPerSec: number
  upsertPerSec: number
  deletePerSec: number
  /** Share of upserts after which the same client fetches its own write, 0.2 to 1 s later. */
  fetchOwn: number
  /** Which key an upsert goes to; the three shares sum to 1. Contended keys are the same ids in all regions. */
  keys: { fresh: number; existing: number; contended: number; contendedCount: number }
  queries: { law: 'uniform' } | { law: 'zipf'; exponent: number }
  k: number
  deadlineUs: Us
  retry: { max: number; backoffUs: Us }
  inFlight: { max: number; onFull: 'queue' | 'shed' }
}

/** What a scenario is meant to do: `run --expect` judges by it, plain `run` does not. */
export type Expectation = {
  verdict: 'pass' | 'fail' | 'unknown' | 'invalid'
  mustFire: string[]
  mustNotFire: string[]
}

/** What was laid over; records of before there were overlays do not say, and had none. */
export const overlayOf = (plan: Plan): readonly string[] => (plan as Partial<Plan>).overlay ?? []

/** End of arrivals, in µs from the start of warm-up. */
export const arrivalsEndUs = (plan: Plan): Us => plan.timeline.warmupUs + plan.timeline.runUs

/** End of the run, settle included. */
export const runEndUs = (plan: Plan): Us => arrivalsEndUs(plan) + plan.timeline.settleUs
