import { pointText } from '../model/sweep.ts'
import { guaranteesFor } from '../pipeline/catalogue.ts'
import { isSweepFile, planOf, sourceOf, sweepOf } from '../pipeline/plan.ts'
import { scenarioFile } from '../pipeline/shipped.ts'
import { planText } from '../scenario/shown/timeline.ts'
import type { RunFlags } from './run.ts'

/** What `faultline check` prints: the plan as a timeline, and the points of a sweep. Throws ScenarioError with all that is wrong. */
export function checkText(typed: string, { seed, world, set }: RunFlags): string {
  const file = scenarioFile(typed)
  const plan = planOf(file, { seed, world, set })
  const { origin = [] } = sourceOf(plan)
  const text = [...origin, planText(plan, guaranteesFor(plan))].join('\n')
  return isSweepFile(file, set) ? `${text}\n${pointsText(file, { seed, world, set })}` : text
}

function pointsText(file: string, flags: Pick<RunFlags, 'seed' | 'world' | 'set'>): string {
  const { points, show } = sweepOf(file, flags)
  const shown = show.map(({ title }) => `  ${title}`).join('\n')
  const list = points.map(({ number, at }) => `  ${String(number).padStart(2)}  ${pointText(at)}`)
  return `sweep: ${points.length} points\n${list.join('\n')}\nshown of each:\n${shown}`
}
