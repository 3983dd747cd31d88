import type { Analysis, Judgement } from '../harness/model/finding.ts'

/** Where and with what a run was made: a plain record, shown as it is. Reports never look at a clock themselves. */
export type ReportEnvironment = Readonly<Record<string, unknown>> & {
  /** ISO time at which the run began. */
  readonly startedAt: string
  /** How far the profile was off when last compared with real servers, as a sentence; absent = never compared. */
  readonly profileError?: string
}

export type ReportScenario = {
  /** The file as it was; null: it was not kept. */
  written: string | null
  /** The plan made of it as text, as `faultline check` prints it. */
  plan: string
}

/** What every section of a report is made from. */
export type Report = {
  analysis: Analysis
  judgement: Judgement
  environment: ReportEnvironment
  /** The run directory as the reader would type it. */
  run: string
  scenario?: ReportScenario
}
