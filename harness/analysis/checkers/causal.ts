import type { Witness } from '../../model/finding.ts'
import { readText, versionText } from '../facts/wording.ts'
import { type Causal, causality, type Missing } from '../registers/causal-past.ts'
import type { Step } from '../registers/causal-steps.ts'
import { NOTHING, type Register, registersOf } from '../registers/register.ts'
import { type Checker, heldTo } from './finding.ts'
import { registerFinding } from './register-finding.ts'
import { inventedWitness, linesOfAll } from './register-witness.ts'

/**
 * Nobody who knows of a version of an id is shown one that its writer knew to be replaced. Knowledge comes from the
 * own writes and fetches of that id, and from those of whoever wrote what was fetched, and so on back. Answers flagged
 * stale or partial are left out, both as knowledge and as what is judged: they say themselves that they may be older.
 */
export const causal: Checker = (facts, guarantees) =>
  registerFinding(
    registersOf(facts),
    (register, effort) => {
      const found = causality(register, effort)
      return found.kind === 'open' ? null : witnessesOf(found, register)
    },
    {
      checker: 'causal',
      ...heldTo(guarantees.causal, facts),
      held: 'Nobody was shown less than what they had seen was written on',
      broken: 'Clients were shown what they knew to be replaced',
    },
  )

function witnessesOf(found: Causal, register: Register): Witness[] {
  switch (found.kind) {
    case 'explained':
    case 'open':
      return []
    case 'invented':
      return [inventedWitness(found.read)]
    case 'circle':
      return [circleWitness(found.ops)]
    case 'missing':
      return found.reads.slice(0, 1).map((missing) => missingWitness(missing, register))
  }
}

function missingWitness({ read, over }: Missing, { versions }: Register): Witness {
  const shown = versions.find(({ write }) => write === read.shown) ?? null
  const what = read.shown === NOTHING || !shown ? 'nothing' : versionText(shown)
  const why = shown ? ', whose writer knew that one' : ', and no delete known to it came later'
  return {
    sentence:
      `${readText(read.op)}, showed ${what}, although its client knew, itself or through others, of ` +
      `${versionText(over)}${why}.`,
    lines: linesOfAll([...(shown ? [shown] : []), over, read]),
  }
}

function circleWitness(steps: readonly Step[]): Witness {
  const ops = steps.flatMap(({ read, version }) => read?.op ?? version?.op ?? [])
  return {
    sentence: `Each of these knew of the one before, and the first of the last: ${ops
      .map(({ kind, op }) => `${kind} ${op}`)
      .join(', ')}.`,
    lines: linesOfAll(ops.map((op) => ({ op }))),
  }
}
