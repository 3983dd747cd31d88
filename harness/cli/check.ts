import type { Plan } from '../model/plan.ts'
import { pointText } from '../model/sweep.ts'
import { guaranteesFor } from '../pipeline/catalogue.ts'
import { readKept, thisMachine } from '../pipeline/machine/kept.ts'
import { realRunsIn, runsHere } from '../pipeline/machine/real-runs.ts'
import { roomNotes } from '../pipeline/machine/room.ts'
import { isSweepFile, planOf, sourceOf, sweepOf } from '../pipeline/plan.ts'
import { scenarioFile } from '../pipeline/shipped.ts'
import { planText } from '../scenario/shown/timeline.ts'
import { WIDTH, wrap } from '../text/table.ts'
import type { RunFlags } from './run.ts'

const RUNS = 'runs'

/** What `faultline check` prints: the plan as a timeline, and the points of a sweep. Throws ScenarioError with all that is wrong. */
export function checkText(typed: string, { seed, world, set }: RunFlags): string {
  const file = scenarioFile(typed)
  const plan = planOf(file, { seed, world, set })
  const { origin = [] } = sourceOf(plan)
  const text = [...origin, planText(plan, guaranteesFor(plan)), ...roomText(plan)].join('\n')
  return isSweepFile(file, set) ? `${text}\n${pointsText(file, { seed, world, set })}` : text
}

/** Whether this machine has room for the plan; nothing of a simulation, which takes as long as it takes. */
function roomText(plan: Plan): string[] {
  if (plan.world === 'sim') return []
  const machine = thisMachine()
  const runs = runsHere(realRunsIn(RUNS), machine)
  const notes = roomNotes(plan, { kept: readKept(machine), runs })
  return notes.length === 0 ? [] : ['', ...notes.flatMap((note) => wrap(note, WIDTH))]
}

function pointsText(file: string, flags: Pick<RunFlags, 'seed' | 'world' | 'set'>): string {
  const { points, show } = sweepOf(file, flags)
  const shown = show.map(({ title }) => `  ${title}`).join('\n')
  const list = points.map(({ number, at }) => `  ${String(number).padStart(2)}  ${pointText(at)}`)
  return `sweep: ${points.length} points\n${list.join('\n')}\nshown of each:\n${shown}`
}
