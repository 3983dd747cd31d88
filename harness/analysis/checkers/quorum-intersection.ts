import type { Witness } from '../../model/finding.ts'
import type { Guarantees } from '../../model/guarantees.ts'
import type { PointId } from '../../model/point.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import { type Op, storesOf } from '../facts/op.ts'
import type { Ops } from '../facts/ops.ts'
import { linesOf } from '../facts/wording.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

type Quorum = NonNullable<Guarantees['quorum']>['is']

/**
 * Every acknowledged write names at least as many regions as a write waits for, every fetch as many as a read asks, and
 * where both together are more than all copies, a fetch and the write acknowledged last before it share a region. A
 * fetch that says it is stale asked for less on purpose. Where a quorum need not intersect, fetches that miss a write
 * are reported. Says nothing where acknowledgements count no copies.
 */
export const quorumIntersection: Checker = (facts, guarantees) => {
  if (!guarantees.quorum) return null
  const { is: quorum } = guarantees.quorum
  const { write, read, of } = quorum
  const meets = write + read > of
  const { evidence, few, apart } = lookAt(facts, quorum)
  const binds = few.length > 0 || meets
  const sum = `${write} written and ${read} read of ${of}`
  return conclude({
    checker: 'quorum-intersection',
    about: 'promise',
    ...(binds ? heldTo(guarantees.quorum, facts) : { promised: false }),
    evidence,
    violations: few.length + apart.length,
    witnesses: [...few, ...apart],
    held: `All ${counted(evidence, 'operation')} had their quorum, and fetches met the writes before them (${sum}).`,
    broken:
      `Of ${counted(evidence, 'operation')} ${few.length} named too few regions, and ${apart.length} fetches shared none ` +
      `with the write before them (${sum}${meets ? '' : ', which need not meet'}).`,
    unseen: 'No write was acknowledged, and no fetch answered.',
  })
}

function lookAt(
  { history }: Facts,
  quorum: Quorum,
): { evidence: number; few: Witness[]; apart: Witness[] } {
  const few: Witness[] = []
  const apart: Witness[] = []
  let evidence = 0
  const lastWrites = new Map<PointId, Op>()
  for (const { at, op } of momentsOf(history.ops)) {
    const regions = new Set(storesOf(op))
    if (op.kind !== 'fetch') {
      evidence++
      lastWrites.set(op.id, op)
      if (regions.size < quorum.write) few.push(fewOf(op, regions.size, quorum.write))
      continue
    }
    evidence++
    if (regions.size < quorum.read) few.push(fewOf(op, regions.size, quorum.read))
    const last = lastWrites.get(op.id)
    if (last && !storesOf(last).some((region) => regions.has(region)))
      apart.push(apartOf(op, last, at))
  }
  return { evidence, few, apart }
}

/** Writes at their acknowledgement and fetches at their dispatch, in order of time. */
function momentsOf(ops: Ops): { at: number; op: Op }[] {
  const moments = ops.flatMap((op) => {
    if (op.outcome !== 'ok' || op.kind === 'search' || op.stale) return []
    const at = op.kind === 'fetch' ? op.dispatched : op.done
    return at === null ? [] : [{ at, op }]
  })
  // At one moment the fetch comes first: it was not sent after the acknowledgement.
  return moments.sort((a, b) => a.at - b.at || rank(a.op) - rank(b.op) || a.op.op - b.op.op)
}

const rank = ({ kind }: Op): number => (kind === 'fetch' ? 0 : 1)

const fewOf = (op: Op, named: number, needed: number): Witness => ({
  sentence: `${op.kind} ${op.op} of id ${op.id} at ${op.gateway} names ${counted(named, 'region')}; its quorum is ${needed}.`,
  lines: linesOf(op),
})

const apartOf = (fetch: Op, write: Op, at: number): Witness => ({
  sentence:
    `fetch ${fetch.op} of id ${fetch.id} at ${moment(at)} asked ${storesOf(fetch).join(', ')}; ${write.kind} ${write.op}, ` +
    `acknowledged at ${moment(write.done ?? 0)}, was in ${storesOf(write).join(', ')}.`,
  lines: [...linesOf(write), ...linesOf(fetch)],
})
