import type { Plan } from '../model/plan.ts'
import { keepScenario, linkLatest, openRunDirectory, writeJson } from '../record/run-directory.ts'
import { describeEnvironment } from './environment.ts'
import { type Judged, judgeRecord, writeReport } from './judge-run.ts'
import { planOf } from './plan.ts'
import { type RunOptions, recordRun } from './record-run.ts'

/** A scenario file from its text to its report. Throws and rejects as `planOf` and `runPlan` do. */
export async function runScenario(file: string, options: RunOptions): Promise<Judged> {
  const directory = await runPlan(planOf(file, options), options)
  const judged = judgeRecord(directory)
  await writeReport(judged)
  return judged
}

/**
 * Runs a plan, to its end or until it is interrupted, and gives the directory with its record: `out`, or
 * runs/<name>-<seed>. Rejects with a RunDirectoryError, an EnvironmentError, a CapabilityMissing.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<string> {
  const directory = openRunDirectory(plan, options.out)
  if (directory.replaced !== undefined) options.onNote?.(directory.replaced)
  const environment = { ...describeEnvironment(options.command), scenarioFile: plan.file }
  writeJson(directory, 'environment.json', environment)
  keepScenario(directory, plan.file)
  await recordRun(plan, directory, options)
  if (options.out === undefined) linkLatest(directory)
  return directory.path
}
