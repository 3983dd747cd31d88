import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { type Checker, heldTo } from './finding.ts'
import { sessionFinding } from './session-finding.ts'
import { byEnd, checkSessions, type Knowledge } from './sessions.ts'

/** A client that has an acknowledgement of its write reads that write, or a later one. */
export const readYourWrites: Checker = (facts, guarantees) =>
  sessionFinding(checkSessions(facts, ownWrites(facts)), {
    checker: 'read-your-writes',
    reads: guarantees.readYourWrites?.is ?? null,
    ...heldTo(guarantees.readYourWrites, facts),
    knew: 'its own',
    held: 'Every client read its own writes, or later ones',
    unseen: 'No client read anything that it had written.',
  })

function* ownWrites({ history, versions }: Facts): Iterable<Knowledge> {
  const writes = byEnd(history.ops, ({ kind }) => kind === 'upsert' || kind === 'delete')
  for (const op of writes) {
    const version = versions.get(op.id, op.op)
    if (version) yield { client: op.client, version, fromUs: op.done as Us, op }
  }
}
