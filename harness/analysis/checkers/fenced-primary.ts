import type { Witness } from '../../model/finding.ts'
import type { EpochEvent } from '../../model/record.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import { liveIn } from '../facts/final-state.ts'
import type { Lined } from '../facts/history.ts'
import { linesOf } from '../facts/wording.ts'
import { bindingOf, type Checker, conclude, heldTo } from './finding.ts'

type Epoch = Lined<EpochEvent>

/**
 * Once another region has taken over under a later epoch, nothing that is accepted under an earlier one survives; no
 * epoch belongs to two regions or comes after a later one. That nothing is acknowledged under an earlier epoch either
 * is a promise of its own: it needs clocks that run alike. `evidence` counts what was accepted or refused after the
 * first takeover. Says nothing where there is no lease.
 */
export const fencedPrimary: Checker = (facts, guarantees) => {
  const { epochs } = facts.history
  if (epochs.length === 0) return null
  const takeovers = takeoversOf(epochs)
  const [first] = takeovers
  const after = first ? epochs.filter((event) => event.t >= first.t && isDecision(event)) : []
  const late = lateOf(after, takeovers)
  const refused = refusedOf(facts, late)
  const unfenced = [...twoOwners(epochs), ...stepsBack(epochs), ...survivorsOf(late, facts)]
  const acknowledged = [...late.map((one) => lateText(one, facts)), ...refused.wrong]
  const wrong = [...unfenced, ...acknowledged]
  const fence = heldTo(guarantees.fencedPrimary, facts)
  const alone = heldTo(guarantees.onePrimary, facts)
  const at = [
    ...(unfenced.length > 0 || wrong.length === 0 ? [fence] : []),
    ...(acknowledged.length > 0 || wrong.length === 0 ? [alone] : []),
  ]
  return conclude({
    checker: 'fenced-primary',
    about: 'correctness',
    ...bindingOf(at),
    evidence: after.length,
    violations: wrong.length,
    witnesses: wrong,
    held:
      `After ${counted(takeovers.length, 'takeover')} nobody accepted anything under an earlier epoch ` +
      `(${counted(after.length, 'decision')} looked at)${refused.text}.`,
    broken:
      `After ${counted(takeovers.length, 'takeover')} epochs or what survived of them were wrong ` +
      `${counted(unfenced.length, 'time')}, and ${acknowledged.length} writes were acknowledged too late${refused.text}.`,
    unseen: 'No other region ever took over, so no fence was tried.',
  })
}

const isDecision = ({ what }: Epoch): boolean => what === 'accepted' || what === 'rejected'

/** Epochs that another region acquired than had the one before. */
function takeoversOf(epochs: readonly Epoch[]): Epoch[] {
  const acquired = epochs.filter(({ what }) => what === 'acquired')
  return acquired.filter((event, i) => i > 0 && acquired[i - 1]?.region !== event.region)
}

/** Accepted under an epoch although another region had a later one by then. */
function lateOf(
  after: readonly Epoch[],
  takeovers: readonly Epoch[],
): { event: Epoch; takeover: Epoch }[] {
  return after.flatMap((event) => {
    if (event.what !== 'accepted') return []
    const takeover = takeovers.find(
      ({ epoch, region, t }) => epoch > event.epoch && region !== event.region && t < event.t,
    )
    return takeover ? [{ event, takeover }] : []
  })
}

function twoOwners(epochs: readonly Epoch[]): Witness[] {
  const owners = new Map<number, Epoch>()
  return epochs.flatMap((event) => {
    if (event.what !== 'acquired') return []
    const owner = owners.get(event.epoch)
    owners.set(event.epoch, owner ?? event)
    if (!owner || owner.region === event.region) return []
    return [
      {
        sentence: `Epoch ${event.epoch} belongs to ${owner.region} since ${moment(owner.t)} and to ${event.region} since ${moment(event.t)}.`,
        lines: [owner.line, event.line],
      },
    ]
  })
}

/** An epoch that is acquired after a later one. */
function stepsBack(epochs: readonly Epoch[]): Witness[] {
  let highest: Epoch | null = null
  const back: Witness[] = []
  for (const event of epochs) {
    if (event.what !== 'acquired') continue
    if (highest && event.epoch < highest.epoch)
      back.push({
        sentence: `${event.region} became primary under epoch ${event.epoch} at ${moment(event.t)}, after epoch ${highest.epoch} of ${highest.region}.`,
        lines: [highest.line, event.line],
      })
    else highest = event
  }
  return back
}

/** Late writes that a final state holds, although the new primary had not had them when it took over. */
function survivorsOf(
  late: readonly { event: Epoch; takeover: Epoch }[],
  { finals, journeys }: Facts,
): Witness[] {
  return late.flatMap(({ event, takeover }) => {
    const { write, id } = event
    if (write === undefined || id === undefined) return []
    if (journeys.at(write, takeover.region).applied <= takeover.t) return []
    const holder = finals?.find((state) => liveIn(state, id) === write)
    if (!holder) return []
    return [
      {
        sentence: `Write ${write} of id ${id}, accepted by ${event.region} under epoch ${event.epoch} at ${moment(event.t)}, survives in ${holder.region}, although ${takeover.region} led under epoch ${takeover.epoch} since ${moment(takeover.t)}.`,
        lines: [takeover.line, event.line, holder.line],
      },
    ]
  })
}

function lateText(
  { event, takeover }: { event: Epoch; takeover: Epoch },
  { history }: Facts,
): Witness {
  const op = history.ops.of(event.write ?? 0) ?? null
  const what = event.write === undefined ? 'something' : `write ${event.write}`
  return {
    sentence:
      `${event.region} accepted ${what} under epoch ${event.epoch} at ${moment(event.t)}, although ${takeover.region} was ` +
      `primary under epoch ${takeover.epoch} since ${moment(takeover.t)}.`,
    lines: [takeover.line, ...linesOf(op), event.line],
  }
}

/** What became of refused writes: their clients must have been told, unless a primary of its time accepted them. */
function refusedOf(
  { history }: Facts,
  late: readonly { event: Epoch }[],
): { wrong: Witness[]; text: string } {
  const invalid = new Set(late.map(({ event }) => event))
  const accepted = new Set<number>()
  for (const event of history.epochs)
    if (event.what === 'accepted' && event.write !== undefined && !invalid.has(event))
      accepted.add(event.write)
  const refused = new Map<number, Epoch>()
  for (const event of history.epochs)
    if (event.what === 'rejected' && event.write !== undefined) refused.set(event.write, event)
  const wrong: Witness[] = []
  let before = 0
  for (const [write, event] of refused) {
    const op = history.ops.of(write)
    if (op?.outcome !== 'ok') continue
    if (accepted.has(write)) {
      before++
      continue
    }
    wrong.push({
      sentence: `Write ${write} was refused by ${event.region} at ${moment(event.t)} and acknowledged to ${op.client} all the same.`,
      lines: [...linesOf(op), event.line],
    })
  }
  const text = `; ${counted(refused.size, 'write')} refused, ${before} of them accepted by the primary of their time`
  return { wrong, text: refused.size === 0 ? '' : text }
}
