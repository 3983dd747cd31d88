import type { AlertPlan } from './alert.ts'
import type { DelayLaw, FaultPlan, LinkName } from './fault.ts'
import type { LimitPlan } from './limit.ts'
import type { Operation } from './operation.ts'
import type { Profile } from './profile.ts'
import type { ServiceLevel } from './service-level.ts'
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
  mirror: { delivery: 'at-least-once' | 'exactly-once'; flushUs: Us; policy?: MirrorPolicy }
  /** What each region keeps its vectors in; absent: Milvus in all of them. */
  stores?: Record<RegionName, StoreKind>
  servers: ServersPlan
  profile: Profile
  load: LoadPlan[]
  /** In a replay file: these and no others, in order of intended time, in place of what `load` would draw. */
  operations?: Operation[]
  /** Paired searches: one query in all regions at one instant, every so often; 0 = none. */
  probes: { everyUs: Us }
  timeline: { warmupUs: Us; runUs: Us; settleUs: Us }
  faults: FaultPlan[]
  limits: LimitPlan[]
  /** Alerting rules that the run is held against; absent: none. */
  alerts?: AlertPlan
  /** Limits by name that are signed, and by which no run fails; absent: none. */
  serviceLevels?: ServiceLevel[]
  expect: Expectation | null
  /** In a sweep: what was varied, and its value at this point, as written. */
  point?: Record<string, string>
}

/**
 * How mirrors name copies. `default`: after the region they come from, and copies are not copied on. `identity`: as
 * their source, so that two mirrors between two regions copy each other's copies for good.
 */
export type MirrorPolicy = 'default' | 'identity'

/** Where a plan can run: the simulator, or real servers in containers. */
export const worldNames = ['sim', 'containers'] as const
export type WorldName = (typeof worldNames)[number]

/** What vectors can be kept in. */
export const storeKinds = ['milvus', 'pgvector'] as const
export type StoreKind = (typeof storeKinds)[number]

/** What people call them. */
export const storeNames: Readonly<Record<StoreKind, string>> = {
  milvus: 'Milvus',
  pgvector: 'pgvector',
}

export const storeOf = ({ stores }: Pick<Plan, 'stores'>, region: RegionName): StoreKind =>
  stores?.[region] ?? 'milvus'

/** The kinds of store that a plan has, each once, in the order of `storeKinds`. */
export const storesUsed = (plan: Pick<Plan, 'stores' | 'regions'>): StoreKind[] =>
  storeKinds.filter((kind) => plan.regions.some((region) => storeOf(plan, region) === kind))

/** `pgvector`, or by region where they differ: `us-east Milvus, eu-west pgvector`. */
export function storesText(plan: Pick<Plan, 'stores' | 'regions'>): string {
  const [first, ...others] = storesUsed(plan)
  if (first !== undefined && others.length === 0) return storeNames[first]
  return plan.regions.map((region) => `${region} ${storeNames[storeOf(plan, region)]}`).join(', ')
}

/** `hnsw.iterative_scan` of pgvector. */
export const iterativeScans = ['off', 'strict_order', 'relaxed_order'] as const
export type IterativeScan = (typeof iterativeScans)[number]

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
  /** pgvector: whether a search goes on where its candidates are used up. Absent: off, as pgvector has it. */
  iterativeScan?: IterativeScan
}

/** Something of a plan that a world cannot do, why, and where the scenario asks for it (keys from the top). */
export type Lack = { what: string; why: string; at: readonly (string | number)[] }

/** Directed link. `bitsPerSec` 0 = unlimited. Latency is one way. `windowBytes`: of every connection, whoever talks. */
export type LinkPlan = {
  from: RegionName
  to: RegionName
  latencyUs: Us
  jitterUs: Us
  law: DelayLaw
  lossShare: number
  bitsPerSec: number
  windowBytes?: number
}

/** The shortest delay of a link by its law, one way: its uniform jitter is ±, the other laws only add. */
const floorUs = ({ latencyUs, jitterUs, law }: LinkPlan): Us =>
  Math.max(0, latencyUs - (law === 'uniform' ? jitterUs : 0))

/**
 * What a round trip over a link and back cannot take less than, whatever fault is in force: faults only add. 0 where
 * there is no link back.
 */
export function roundTripFloorUs(links: readonly LinkPlan[], { from, to }: LinkName): Us {
  const there = links.find((link) => link.from === from && link.to === to)
  const back = links.find((link) => link.from === to && link.to === from)
  return there && back ? floorUs(there) + floorUs(back) : 0
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
  /**
   * Poisson at `from` × the rate until `startUs` (from the start of warm-up), then linearly to `target` × the rate in
   * each stage in turn, and at the last target from there on. A stage of 0 µs is a jump. `shape`: what was written in
   * the place of stages, a clause for people.
   */
  | {
      kind: 'stages'
      startUs: Us
      from: number
      stages: { target: number; forUs: Us }[]
      shape?: string
    }

/**
 * Load of one class of clients in one region. Rates are operations per second of that class. The first class of a region
 * that was given no name has none; the names of a region differ.
 */
export type LoadPlan = {
  region: RegionName
  class?: string
  clients: number
  /**
   * Searches come from a closed loop, and `searchPerSec` is 0: each client asks, waits for its answer, thinks, and asks
   * again. Absent: they come at a rate, whatever the answers do.
   */
  closedLoop?: { thinkUs: Us }
  arrivals: Arrivals
  searchPerSec: number
  upsertPerSec: number
  deletePerSec: number
  /** Reads of one point by id, of keys drawn as upserts draw those that exist. */
  fetchPerSec: number
  /** Share of upserts after which the same client fetches its own write, 0.2 to 1 s later. */
  fetchOwn: number
  /**
   * Which key an upsert goes to; the three shares sum to 1. Contended keys are the same ids in all regions; under a
   * law they are not all as hot. Absent: uniform.
   */
  keys: {
    fresh: number
    existing: number
    contended: number
    contendedCount: number
    contendedLaw?: ChoiceLaw
  }
  queries: ChoiceLaw
  k: number
  deadlineUs: Us
  /** `timeoutUs`: an attempt that is not answered after so long is given up and made again; 0 or absent: never. */
  retry: { max: number; backoffUs: Us; timeoutUs?: Us }
  inFlight: { max: number; onFull: 'queue' | 'shed' }
}

/** How one of several is chosen: all alike, or the r-th with weight 1 / r^exponent. */
export type ChoiceLaw = { law: 'uniform' } | { law: 'zipf'; exponent: number }

/** A class of clients by its region and name: `us-east`, `us-east/batch`. Its clients are numbered below it. */
export const loadName = ({ region, class: name }: Pick<LoadPlan, 'region' | 'class'>): string =>
  name === undefined ? region : `${region}/${name}`

/** Searches per second; no rate bounds those of a closed loop. */
export const searchesPerSec = ({ closedLoop, searchPerSec }: LoadPlan): number =>
  closedLoop ? Number.POSITIVE_INFINITY : searchPerSec

/** Fetches per second, of own writes too. */
export const fetchesPerSec = (load: LoadPlan): number =>
  load.fetchOwn * load.upsertPerSec + load.fetchPerSec

/** What a scenario is meant to do: `run --expect` judges by it, plain `run` does not. */
export type Expectation = {
  verdict: 'pass' | 'fail' | 'unknown' | 'invalid'
  mustFire: string[]
  mustNotFire: string[]
  /** Metrics of which a limit must be broken; absent: none in particular. */
  mustBreak?: string[]
}

/** What was laid over; records of before there were overlays do not say, and had none. */
export const overlayOf = (plan: Plan): readonly string[] => (plan as Partial<Plan>).overlay ?? []

/** Latency of a link and of its way back, without jitter. */
export const roundTripUs = ({ links }: Plan, { from, to, latencyUs }: LinkPlan): Us =>
  latencyUs + (links.find((link) => link.from === to && link.to === from)?.latencyUs ?? 0)

/** End of arrivals, in µs from the start of warm-up. */
export const arrivalsEndUs = (plan: Plan): Us => plan.timeline.warmupUs + plan.timeline.runUs

/** End of the run, settle included. */
export const runEndUs = (plan: Plan): Us => arrivalsEndUs(plan) + plan.timeline.settleUs
