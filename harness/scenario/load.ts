import type { Plan } from '../model/plan.ts'
import { openSheet } from './document.ts'
import type { Known } from './known.ts'
import { inFileOrder, type Problem } from './problem.ts'
import { nounOf } from './reading.ts'
import { resolve } from './resolve.ts'

/**
 * From the text of a scenario to a plan with every value filled in, or to everything that is wrong with it, in file
 * order. `file` is the name for messages and for the command that repeats the run.
 */
export function loadPlan(
  text: string,
  file: string,
  known: Known,
  overrides: { seed?: number },
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
  const plan = resolve(sheet, text, known, overrides)
  return plan && sheet.problems.length === 0
    ? { plan }
    : { problems: inFileOrder(sheet.problems, file) }
}
