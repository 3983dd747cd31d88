import type { Witness } from '../../model/finding.ts'
import type { PointId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import { type Causality, causalityOf } from '../causality.ts'
import type { Facts } from '../facts.ts'
import { heldIn, liveIn } from '../final-state.ts'
import { stillMoving } from '../settling.ts'
import { before, type Version } from '../versions.ts'
import { counted, linesOf, seconds, versionText } from '../wording.ts'
import { type Checker, conclude } from './finding.ts'

/** A live version that a region showed. */
type Sighting = { id: PointId; write: number; region: string; us: Us; where: string; line: number }

/**
 * What was deleted stays deleted: once an acknowledged delete acts on searches of a region, no answer dispatched
 * there later, and no final state anywhere, has a version that was acknowledged before the delete was sent.
 */
export const resurrectedDelete: Checker = (facts, guarantees) => {
  const knewOf = causalityOf(facts)
  const deletes = acknowledgedDeletes(facts)
  const count = [...deletes.values()].reduce((sum, list) => sum + list.length, 0)
  let violations = 0
  const witnesses: Witness[] = []
  for (const sighting of sightings(facts, deletes)) {
    const version = facts.versions.get(sighting.id, sighting.write)
    const gone = deletes
      .get(sighting.id)
      ?.find((one) => version && undone(one, version, sighting, facts, knewOf))
    if (!version || !gone) continue
    violations++
    if (witnesses.length < 8) witnesses.push(witness(gone, version, sighting))
  }
  const evidence = facts.finals || violations > 0 ? count : 0
  return conclude({
    checker: 'resurrected-delete',
    about: 'correctness',
    promised: guarantees.causalWrites,
    evidence,
    violations,
    witnesses,
    held: `None of ${counted(count, 'acknowledged delete')} was undone.`,
    broken: `Deleted points came back ${counted(violations, 'time')}, of ${counted(count, 'acknowledged delete')}.`,
    unseen:
      count === 0
        ? 'Nothing was deleted.'
        : 'Without a final scan of every region nobody can say whether deleted points came back.',
  })
}

function acknowledgedDeletes({ versions }: Facts): Map<PointId, Version[]> {
  const deletes = new Map<PointId, Version[]>()
  for (const id of versions.ids()) {
    const found = versions
      .of(id)
      .filter(({ deleted, ack }) => deleted && ack !== Number.POSITIVE_INFINITY)
    if (found.length > 0) deletes.set(id, found)
  }
  return deletes
}

/** Live versions of deleted ids in answers, probes and final scans (which come after everything: time ∞). */
function* sightings(
  { history, finals }: Facts,
  deletes: ReadonlyMap<PointId, unknown>,
): Iterable<Sighting> {
  if (deletes.size === 0) return
  for (const { op, kind, gateway: region, dispatched, ids, writes, endLine: line } of history.ops)
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as PointId
      if (dispatched !== null && deletes.has(id))
        yield { id, write: writes[i] ?? -1, region, us: dispatched, where: `${kind} ${op}`, line }
    }
  for (const { pair, region, t, ids, writes, line } of history.probes)
    for (const [i, id] of ids.entries())
      if (deletes.has(id))
        yield { id, write: writes[i] ?? -1, region, us: t, where: `probe ${pair}`, line }
  for (const state of finals ?? []) {
    const { region, line } = state
    for (const id of deletes.keys())
      for (const { write } of heldIn(state, id))
        yield { id, write, region, us: Number.POSITIVE_INFINITY, where: 'the final scan', line }
  }
}

/**
 * The region had the delete, or had all the time it needed to get it, and shows an earlier version all the same. A write the deleter did not know of may win
 * over the delete by the conflict rule, if all regions agree on it: that is counted as overwritten-real-time.
 */
function undone(
  gone: Version,
  version: Version,
  { id, region, us }: Sighting,
  facts: Facts,
  knewOf: Causality,
): boolean {
  if (version.deleted || !before(version, gone)) return false
  const known = facts.journeys.at(gone.write, region).visible < us
  const inEnd = us === Number.POSITIVE_INFINITY
  if (!known && !(inEnd && !stillMoving(facts.history))) return false
  const agreed = facts.finals?.every((state) => liveIn(state, id) === version.write) ?? false
  return !agreed || knewOf(version, gone)
}

function witness(gone: Version, version: Version, { region, us, where, line }: Sighting): Witness {
  const when = us === Number.POSITIVE_INFINITY ? '' : ` at ${seconds(us)}`
  return {
    sentence: `${where} in ${region}${when} shows ${versionText(version)} after ${versionText(gone)}.`,
    lines: [...linesOf(version.op), ...linesOf(gone.op), line],
  }
}
