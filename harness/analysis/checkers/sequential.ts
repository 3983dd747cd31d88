import type { Witness } from '../../model/finding.ts'
import { readText } from '../facts/wording.ts'
import type { Access } from '../registers/clusters.ts'
import { type Register, registersOf } from '../registers/register.ts'
import { type Meeting, type Sequenced, sequence } from '../registers/session-order.ts'
import { type Checker, heldTo } from './finding.ts'
import { registerFinding } from './register-finding.ts'
import { earlyWitness, inventedWitness, linesOfAll, versionOrNothing } from './register-witness.ts'

/**
 * All clients can agree on one order of the writes and fetches of an id that keeps the order of each client. Answers
 * flagged stale or partial are left out: they say themselves that they may be older.
 */
export const sequential: Checker = (facts, guarantees) =>
  registerFinding(
    registersOf(facts),
    (register, effort) => {
      const found = sequence(register, effort)
      if (found.kind === 'open') return null
      const witness = witnessOf(found, register)
      return witness ? [witness] : []
    },
    {
      checker: 'sequential',
      ...heldTo(guarantees.sequential, facts),
      held: 'Of every id all clients can agree on one order',
      broken: 'Clients cannot agree on one order',
    },
  )

function witnessOf(found: Sequenced, { id }: Register): Witness | null {
  switch (found.kind) {
    case 'explained':
    case 'open':
      return null
    case 'invented':
      return inventedWitness(found.read)
    case 'early':
      return earlyWitness(found.read, found.of)
    case 'missed':
      return {
        sentence: `${readText(found.read.op)}, showed nothing before id ${id} was ever deleted.`,
        lines: linesOfAll([found.read]),
      }
    case 'circle':
      return {
        sentence: `Of id ${id} ${found.meetings.map(meetingText).join('; ')}.`,
        lines: linesOfAll(found.meetings.flatMap(({ by }) => by ?? [])),
      }
    case 'inexplicable':
      return {
        sentence:
          `No order of the versions of id ${id} that keeps each client's fits ` +
          `${found.reads.map(({ op }) => `fetch ${op.op}`).join(', ')}, which found nothing.`,
        lines: linesOfAll(found.reads),
      }
  }
}

function meetingText({ earlier, later, by }: Meeting): string {
  const [first, second] = [versionOrNothing(earlier.version), versionOrNothing(later.version)]
  if (!by) return `${first} comes before everything`
  const [a, b] = by
  return `${a.op?.client} met ${first} (${stepText(a)}) before ${second} (${stepText(b)})`
}

const stepText = ({ op }: Access): string => (op ? `${op.kind} ${op.op}` : 'from the beginning')
