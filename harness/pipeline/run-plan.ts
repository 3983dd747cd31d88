import type { Plan } from '../model/plan.ts'
import { keepScenario, linkLatest, openRunDirectory, writeJson } from '../record/run-directory.ts'
import type { Overrides } from '../scenario/load.ts'
import { describeEnvironment } from './environment.ts'
import { type RunOptions, recordRun } from './record-run.ts'

/** What may be said beside a scenario: another seed, another world, another of the systems it names. */
export type PlanOptions = Overrides

/** How a run is to be made, and who wants to hear of it. */
export type RunPlanOptions = Omit<RunOptions, 'command' | 'seed' | 'world' | 'system'> & {
  /** What repeats the run, for its report. */
  command?: string
}

/**
 * Runs a plan, to its end or until it is interrupted, and gives the directory with its record: `out`, or
 * runs/<name>-<seed>. Rejects with a RunDirectoryError, an EnvironmentError, a CapabilityMissing.
 */
export async function runPlan(plan: Plan, options: RunPlanOptions): Promise<string> {
  const { command = `faultline run ${plan.file} --seed ${plan.seed}` } = options
  const directory = openRunDirectory(plan, options.out)
  if (directory.replaced !== undefined) options.onNote?.(directory.replaced)
  const environment = { ...describeEnvironment(command), scenarioFile: plan.file }
  writeJson(directory, 'environment.json', environment)
  keepScenario(directory, plan.file)
  await recordRun(plan, directory, { ...options, command })
  if (options.out === undefined) linkLatest(directory)
  return directory.path
}
