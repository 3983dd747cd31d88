import type { Facts } from '../facts/facts.ts'
import { type Checker, heldTo } from './finding.ts'
import { sessionFinding } from './session-finding.ts'
import { checkSessions, type Knowledge } from './sessions.ts'

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

function ownWrites({ history, versions }: Facts): Knowledge[] {
  const knowledge: Knowledge[] = []
  for (const op of history.ops) {
    if (op.outcome !== 'ok' || op.done === null) continue
    if (op.kind !== 'upsert' && op.kind !== 'delete') continue
    const version = versions.get(op.id, op.op)
    if (version) knowledge.push({ client: op.client, version, fromUs: op.done, op })
  }
  return knowledge
}
