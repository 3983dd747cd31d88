import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import { linesOf } from '../facts/wording.ts'
import { type Checker, conclude } from './finding.ts'

/** What an agent did before a crash stays before it: no later incarnation's store or log hears from it again. */
export const zombieWrites: Checker = ({ history }) => {
  const crashes = new Map(
    history.agents
      .filter(({ what }) => what === 'crash')
      .map((crash) => [`${crash.region}/${crash.incarnation}`, crash]),
  )
  // Keys for every hop would cost more than all other checks of a run without a crash.
  const hops =
    crashes.size === 0 ? [] : history.hops.filter(({ incarnation }) => incarnation !== undefined)
  const after = hops.flatMap((hop) => {
    const crash = crashes.get(`${hop.region}/${hop.incarnation}`)
    return crash && hop.line > crash.line ? [{ hop, crash }] : []
  })
  return conclude({
    checker: 'zombie-writes',
    about: 'correctness',
    promised: true,
    evidence: hops.length,
    violations: after.length,
    witnesses: after.slice(0, 8).map(({ hop, crash }) => ({
      sentence:
        `Incarnation ${crash.incarnation} in ${crash.region} crashed at ${moment(crash.t)} and had write ` +
        `${hop.write} of id ${hop.id} ${hop.hop} at ${moment(hop.t)}.`,
      lines: [...linesOf(history.ops.of(hop.write) ?? null), crash.line, hop.line],
    })),
    held: `Nothing came from ${counted(crashes.size, 'crashed agent')} after its crash (${counted(hops.length, 'hop')} looked at).`,
    broken: `${counted(after.length, 'hop')} came from an agent that had crashed.`,
    unseen: 'No agent crashed.',
  })
}
