import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { type Checker, heldTo } from './finding.ts'
import { sessionFinding } from './session-finding.ts'
import { byEnd, checkSessions, type Knowledge } from './sessions.ts'

/** A client that has seen a version never reads an earlier one afterwards. */
export const monotonicReads: Checker = (facts, guarantees) =>
  sessionFinding(checkSessions(facts, seenVersions(facts)), {
    checker: 'monotonic-reads',
    reads: guarantees.monotonicReads?.is ?? null,
    ...heldTo(guarantees.monotonicReads, facts),
    knew: 'from an earlier read',
    held: 'No client was shown a version older than one it had seen',
    unseen: 'No client read a changed point twice.',
  })

/** The base is left out: nothing comes before it. So is what was flagged stale: see `checkSessions`. */
function* seenVersions({ history, versions }: Facts): Iterable<Knowledge> {
  for (const op of byEnd(history.ops, ({ stale }) => !stale)) {
    const { ids, writes } = op
    for (let i = 0; i < ids.length; i++) {
      const write = writes[i] as number
      if (write === 0) continue
      const version = versions.get(ids[i] as number, write)
      if (version) yield { client: op.client, version, fromUs: op.done as Us, op }
    }
  }
}
