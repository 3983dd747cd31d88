import type { LimitPlan } from '../../model/limit.ts'
import type { Expectation } from '../../model/plan.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { nounOf } from '../yaml/reading.ts'
import { list } from '../yaml/spelling.ts'

/** An outcome as written: under `expect:`, and at a point of a sweep. */
export type ExpectWritten = {
  verdict: Expectation['verdict']
  fire?: string[]
  quiet?: string[]
  breaks?: string[]
}

export const expectationOf = ({
  verdict,
  fire = [],
  quiet = [],
  breaks,
}: ExpectWritten): Expectation => ({
  verdict,
  mustFire: fire,
  mustNotFire: quiet,
  ...(breaks && { mustBreak: breaks }),
})

/**
 * Reports an expectation that contradicts itself, or a red that does not say what makes it red: any other fault would
 * then count as the one that was meant. `limits` are those of the scenario; null if they could not be read.
 */
export function checkExpectation(
  sheet: Sheet,
  path: Path,
  { verdict, fire = [], quiet = [], breaks = [] }: ExpectWritten,
  limits: readonly LimitPlan[] | null,
): void {
  const both = fire.find((checker) => quiet.includes(checker))
  if (both !== undefined)
    sheet.report([...path, 'quiet'], {
      message: `${nounOf(both)} cannot both fire and stay quiet`,
      hint: 'Take it out of one of the lists.',
    })
  if (verdict === 'fail' && fire.length + breaks.length === 0)
    sheet.report([...path, 'verdict'], {
      message: 'the run is expected to fail, but no metric or checker is named',
      hint: 'Name the metric whose limit must break, or the checker that must fire: { verdict: fail, breaks: [lag] } or { verdict: fail, fire: [lost-writes] }.',
    })
  if (verdict === 'pass' && breaks.length > 0)
    sheet.report([...path, 'breaks'], {
      message: 'a run with a broken limit does not pass',
      hint: 'Write verdict: fail, or leave breaks out.',
    })
  if (!limits) return
  const limited = [...new Set(limits.map(({ metric }) => metric as string))]
  for (const [i, metric] of breaks.entries())
    if (!limited.includes(metric))
      sheet.report([...path, 'breaks', i], {
        message: `there is no limit on ${metric} that could break`,
        hint:
          limited.length === 0
            ? 'Set one under limits:.'
            : `Set one under limits:, or name one of ${list(limited)}.`,
      })
}
