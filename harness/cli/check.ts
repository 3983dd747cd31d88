import { pointText } from '../model/sweep.ts'
import { guaranteesFor } from '../pipeline/catalogue.ts'
import { isSweepFile, planOf, sweepOf } from '../pipeline/plan.ts'
import { scenarioFile } from '../pipeline/shipped.ts'
import { planText } from '../scenario/shown/plan-text.ts'
import type { RunFlags } from './run.ts'

/** What `faultline check` prints: the plan as a timeline, and the points of a sweep. Throws ScenarioError with all that is wrong. */
export function checkText(typed: string, { seed, world }: RunFlags): string {
  const file = scenarioFile(typed)
  const plan = planOf(file, { seed, world })
  const text = planText(plan, guaranteesFor(plan))
  return isSweepFile(file) ? `${text}\n${pointsText(file, { seed, world })}` : text
}

function pointsText(file: string, flags: Pick<RunFlags, 'seed' | 'world'>): string {
  const { points, show } = sweepOf(file, flags)
  const shown = show.map(({ title }) => `  ${title}`).join('\n')
  const list = points.map(({ number, at }) => `  ${String(number).padStart(2)}  ${pointText(at)}`)
  return `sweep: ${points.length} points\n${list.join('\n')}\nshown of each:\n${shown}`
}
