import type { Witness } from '../../model/finding.ts'
import type { PointId } from '../../model/point.ts'
import { counted } from '../../text/value.ts'
import type { Facts } from '../facts/facts.ts'
import {
  allIds,
  type Departure,
  departureOf,
  departures,
  type FinalState,
  liveIn,
} from '../facts/final-state.ts'
import { heldBy } from '../facts/holding.ts'
import { stillMoving } from '../facts/settling.ts'
import { allHold, excusedIds } from '../metrics/convergence.ts'
import { type Checked, type Checker, conclude, heldTo } from './finding.ts'

/**
 * At the end all regions hold the same live versions, each id compared over those that are to hold it. Also tells how
 * far each region is from the expected set: missing, extra (unknown, or not this region's to hold), stale, resurrected
 * and duplicate points, summed over regions.
 */
export const regionsEqual: Checker = (facts, guarantees) => {
  const { finals } = facts
  const ids = finals ? allIds(finals, facts.versions) : []
  const differing = finals ? ids.filter((id) => !allHold(finals, facts.layout, id)) : []
  const apart = finals ? departureText(finals, ids, facts) : ''
  const regions = facts.history.plan.regions.length
  if (differing.length > 0 && stillMoving(facts.history))
    return unsettled(differing.length, heldTo(guarantees.convergence, facts))
  return conclude({
    checker: 'regions-equal',
    about: 'promise',
    ...heldTo(guarantees.convergence, facts),
    evidence: ids.length,
    violations: differing.length,
    witnesses: finals ? differing.slice(0, 8).map((id) => witness(id, finals, facts)) : [],
    held: `All ${regions} regions hold the same versions of ${counted(ids.length, 'id')}${apart}.`,
    broken: `The ${regions} regions differ in ${differing.length} of ${counted(ids.length, 'id')}${apart}.`,
    unseen: finals
      ? 'No region holds anything.'
      : 'Not every region has a final scan, so it is unknown whether they are equal.',
  })
}

const unsettled = (differing: number, whether: ReturnType<typeof heldTo>): Checked => ({
  checker: 'regions-equal',
  about: 'promise',
  ...whether,
  verdict: 'unknown',
  because: `${counted(differing, 'id')} differ, but regions were still changing when the run ended: settle was too short to tell.`,
  evidence: 0,
  violations: 0,
  events: [],
})

function departureText(
  finals: readonly FinalState[],
  ids: readonly PointId[],
  facts: Facts,
): string {
  const { versions, layout, history, losses } = facts
  const judging = { versions, layout, endUs: history.endUs, excused: excusedIds(losses ?? []) }
  const counts = new Map<Departure, number>()
  for (const state of finals)
    for (const id of ids) {
      const departure = departureOf(state, id, judging)
      if (departure) counts.set(departure, (counts.get(departure) ?? 0) + 1)
    }
  const parts = departures.flatMap((name) => {
    const count = counts.get(name)
    return count === undefined ? [] : [`${count} ${name}`]
  })
  return parts.length === 0 ? '' : `; against the expected set: ${parts.join(', ')}`
}

function witness(id: PointId, all: readonly FinalState[], { history, layout }: Facts): Witness {
  const finals = heldBy(all, layout, id)
  const held = finals.map((state) => {
    const write = liveIn(state, id)
    return `${state.region} ${write < 0 ? 'nothing' : write === 0 ? 'the base version' : `write ${write}`}`
  })
  const writes = finals.flatMap((state) => history.ops.of(liveIn(state, id))?.line ?? [])
  return {
    sentence: `Of id ${id} ${held.join(', ')} is held.`,
    lines: [...new Set(writes), ...finals.map(({ line }) => line)],
  }
}
