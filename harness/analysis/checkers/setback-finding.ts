import type { Witness } from '../../model/finding.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { RegionOrder, Setback } from '../facts/region-order.ts'
import { linesOf, versionText } from '../facts/wording.ts'
import { type Binding, type Checked, conclude } from './finding.ts'

/** Puts the order in which regions took versions into words. `why` says why one had to stay behind the other. */
export function setbackFinding(
  { evidence, setbacks }: RegionOrder,
  about: Binding & {
    checker: string
    held: string
    broken: string
    unseen: string
    why: (setback: Setback) => string
  },
): Checked {
  const { held, broken, unseen, why, ...whether } = about
  const looked = `${counted(evidence, 'arrival')} in regions looked at`
  return conclude({
    ...whether,
    about: 'promise',
    evidence,
    violations: setbacks.length,
    witnesses: setbacks.slice(0, 8).map((setback) => witness(setback, why(setback))),
    held: `${held} (${looked}).`,
    broken: `${broken} ${counted(setbacks.length, 'time')} (${looked}).`,
    unseen,
  })
}

function witness({ region, back, over, came, current }: Setback, why: string): Witness {
  const stayed = current.line < came.line
  const what = stayed ? 'stayed with' : 'went back to'
  const when = stayed ? '' : ` at ${moment(current.t)}`
  const how = came.hop === 'applied' ? 'applied' : `found to be ${came.hop}`
  return {
    sentence:
      `${region} ${what} ${versionText(back)}${when}, although ${versionText(over)}, ${why}, ` +
      `was ${how} there at ${moment(came.t)}.`,
    lines: [...new Set([...linesOf(back.op), ...linesOf(over.op), came.line, current.line])].sort(
      (a, b) => a - b,
    ),
  }
}
