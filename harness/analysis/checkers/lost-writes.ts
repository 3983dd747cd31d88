import type { Witness } from '../../model/finding.ts'
import { counted } from '../../text/value.ts'
import type { Facts } from '../facts/facts.ts'
import type { Loss, LossKind } from '../facts/losses.ts'
import { linesOf, versionText } from '../facts/wording.ts'
import { bindingOf, type Checker, conclude, heldTo } from './finding.ts'

export const acknowledgedWrites = ({ history }: Facts): number =>
  history.ops.filter(
    ({ kind, outcome }) => outcome === 'ok' && (kind === 'upsert' || kind === 'delete'),
  ).length

type Lost = Loss & { kind: Exclude<LossKind, 'real-time'> }

const isLost = (loss: Loss): loss is Lost => loss.kind !== 'real-time'

/**
 * No acknowledged write vanished or was overwritten by one that its writer knew of. Which of the two a system
 * promises is its own affair: a loss of a kind it does not promise is reported and does not fail the run.
 */
export const lostWrites: Checker = (facts, { durability, causalWrites }) => {
  const { losses } = facts
  const lost = (losses ?? []).filter(isLost)
  const evidence = losses ? acknowledgedWrites(facts) : 0
  const held = { vanished: heldTo(durability, facts), causal: heldTo(causalWrites, facts) }
  const isPromised = ({ kind }: Lost) => held[kind].promised
  const of = (kind: LossKind) => lost.filter((loss) => loss.kind === kind)
  const [vanished, causal] = [of('vanished'), of('causal')]
  const at = lost.length > 0 ? lost.map(({ kind }) => held[kind]) : Object.values(held)
  return conclude({
    checker: 'lost-writes',
    about: 'correctness',
    ...bindingOf(at),
    evidence,
    violations: lost.length,
    witnesses: [...lost.filter(isPromised), ...lost.filter((loss) => !isPromised(loss))].map(
      witnessOf,
    ),
    held: `All ${counted(evidence, 'acknowledged write')} survived, or were replaced by later ones.`,
    broken:
      `Of ${counted(evidence, 'acknowledged write')} ${vanished.length} vanished and ` +
      `${causal.length} were overwritten by a write that the writer already knew of.`,
    unseen: losses
      ? 'No write was acknowledged.'
      : 'There is no final scan of every region, so it is unknown which writes survived.',
  })
}

export function witnessOf({ version, kind, instead }: Loss): Witness {
  const lines = [...linesOf(version.op), ...linesOf(instead?.op ?? null)]
  if (!instead || kind === 'vanished')
    return { sentence: `No region holds ${versionText(version)}.`, lines }
  const known = kind === 'causal' ? ', which its writer knew of' : ''
  return {
    sentence: `Instead of ${versionText(version)} the regions hold ${versionText(instead)}${known}.`,
    lines,
  }
}
