import type { Plan } from '../model/plan.ts'
import { keepScenario, linkLatest, openRunDirectory, writeJson } from '../record/run-directory.ts'
import { describeEnvironment } from './environment.ts'
import { sourceOf } from './plan.ts'
import { type RunOptions, recordRun } from './record-run.ts'

/**
 * Runs a plan, to its end or until it is interrupted, and gives the directory with its record: `out`, or
 * runs/<name>-<seed>. Rejects with a UsageError or an EnvironmentError.
 */
export async function runPlan(plan: Plan, options: RunOptions): Promise<string> {
  const { command = `run() in code: ${plan.file}, seed ${plan.seed}` } = options
  const directory = openRunDirectory(plan, options.out)
  if (directory.replaced !== undefined) options.onNote?.(directory.replaced)
  const { file, text } = sourceOf(plan)
  const typed = file !== undefined && { scenarioFile: file }
  writeJson(directory, 'environment.json', { ...describeEnvironment(command), ...typed })
  keepScenario(directory, text)
  await recordRun(plan, directory, { ...options, command })
  if (options.out === undefined) linkLatest(directory)
  return directory.path
}
