import { readFileSync } from 'node:fs'
import { UsageError } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import type { SweepPlan } from '../model/sweep.ts'
import { isReplay, ReplayError, readReplay } from '../record/replay.ts'
import { isSweep, loadPlan, loadSweep, type Overrides } from '../scenario/load.ts'
import { ScenarioError } from '../scenario/yaml/problem.ts'
import { didYouMean } from '../scenario/yaml/spelling.ts'
import { WorkloadError } from '../workload/keys.ts'
import { planOperations } from '../workload/operations.ts'
import { dataSet, known, systems } from './catalogue.ts'
import { faultlineVersion } from './version.ts'

/** The file a plan was read from, as it was typed, and its text; a replay file is no scenario, and its text is left out. */
type Source = { file?: string; text?: string }

const sources = new WeakMap<Plan, Source>()

/** Where a plan was read from, so that a run can keep it; empty for a plan that somebody changed since. */
export const sourceOf = (plan: Plan): Source => sources.get(plan) ?? {}

/** Reads a scenario and fills in every value, or a replay file. Throws ScenarioError with all that is wrong, ReplayError. */
export function planOf(file: string, overrides: Overrides = {}): Plan {
  const text = isReplay(file) ? undefined : readFileSync(file, 'utf8')
  const plan = text === undefined ? replayedPlan(file, overrides) : planFrom(text, file, overrides)
  sources.set(plan, { file, ...(text !== undefined && { text }) })
  return plan
}

/** The plan of a scenario's text; `file` is its name in messages. Throws ScenarioError with all that is wrong. */
export function planFrom(
  text: string,
  file: string,
  { seed, world, system }: Overrides = {},
): Plan {
  const loaded = loadPlan(text, file, known(), { seed, world, system })
  if ('problems' in loaded) throw new ScenarioError(loaded.problems)
  checkWorkload(loaded.plan, file)
  sources.set(loaded.plan, { text })
  return loaded.plan
}

/** Whether a file is a scenario that is to be run at several points. A file that cannot be read is none. */
export function isSweepFile(file: string): boolean {
  try {
    return isSweep(readFileSync(file, 'utf8'))
  } catch {
    return false
  }
}

/** Reads a scenario with a `sweep:` section. Throws ScenarioError with all that is wrong with it. */
export function sweepOf(file: string, overrides: Overrides = {}): SweepPlan {
  const loaded = loadSweep(readFileSync(file, 'utf8'), file, known(), overrides)
  if ('problems' in loaded) throw new ScenarioError(loaded.problems)
  return loaded.sweep
}

/** The points of a scenario that sweeps; none of one that does not. Throws ScenarioError. */
export function pointsOf(file: string): { number: number; plan: Plan }[] {
  if (isReplay(file)) return []
  return isSweep(readFileSync(file, 'utf8')) ? sweepOf(file).points : []
}

/** What only drawing the operations shows: too many of them, or a data set that runs out of keys. */
function checkWorkload(plan: Plan, file: string): void {
  try {
    planOperations(plan, dataSet(plan.data.set))
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error
    throw new ScenarioError([{ file, line: 1, column: 1, message: error.message }])
  }
}

/** The plan of a replay file. Everything is decided in it: what is said beside it must say the same. */
function replayedPlan(file: string, { seed, world, system }: Overrides): Plan {
  const { plan } = readReplay(file)
  const kind = plan.system.kind
  if (!Object.hasOwn(systems, kind))
    throw new ReplayError(
      file,
      `this Faultline has no system "${kind}". ${didYouMean(kind, Object.keys(systems), 'systems')}`,
    )
  const others = [
    ...(seed !== undefined && seed !== plan.seed ? [`--seed ${seed}`] : []),
    ...(world !== undefined && world !== 'sim' ? [`--world ${world}`] : []),
    ...(system !== undefined && system !== kind ? [`--system ${system}`] : []),
  ]
  if (others.length > 0)
    throw new UsageError(
      `${file} is a replay file, in which everything is decided: ${others.join(' ')} would make another run of it. ` +
        `Run the scenario instead: faultline run ${plan.file} ${others.join(' ')}`,
    )
  return plan
}

/** Said before a run that may not be the one it is meant to repeat; null where there is nothing to say. */
export function versionNote(file: string): string | null {
  if (!isReplay(file)) return null
  const { faultline } = readReplay(file)
  if (faultline === faultlineVersion) return null
  return `${file} was written by Faultline ${faultline}, this is ${faultlineVersion}: the run may be another.`
}
