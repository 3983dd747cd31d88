import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { known } from '../../pipeline/catalogue.ts'
import { isSweepFile, planOf, pointsOf } from '../../pipeline/plan.ts'
import { isReplay } from '../../record/replay.ts'
import { loadPlan } from '../../scenario/load.ts'
import { ScenarioError } from '../../scenario/yaml/problem.ts'
import type { ScenarioFile } from '../campaign/scenario-files.ts'
import { nameOfFile, type Task } from '../campaign/task.ts'
import type { Ground } from './ground.ts'
import type { PlantedBug } from './planted-bug.ts'
import type { Verdicts } from './trial.ts'

/** One negative control, as it is sent to a process. */
export type Proof = { kind: 'ground' | 'bug' | 'scenario'; name: string; task?: Task }

export type Proven = Proof & Verdicts & { seconds: number }

/** The grounds bugs stand on, each once. */
export const groundsOf = (bugs: readonly PlantedBug[]): Ground[] => [
  ...new Set(bugs.map(({ ground }) => ground)),
]

export type Asked = {
  bugs: readonly PlantedBug[]
  files: readonly ScenarioFile[]
  /** Where runs of scenarios are left while they are needed. */
  base: string
  /** Part of a name: bugs with their grounds, and scenarios, that have it. */
  only?: string
}

/** All negative controls, those that take longest first. Throws UsageError where nothing is left, ScenarioError. */
export function proofsOf({ bugs, files, base, only = '' }: Asked): Proof[] {
  const has = (name: string) => name.toLowerCase().includes(only.toLowerCase())
  const wanted = bugs.filter(({ name }) => has(name))
  const scenarios = files
    .filter(({ file, inSimulator }) => inSimulator && has(nameOfFile(file)))
    .sort((a, b) => b.size - a.size)
  const proofs = [
    ...scenarios.flatMap(({ file }) => redIn(file, base)),
    ...wanted.map(({ name }): Proof => ({ kind: 'bug', name })),
    ...groundsOf(wanted).map(({ name }): Proof => ({ kind: 'ground', name })),
  ]
  if (proofs.length > 0) return proofs
  throw new UsageError(
    `no planted bug and no scenario that must go red has "${only}" in its name. Without --only all of them are tried.`,
  )
}

/** A scenario that says it must fail, or those points of a sweep that do. */
function redIn(file: string, base: string): Proof[] {
  const task = {
    file,
    directory: join(base, nameOfFile(file)),
    ...{ keep: 'none' as const, expecting: true, figures: false },
  }
  if (isReplay(file) || !isSweepFile(file))
    return isRed(planIn(file)) ? [{ kind: 'scenario', name: nameOfFile(file), task }] : []
  return pointsOf(file)
    .filter(({ plan }) => isRed(plan))
    .map(({ number: point }) => {
      const directory = join(task.directory, `point-${point}`)
      const name = `${nameOfFile(file)}, point ${point}`
      return { kind: 'scenario', name, task: { ...task, point, directory } }
    })
}

const isRed = ({ expect }: Plan): boolean => expect?.verdict === 'fail'

/** The plan without its operations, which take longer to draw. */
function planIn(file: string): Plan {
  if (isReplay(file)) return planOf(file)
  const loaded = loadPlan(readFileSync(file, 'utf8'), file, known(), {})
  if ('problems' in loaded) throw new ScenarioError(loaded.problems)
  return loaded.plan
}
