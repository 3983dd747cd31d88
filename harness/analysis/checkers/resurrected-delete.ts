import type { Witness } from '../../model/finding.ts'
import type { PointId } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Causality } from '../facts/causality.ts'
import type { Facts } from '../facts/facts.ts'
import { heldIn, liveIn } from '../facts/final-state.ts'
import { heldBy } from '../facts/holding.ts'
import { storesOf } from '../facts/op.ts'
import { stillMoving } from '../facts/settling.ts'
import { inStoreFrom, type Stations } from '../facts/stations.ts'
import { before, type Version } from '../facts/versions.ts'
import { linesOf, versionText } from '../facts/wording.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

const NEVER = Number.POSITIVE_INFINITY

/** A live version that regions showed, together where one answer came from several. */
type Sighting = {
  id: PointId
  write: number
  regions: readonly RegionName[]
  us: Us
  where: string
  line: number
}

/**
 * What was deleted stays deleted: once an acknowledged delete acts on searches of a region, no answer dispatched
 * there later, and no final state anywhere, has a version that was acknowledged before the delete was sent.
 */
export const resurrectedDelete: Checker = (facts, guarantees) => {
  const { knewOf } = facts
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
    ...heldTo(guarantees.causalWrites, facts),
    evidence,
    violations,
    witnesses,
    held: `None of ${counted(count, 'acknowledged delete')} was undone.`,
    broken: `Deleted points came back ${counted(violations, 'time')}, of ${counted(count, 'acknowledged delete')}.`,
    unseen:
      count === 0
        ? 'Nothing was deleted.'
        : 'There is no final scan of every region, so it is unknown whether deleted points came back.',
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

/**
 * Live versions of deleted ids in answers, probes and final scans of their holders (which come after everything:
 * time ∞). What a cache answered is as old as the answer says.
 */
function* sightings(
  { history, finals, layout }: Facts,
  deletes: ReadonlyMap<PointId, unknown>,
): Iterable<Sighting> {
  if (deletes.size === 0) return
  for (const read of history.ops) {
    const { op, kind, dispatched, ids, writes, endLine: line } = read
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as PointId
      if (dispatched === null || !deletes.has(id)) continue
      const us = dispatched - (read.cacheAge ?? 0)
      const holders = storesOf(read).filter((region) => layout.holders(id).includes(region))
      const regions = holders.length > 0 ? holders : storesOf(read)
      yield { id, write: writes[i] ?? -1, regions, us, where: `${kind} ${op}`, line }
    }
  }
  for (const { pair, region, t, ids, writes, line } of history.probes)
    for (const [i, id] of ids.entries())
      if (deletes.has(id))
        yield {
          ...{ id, write: writes[i] ?? -1, regions: [region] },
          ...{ us: t, where: `probe ${pair}`, line },
        }
  for (const state of finals ?? []) {
    const { region, line } = state
    const seen = { regions: [region], us: Number.POSITIVE_INFINITY, where: 'the final scan', line }
    for (const id of deletes.keys())
      if (layout.holders(id).includes(region))
        for (const { write } of heldIn(state, id)) yield { id, write, ...seen }
  }
}

/**
 * The regions had the delete, or had all the time they needed to get it, and show an earlier version all the same. A
 * write the deleter did not know of may win over the delete by the conflict rule, if all holders agree on it: in the
 * end, which is counted as overwritten-real-time, or on the way, before a third write took the place of both.
 */
function undone(
  gone: Version,
  version: Version,
  { id, regions, us }: Sighting,
  facts: Facts,
  knewOf: Causality,
): boolean {
  if (version.deleted || !before(version, gone)) return false
  const known = regions.every((region) => facts.journeys.at(gone.write, region).visible < us)
  const inEnd = us === Number.POSITIVE_INFINITY
  if (!known && !(inEnd && !stillMoving(facts.history))) return false
  const finals = facts.finals && heldBy(facts.finals, facts.layout, id)
  const agreed = finals?.every((state) => liveIn(state, id) === version.write) ?? false
  return !(agreed || wonEverywhere(version, gone, facts)) || knewOf(version, gone)
}

/** Wherever both came, the version stands above the delete, and somewhere it took its place. */
function wonEverywhere(version: Version, gone: Version, { journeys, layout }: Facts): boolean {
  let took = 0
  for (const region of layout.holders(gone.id)) {
    const live = journeys.at(version.write, region)
    const dead = journeys.at(gone.write, region)
    const deadCame = inStoreFrom(dead) < NEVER
    if (inStoreFrom(live) === NEVER) {
      if (deadCame && live.older < NEVER) return false
    } else if (deadCame && isAfter(live, dead)) took++
    else if (deadCame || dead.older === NEVER) return false
  }
  return took > 0
}

/** Of what a store took without an answer only searches tell the order, and not within one of their ticks. */
function isAfter(live: Readonly<Stations>, dead: Readonly<Stations>): boolean {
  if (live.applied < NEVER && dead.applied < NEVER) return dead.applied < live.applied
  return inSight(dead) <= inSight(live)
}

const inSight = ({ visible, duplicate }: Readonly<Stations>): number => Math.min(visible, duplicate)

function witness(gone: Version, version: Version, { regions, us, where, line }: Sighting): Witness {
  const when = us === Number.POSITIVE_INFINITY ? '' : ` at ${moment(us)}`
  return {
    sentence: `${where} in ${regions.join(', ')}${when} shows ${versionText(version)} after ${versionText(gone)}.`,
    lines: [...linesOf(version.op), ...linesOf(gone.op), line],
  }
}
