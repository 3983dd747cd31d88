import type { Bill } from './bill.ts'
import type { Verdict } from './finding.ts'
import type { LimitPlan } from './limit.ts'
import type { ShownFigure } from './sweep.ts'
import type { Us } from './units.ts'

/**
 * What one run of a capacity search came to. `open`: no limit broke, and what was measured shows neither that all hold
 * nor that one does not. `unknown`: there is no evidence for something. `not run`: there was no run to judge.
 */
export type TrialVerdict = Verdict | 'open' | 'not run'

/** One run: the scenario with all its rates times `factor`, under one seed. */
export type Trial = {
  factor: number
  seed: number
  verdict: TrialVerdict
  because: string
  /** Each limit of the scenario as it is written, with the worst verdict of its places. */
  limits: { text: string; verdict: Verdict }[]
  /** Search p99, recall and lag p90, the worst of all places and phases of the run. */
  figures: ShownFigure[]
  /** Bytes a second over each directed link while operations arrived; empty of a run that was not made. */
  linkBytes: { link: string; perSec: number }[]
  /** Of a run with a cut: from its heal until all was caught up, in microseconds; without an end where that never came. */
  catchUp?: { low: Us; high?: Us }
  /** From the plan to the verdict, in seconds of wall clock. */
  seconds: number
}

/** How long it took to catch up after a cut of one length, with one bandwidth; `took` is absent where the run was not made. */
export type CatchUpCell = {
  cutUs: Us
  /** What the link would have carried meanwhile. */
  backlogBytes: number
  /** Of the link; null: as the scenario has it. */
  bytesPerSec: number | null
  took?: { low: Us; high?: Us }
}

/** Catch-up against backlog and bandwidth of the busiest link, at the rate that keeps all limits. */
export type CatchUp = { link: string; flowBytesPerSec: number; cells: CatchUpCell[] }

/** What a forecast is for: more regions, or more points. */
export type ForecastOf = 'regions' | 'points'

/** One level that was searched: the factor it keeps, and what all other levels say of it; absent where they say none. */
export type ForecastLevel = {
  /** Multiple of what the scenario has, and how many regions or points that is. */
  times: number
  count: number
  factor: number
  heldOut?: number
  /** heldOut ÷ factor − 1. */
  error?: number
}

export type Forecast = {
  of: ForecastOf
  count: number
  times: number
  factor: number
  levels: ForecastLevel[]
  /** Of the levels, each held out once; as shares, without sign. */
  medianError: number
  worstError: number
  /** Whether these are small enough to plan by. */
  fits: boolean
  /** Whether it lies beyond all levels. */
  beyond: boolean
}

/** Planned operations per second of all regions and classes; of arrivals that change, at 100 %. */
export type OfferedRate = { perSec: number; searchPerSec: number }

/** Why a search gives no capacity. */
export type CapacityRefusal =
  /** It passes at the highest factor tried, or at none. */
  | 'not bracketed'
  /** The load generator or the plan's own cap was reached before the servers were. */
  | 'generator'
  /** A limit could not be judged. */
  | 'no evidence'
  /** A run could not be made. */
  | 'not run'
  /** Seeds go on contradicting each other. */
  | 'seeds differ'

/** `keeps` and `fails` are factors of the scenario's own rates. */
export type CapacityOutcome =
  | { kind: 'bracketed'; keeps: number; fails: number }
  | { kind: 'refused'; why: CapacityRefusal; because: string }
  | { kind: 'interrupted' }

/** What `faultline capacity` found, and all that it was found by. */
export type CapacityResult = {
  format: 1
  scenario: string
  question: string
  file: string
  faultline: string
  world: 'sim'
  /** The region that was down for all of the measured time; absent: none. */
  without?: string
  profile: string
  /** The first is the scenario's own; the search runs with it, both ends are confirmed with all. */
  seeds: number[]
  /** How wide the bracket may be, as a share: fails ÷ keeps − 1. */
  width: number
  /** What the scenario itself offers: factor 1. */
  own: OfferedRate
  limits: LimitPlan[]
  outcome: CapacityOutcome
  /** How many regions the scenario has. */
  regions: number
  /** Absent where it was not asked for, or there is no bracket. */
  catchUp?: CatchUp
  forecasts?: Forecast[]
  /** What has to be known to read the bracket, one sentence each. */
  notes: string[]
  /** By factor, then in the order of `seeds`. */
  trials: Trial[]
  /** What the rate that keeps all limits costs; absent without prices, and without a bracket. */
  bill?: Bill
  /** Wall clock of the whole, in seconds. */
  seconds: number
  exitCode: number
}

/** Trials of one factor, lowest factor first. */
export function levelsOf(trials: readonly Trial[]): { factor: number; trials: Trial[] }[] {
  const levels = new Map<number, Trial[]>()
  for (const trial of trials) levels.set(trial.factor, [...(levels.get(trial.factor) ?? []), trial])
  return [...levels]
    .map(([factor, own]) => ({ factor, trials: own }))
    .sort((a, b) => a.factor - b.factor)
}
