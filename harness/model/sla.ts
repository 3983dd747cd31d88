import type { LimitResult, Verdict } from './finding.ts'
import type { WorldName } from './plan.ts'

/**
 * One limit in one place, over all runs that are evidence. `holds`: they show it together, and none of them breaks it.
 * `open`: not shown. `beside`: a recovery that no limit names was too short to tell, and nothing is signed of it.
 */
export type SlaState = 'holds' | 'broken' | 'open' | 'beside'

export type SlaObjective = Omit<LimitResult, 'verdict' | 'unasked'> & {
  state: SlaState
  /** Absent where nothing is a share of anything. `burnt` is bad ÷ allowed: more than 1 is overdrawn. */
  budget?: { bad: Range; allowed: number; count: number; burnt: Range }
  /** Absent of what happens once in a run. `thin` have too few samples to tell. */
  windows?: { kept: number; broken: number; open: number; thin: number }
  /** What each run alone says of it. */
  runs: Record<Verdict, number>
  /** How many runs it takes in all if they go on as they did; absent where no number would do, or it holds. */
  runsNeeded?: number
  /** Of what is simulated only. */
  error?: SlaError
}

type Range = { low: number; high: number }

/** How far the simulator was off in a figure, when its profile was last run beside real servers. */
export type SlaError = {
  /** `search.response p90`; another percentile where that of the limit was never compared. Absent: nothing was. */
  of?: string
  exact?: boolean
  median?: string
  worst?: string
  /** What was measured without the worst error. */
  without?: Range
  /** Whether that would keep the bound; null if it lies on both sides. */
  holds?: boolean | null
}

/** One run that was asked for. */
export type SlaRun = {
  directory: string
  seed: number
  /** Why it is no evidence, as a sentence; absent where it is. */
  unfit?: string
  /** A promise of the system that it breaks, as a sentence: whatever the profile says, that is not signed over. */
  broke?: string
  startedAt: string
  faultline: string
  commit: string
  host: string
  images: string[]
  /** Of record.jsonl. */
  sha256: string
}

/** Runs of one plan that differ in nothing but their seed. */
export type SlaSample = {
  scenario: string
  question: string
  /** As it was typed. */
  file: string
  world: WorldName
  system: string
  /** The profile that times are simulated with; null on real servers. */
  simulatedWith: string | null
  /** What tells it from another plan of the same name; empty where there is none. */
  differs: string
  runs: SlaRun[]
  objectives: SlaObjective[]
  /** Makes these runs again, and holds them to all profiles. */
  repeat: string
}

/** Why nobody can sign, and what would change that. Each kind has its exit code. */
export type SlaReason = {
  kind: 'interrupted' | 'environment' | 'promise' | 'broken' | 'open'
  what: string
  wayOut: string
}

/** One profile, held against all runs of scenarios that have it. */
export type SlaLevel = {
  name: string
  title: string
  owner: string | null
  windowUs: number
  /** Empty: whoever answers for it can sign. */
  reasons: SlaReason[]
  samples: SlaSample[]
  /** What the evidence says nothing of, each by its kind. */
  untested: { what: string; which: string[] }[]
  notes: string[]
}

/** sla.json, and what sla.html and sla.md are made of. */
export type Sla = {
  format: 1
  faultline: string
  madeAt: string
  command: string
  levels: SlaLevel[]
  exitCode: number
}
