import type { Witness } from '../../model/finding.ts'
import type { PromisedReads } from '../../model/guarantees.ts'
import { counted } from '../../text/value.ts'
import type { Op } from '../facts/op.ts'
import { linesOf, readText, versionText } from '../facts/wording.ts'
import { type Binding, type Checked, conclude } from './finding.ts'
import type { Regression, SessionCheck } from './sessions.ts'

/**
 * Puts a check of sessions into words. `knew` says how the client came to know, e.g. `its own`. Only reads of the
 * promised kind can fail it; what other reads showed is reported, as is what said itself that it may be stale.
 */
export function sessionFinding(
  { evidence, regressions, flagged }: SessionCheck,
  about: Binding & {
    checker: string
    /** For which reads the promise is; null: there is none. */
    reads: PromisedReads | null
    knew: string
    held: string
    unseen: string
  },
): Checked {
  const inPromise = regressions.filter(({ read }) => isPromised(about.reads, read))
  const shown = inPromise.length > 0 ? inPromise : regressions
  const others = regressions.length - inPromise.length
  const reported =
    inPromise.length > 0 && others > 0 ? ` Of ${others} of them nothing was promised.` : ''
  const { promised, unpromised } = about
  const whether = { promised, ...(unpromised !== undefined && { unpromised }) }
  const warned = flagged > 0 ? ` ${counted(flagged, 'read')} with a stale flag showed less.` : ''
  return conclude({
    checker: about.checker,
    about: 'promise',
    ...(regressions.length > 0 && inPromise.length === 0 ? { promised: false } : whether),
    evidence,
    violations: regressions.length,
    witnesses: shown.slice(0, 8).map((regression) => witness(regression, about.knew)),
    held: `${about.held} (${counted(evidence, 'read')} looked at).${warned}`,
    broken: `${counted(regressions.length, 'read')} of ${evidence} showed less than the client knew.${reported}${warned}`,
    unseen: about.unseen,
  })
}

function isPromised(promised: PromisedReads | null, read: Op): boolean {
  return promised === 'all reads' || (promised === 'fetches' && read.kind === 'fetch')
}

function witness({ read, known, shown }: Regression, knew: string): Witness {
  const what = shown ? versionText(shown) : 'nothing'
  return {
    sentence:
      `${readText(read)}, showed ${what}, although the client knew ` +
      `${knew} ${versionText(known.version)}.`,
    lines: [...new Set([...linesOf(known.version.op), ...linesOf(known.op), ...linesOf(read)])],
  }
}
