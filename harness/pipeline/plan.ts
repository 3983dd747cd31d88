import { readFileSync } from 'node:fs'
import { UsageError } from '../model/errors.ts'
import type { Plan, WorldName } from '../model/plan.ts'
import type { SweepPlan } from '../model/sweep.ts'
import { isReplay, ReplayError, readReplay } from '../record/replay.ts'
import {
  isSweep,
  loadPlan,
  loadSweep,
  type Overrides,
  type Written,
  worldsNamed,
} from '../scenario/load.ts'
import { ScenarioError } from '../scenario/yaml/problem.ts'
import { didYouMean } from '../scenario/yaml/spelling.ts'
import { type SetVariables, setText } from '../scenario/yaml/variables.ts'
import { WorkloadError } from '../workload/keys.ts'
import { planOperations } from '../workload/operations.ts'
import { dataSet, files, known, systems } from './catalogue.ts'
import { faultlineVersion } from './version.ts'

/**
 * The file a plan was read from, as it was typed; one text that says all of the scenario, and where that came from. A
 * replay file is no scenario, and has neither.
 */
type Source = { file?: string } & Partial<Written>

const sources = new WeakMap<Plan, Source>()

/** Where a plan was read from, so that a run can keep it; empty for a plan that somebody changed since. */
export const sourceOf = (plan: Plan): Source => sources.get(plan) ?? {}

/** Reads a scenario and fills in every value, or a replay file. Throws ScenarioError with all that is wrong, ReplayError. */
export function planOf(file: string, overrides: Overrides = {}): Plan {
  const plan = isReplay(file)
    ? replayedPlan(file, overrides)
    : planFrom(readFileSync(file, 'utf8'), file, overrides)
  sources.set(plan, { ...sourceOf(plan), file })
  return plan
}

/** The plan of a scenario's text; `file` is its name in messages. Throws ScenarioError with all that is wrong. */
export function planFrom(text: string, file: string, overrides: Overrides = {}): Plan {
  const { seed, world, system, set } = overrides
  const loaded = loadPlan(text, file, known(), { seed, world, system, set })
  if ('problems' in loaded) throw new ScenarioError(loaded.problems)
  checkWorkload(loaded.plan, file)
  sources.set(loaded.plan, loaded.written)
  return loaded.plan
}

/** Whether a file is a scenario that is to be run at several points. A file that cannot be read is none. */
export function isSweepFile(file: string, set?: SetVariables): boolean {
  try {
    return isSweep({ file, text: readFileSync(file, 'utf8') }, files, set)
  } catch {
    return false
  }
}

/** Worlds a scenario file says it runs in; all of them if that cannot be read. */
export const worldsIn = (file: string): readonly WorldName[] =>
  worldsNamed({ file, text: readFileSync(file, 'utf8') }, files)

/** Reads a scenario with a `sweep:` section. Throws ScenarioError with all that is wrong with it. */
export function sweepOf(file: string, overrides: Overrides = {}): SweepPlan {
  const loaded = loadSweep(readFileSync(file, 'utf8'), file, known(), overrides)
  if ('problems' in loaded) throw new ScenarioError(loaded.problems)
  for (const { plan } of loaded.sweep.points) sources.set(plan, { ...loaded.written, file })
  return loaded.sweep
}

/** The points of a scenario that sweeps; none of one that does not. Throws ScenarioError. */
export function pointsOf(file: string, set?: SetVariables): { number: number; plan: Plan }[] {
  if (isReplay(file)) return []
  const source = { file, text: readFileSync(file, 'utf8') }
  return isSweep(source, files, set) ? sweepOf(file, { set }).points : []
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

/** The plan of a replay file. Everything is decided in it: flags beside it must agree with it. */
function replayedPlan(file: string, { seed, world, system, set = {} }: Overrides): Plan {
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
    ...Object.entries(set).map((one) => setText(Object.fromEntries([one])).trim()),
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
