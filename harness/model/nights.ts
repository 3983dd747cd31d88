import type { Verdict } from './finding.ts'
import type { MetricName } from './metric.ts'

/** How a figure stands on the last night of a history. */
export type GatedState = 'regressed' | 'suspected' | 'no data' | 'improved' | 'learning' | 'steady'

/** One figure over the nights, for people. Values are in the unit of its metric. */
export type GatedFigure = {
  what: string
  where: string
  metric: MetricName
  state: GatedState
  /** What the terminal says of it, without its name. */
  said: string
  /** The nights since its level was accepted last, and the median of each; null: not measured. */
  nights: readonly string[]
  values: readonly (number | null)[]
  /** What it is held against, and of a change the night it began (an index) and the level since. */
  level?: number
  change?: { since: number; after: number }
  quarantined?: { until: string; why: string }
}

/** What a history of nights comes to, as its page shows it. */
export type NightsResult = {
  scenario: string
  system: string
  world: string
  /** Of the last night. */
  night: string
  commit: string
  faultline: string
  command: string
  /** GREEN, REGRESSED, NO DATA or RED, and the sentence that says why. */
  word: string
  because: string
  exitCode: number
  /** Why the night before does not compare; absent if it does. */
  begins?: string
  /** Nights that compare with the last, that included, oldest first. */
  nights: readonly {
    night: string
    commit: string
    runs: readonly { seed: number; verdict: Verdict; because: string }[]
  }[]
  /** What needs looking at first. */
  figures: readonly GatedFigure[]
}
