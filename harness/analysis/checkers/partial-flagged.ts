import { counted } from '../../text/value.ts'
import type { Op } from '../facts/op.ts'
import { linesOf } from '../facts/wording.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

/**
 * An answer that lacks a shard it asked says that it is partial. `evidence` counts answers that lacked one. Says nothing
 * where no answer names shards.
 */
export const partialFlagged: Checker = (facts, guarantees) => {
  const { history } = facts
  const named = history.ops.filter(({ outcome, shards }) => outcome === 'ok' && shards !== null)
  if (named.length === 0) return null
  const partial = named.filter((op) => lackedBy(op).length > 0)
  const silent = partial.filter((op) => !op.partial)
  return conclude({
    checker: 'partial-flagged',
    about: 'promise',
    ...heldTo(guarantees.flagsPartial, facts),
    evidence: partial.length,
    violations: silent.length,
    witnesses: silent.slice(0, 8).map((op) => ({
      sentence:
        `${op.kind} ${op.op} at ${op.gateway} asked ${counted(op.shards?.asked.length ?? 0, 'shard')} and lacks the answer of ` +
        `${lackedBy(op).slice(0, 8).join(', ')}, but does not say that it is partial.`,
      lines: linesOf(op),
    })),
    held: `All ${counted(partial.length, 'answer')} that lacked a shard said so (of ${counted(named.length, 'answer')}).`,
    broken: `Of ${counted(partial.length, 'answer')} that lacked a shard ${silent.length} did not say so.`,
    unseen: `Every shard that was asked answered, ${counted(named.length, 'time')} of ${named.length}.`,
  })
}

function lackedBy({ shards }: Op): number[] {
  if (!shards) return []
  const answered = new Set(shards.answered)
  return shards.asked.filter((shard) => !answered.has(shard))
}
