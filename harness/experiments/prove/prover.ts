import { runTask } from '../campaign/one-run.ts'
import type { Task } from '../campaign/task.ts'
import { plantedBugs } from './bugs.ts'
import { groundsOf, type Proof, type Proven } from './proof.ts'
import { soundnessOf, trialOf, type Verdicts } from './trial.ts'

/** Makes one negative control in this process. Never rejects: what went wrong is in the answer. */
export async function prove(proof: Proof): Promise<Proven> {
  const startMs = performance.now()
  const verdicts = await verdictsOf(proof).catch((error: Error) => nothing(error.message))
  return { ...proof, ...verdicts, seconds: (performance.now() - startMs) / 1000 }
}

/** Of a run that could not be made. */
export const nothing = (because: string): Verdicts => ({
  ...{ verdict: 'not run', caughtBy: [], mayFire: [], alsoFired: [] },
  wrong: [`the run failed: ${because}`],
})

async function verdictsOf({ kind, name, task }: Proof): Promise<Verdicts> {
  if (kind === 'scenario') return redScenario(task as Task)
  if (kind === 'ground') {
    const ground = groundsOf(plantedBugs).find((one) => one.name === name)
    return ground ? soundnessOf(ground) : nothing(`there is no ground "${name}"`)
  }
  const bug = plantedBugs.find((one) => one.name === name)
  return bug ? trialOf(bug) : nothing(`there is no planted bug "${name}"`)
}

/** It has to come out as it states, which is red. */
async function redScenario(task: Task): Promise<Verdicts> {
  const { verdict, expected, wrong, because } = await runTask(task)
  const { mustFire = [] } = expected ?? {}
  const caughtBy = wrong.length > 0 ? [] : mustFire.length > 0 ? mustFire : [because]
  return { verdict, caughtBy, mayFire: [], alsoFired: [], wrong }
}
