import type { Verdict } from './finding.ts'

/** One run, by what it left in its folder. Figures are the worst of all regions, links and phases after warm-up. */
export type ListedRun = {
  /** From the folder that was listed. */
  path: string
  /** When it began, by wall clock, as ISO 8601. */
  startedAt: string
  scenario: string
  system: string
  world: string
  seed: number
  verdict: Verdict
  because: string
  /** In µs, and null where no phase had enough searches or writes to tell. */
  searchP99Us: number | null
  lagP90Us: number | null
  recall: number | null
  hasReport: boolean
}

/** The runs of one scenario on one system in one world, the newest first. */
export type RunGroup = Pick<ListedRun, 'scenario' | 'system' | 'world'> & {
  runs: readonly [ListedRun, ...ListedRun[]]
  /** How many of the newest came to the same verdict, and the verdict of the run before them; null: there is none. */
  streak: number
  before: Verdict | null
}

/** What a folder of runs holds, groups and pages with the newest first. */
export type RunList = {
  groups: readonly RunGroup[]
  /** Pages that are about several runs. */
  pages: readonly { path: string; what: string }[]
  /** Folders with a record and nothing that says what it came to. */
  untold: readonly { path: string; why: string }[]
}
