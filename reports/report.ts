import type { Analysis, Judgement } from '../harness/model/finding.ts'

/** Where and with what a run was made: a plain record, shown as it is. Reports never look at a clock themselves. */
export type ReportEnvironment = Readonly<Record<string, unknown>> & {
  /** ISO time at which the run began. */
  readonly startedAt: string
  /** How far the profile was off when last compared with real servers, as a sentence; absent = never compared. */
  readonly profileError?: string
}

/** What every section of a report is made from. */
export type Report = {
  analysis: Analysis
  judgement: Judgement
  environment: ReportEnvironment
  /** The run directory as the reader would type it. */
  run: string
}
