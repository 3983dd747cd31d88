import type { Witness } from '../../model/finding.ts'
import type { PointId } from '../../model/point.ts'
import { counted } from '../../text/value.ts'
import type { Effort } from '../registers/explanation.ts'
import type { Register } from '../registers/register.ts'
import { type Binding, type Checked, conclude } from './finding.ts'

/** Steps a search may take for one id, and for all of a run: about half a second in all. */
const EFFORT = { id: 100_000, run: 3_000_000 }

/**
 * Looks at every register and puts the outcome into words. `look` gives what shows that an id failed, nothing where it
 * did not, and null where the search could not decide. `evidence` counts ids that were written and fetched,
 * `violations` those that failed. Where nothing failed but some id could not be decided, nobody knows.
 */
export function registerFinding(
  registers: readonly Register[],
  look: (register: Register, effort: Effort) => readonly Witness[] | null,
  about: Binding & {
    checker: string
    held: string
    broken: string
  },
): Checked {
  const { held, broken, ...whether } = about
  const run: Effort = { left: EFFORT.run }
  const witnesses: Witness[] = []
  const undecided: PointId[] = []
  let violations = 0
  for (const register of registers) {
    const given = Math.min(EFFORT.id, run.left)
    const effort: Effort = { left: given }
    const found = look(register, effort)
    run.left -= given - Math.max(0, effort.left)
    if (found === null) undecided.push(register.id)
    if (!found || found.length === 0) continue
    violations++
    if (witnesses.length < 8) witnesses.push(...found)
  }
  const reads = registers.reduce((sum, one) => sum + one.reads.length, 0)
  const evidence = registers.length
  const looked = `${counted(evidence, 'id')} written and fetched, ${counted(reads, 'fetch', 'fetches')}`
  const finding = conclude({
    ...whether,
    about: 'promise',
    evidence,
    violations,
    witnesses,
    held: `${held} (${looked}).`,
    broken: `${broken} in ${counted(violations, 'id')} (${looked})${undecidedText(undecided, '; ')}.`,
    unseen: 'No id was both written and fetched.',
  })
  if (violations > 0 || undecided.length === 0) return finding
  return { ...finding, verdict: 'unknown', because: `${undecidedText(undecided, '')} (${looked}).` }
}

function undecidedText(undecided: readonly PointId[], before: string): string {
  const [first] = undecided
  if (first === undefined) return ''
  const whole = before === '' ? 'Nothing contradicts it, but ' : before
  return (
    `${whole}${counted(undecided.length, 'id')} could not be decided, the first is ${first}: ` +
    'which delete a fetch of nothing saw is not recorded'
  )
}
