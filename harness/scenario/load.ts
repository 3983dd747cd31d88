import type { Plan, WorldName } from '../model/plan.ts'
import { openSheet, type Sheet } from './document.ts'
import type { Known } from './known.ts'
import { overlaySentences } from './overlay-text.ts'
import { formatProblem, inFileOrder, type Problem } from './problem.ts'
import { nounOf } from './reading.ts'
import { resolve, type Wanted } from './resolve.ts'
import { checkWorlds, forWorld, overlaid, worldNames, worldsLaidOver, worldsOf } from './worlds.ts'

/** What the command line says beside the file. The world is the simulator unless it says another. */
export type Overrides = { seed?: number; world?: WorldName }

/**
 * From the text of a scenario to a plan for one world with every value filled in, or to everything that is wrong with
 * it, in file order. What is laid over for other worlds is read too: a scenario is right for all of them or wrong.
 * `file` is the name for messages and for the command that repeats the run.
 */
export function loadPlan(
  text: string,
  file: string,
  known: Known,
  { seed, world = 'sim' }: Overrides,
): { plan: Plan } | { problems: Problem[] } {
  const { sheet, usable } = openSheet({ file, text })
  if (!usable) return { problems: inFileOrder(sheet.problems, file) }
  const { value } = sheet
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    sheet.report([], {
      message: `a scenario is a map of keys, this is ${nounOf(value)}`,
      hint: 'Begin with name: and regions:, or copy scenarios/steady-state.yaml.',
    })
    return { problems: sheet.problems }
  }
  checkWorlds(sheet, world)
  const laidOver = worldsLaidOver(sheet)
  const wanted: Wanted = { seed, world, checkLacks: !laidOver.includes(world) }
  const base = resolve(sheet, text, known, wanted)
  let plan = base
  for (const other of laidOver) {
    const laid = layOver(sheet, text, known, { ...wanted, world: other, checkLacks: true })
    if (other === world) plan = laid && base && { ...laid, overlay: overlaySentences(base, laid) }
  }
  return plan && sheet.problems.length === 0
    ? { plan }
    : { problems: inFileOrder(sheet.problems, file) }
}

/** The plan of a world with an overlay; problems the scenario has without it are not said again. */
function layOver(sheet: Sheet, text: string, known: Known, wanted: Wanted): Plan | null {
  const said = new Set(sheet.problems.map(formatProblem))
  const { sheet: laid } = openSheet({ file: sheet.file, text })
  const plan = resolve(overlaid(laid, wanted.world), text, known, wanted)
  for (const problem of laid.problems) {
    const message = problem.message.replace(forWorld(wanted.world), '')
    if (!said.has(formatProblem({ ...problem, message }))) sheet.problems.push(problem)
  }
  return plan
}

/** Worlds a scenario says it runs in; all of them if that cannot be read. */
export function worldsNamed(text: string): readonly WorldName[] {
  const { sheet, usable } = openSheet({ file: '', text })
  return usable ? worldsOf(sheet) : worldNames
}
