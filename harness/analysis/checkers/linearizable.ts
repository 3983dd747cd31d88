import type { Witness } from '../../model/finding.ts'
import { linesOf, readText, versionText } from '../facts/wording.ts'
import type { Cluster } from '../registers/clusters.ts'
import { type Linearized, linearize } from '../registers/linearization.ts'
import { type Read, type Register, registersOf } from '../registers/register.ts'
import { type Checker, heldTo } from './finding.ts'
import { registerFinding } from './register-finding.ts'
import { earlyWitness, inventedWitness, linesOfAll, partedWitness } from './register-witness.ts'

/**
 * Fetches and writes of one id behave like one register in real time: each takes effect at one moment between its
 * beginning and its end, a write without an answer at any moment after it was sent or never, one that failed never.
 * Answers flagged stale or partial are left out: they say themselves that they may be older.
 */
export const linearizable: Checker = (facts, guarantees) =>
  registerFinding(
    registersOf(facts),
    (register, effort) => {
      const found = linearize(register, effort)
      if (found.kind === 'open') return null
      const witness = witnessOf(found, register)
      return witness ? [witness] : []
    },
    {
      checker: 'linearizable',
      ...heldTo(guarantees.linearizable, facts),
      held: 'Every id behaved like one register in real time',
      broken: 'No order in real time explains what was answered',
    },
  )

function witnessOf(found: Linearized, { id, versions }: Register): Witness | null {
  switch (found.kind) {
    case 'explained':
    case 'open':
      return null
    case 'invented':
      return inventedWitness(found.read)
    case 'early':
      return earlyWitness(found.read, found.of)
    case 'parted':
      return partedWitness(found.outer, found.inner)
    case 'missed':
      return missedWitness(found.read, found.since)
    case 'inexplicable':
      return {
        sentence:
          `${readText(found.read.op)}, cannot have been answered as it was: no order of the ` +
          `${versions.length} versions of id ${id} fits all ${found.among} fetches answered by then.`,
        lines: linesOfAll([found.read]),
      }
  }
}

function missedWitness({ op }: Read, since: Cluster | null): Witness {
  const last = since?.version
  if (!last)
    return { sentence: `${readText(op)}, showed nothing, before any delete.`, lines: linesOf(op) }
  const { first } = since
  const how = first.op?.kind === 'fetch' ? `, which fetch ${first.op.op} had shown before,` : ''
  return {
    sentence: `${readText(op)}, showed nothing, after ${versionText(last)}${how} and no delete since.`,
    lines: linesOfAll([last, first, { op }]),
  }
}
