import type { Suite } from '../../../reports/ci/suite.ts'
import type { StateName } from '../../analysis/ledger/states.ts'
import type { Expectation } from '../../model/plan.ts'
import type { SetVariables } from '../../scenario/yaml/variables.ts'
import type { RunFigure } from '../side-by-side.ts'

/** One run among many, as a worker gets it. */
export type Task = {
  /** Scenario or replay file. */
  file: string
  seed?: number
  /** Another system than the scenario's own. */
  system?: string
  /** Of a sweep: which of its points, from 1. */
  point?: number
  /** Values of its variables beside those it gives. */
  set?: SetVariables
  /** Where the run is left while it is needed, and for good if it is kept. */
  directory: string
  /** Keep the run, with its reports: always, if it did not come out as it should, or never. */
  keep: 'all' | 'odd' | 'none'
  /** Judge by what the scenario expects; else by the verdict alone. */
  expecting: boolean
  /** Send the main figures of the run along. */
  figures: boolean
  /** Send all that was judged along. */
  suite?: boolean
}

/**
 * What came of one run. `as it should`: as the scenario states, where that is asked for and stated, else pass.
 * `reported`: nobody said what should come out, as on a system that is not the scenario's own.
 */
export type Row = {
  scenario: string
  /** What its file asks; absent if it was not read. */
  question?: string
  file: string
  system: string
  seed: number
  /** Of a sweep: what was varied, and its value. */
  point?: Record<string, string>
  verdict: 'pass' | 'fail' | 'unknown' | 'invalid' | 'not run'
  /** What the run alone would exit with. */
  exitCode: number
  because: string
  expected: Expectation | null
  outcome: 'as it should' | 'not as it should' | 'reported'
  /** Why not as it should, a sentence each. */
  wrong: string[]
  /** Promises and limits that are broken; absent if the run was not made. */
  failed?: string[]
  /** From the plan to the verdict, in seconds of wall clock. */
  seconds: number
  /** Where the run was left, if it was kept. */
  directory?: string
  /** How often the run was in each state of the ledger; absent if it was not made. */
  reached?: Partial<Record<StateName, number>>
  figures?: RunFigure[]
  suite?: Suite
}

/** The row of a run that failed. */
export function rowNotRun(task: Task, because: string, exitCode: number): Row {
  const { file, system = '', seed = 0 } = task
  const scenario = nameOfFile(file)
  const nothing = { verdict: 'not run', expected: null, outcome: 'not as it should' } as const
  const where = { scenario, file, system, seed }
  return { ...where, ...nothing, exitCode, because, wrong: [because], seconds: 0 }
}

/** `scenarios/partition-heal.yaml` -> `partition-heal`. */
export const nameOfFile = (file: string): string =>
  (file.split(/[\\/]/).at(-1) as string).replace(/\.(ya?ml|plan\.json|json)$/, '')
