import type { Witness } from '../../model/finding.ts'
import type { PointId, WriteId } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import { before, type Version } from '../facts/versions.ts'
import { linesOf, versionText } from '../facts/wording.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

/** A tombstone that a region forgot for good. */
type Forgotten = { region: RegionName; us: Us; line: number; version: Version }

/** What makes it too soon: an older version that came there later, or was still held somewhere else. */
type Danger = { forgotten: Forgotten; older: Version; cameUs: Us | null; where: RegionName }

/**
 * A tombstone is forgotten only when nothing older is left: no version that was acknowledged before its delete was sent
 * is applied in that region afterwards, and no other holder has one at that moment. Says nothing where no tombstone was
 * forgotten.
 */
export const tombstoneSafety: Checker = (facts, guarantees) => {
  const { tombstones } = facts.history
  if (tombstones.length === 0) return null
  const forgotten = [...forgottenOf(facts)]
  const dangers = forgotten.flatMap((one) => dangerOf(one, facts) ?? [])
  return conclude({
    checker: 'tombstone-safety',
    about: 'correctness',
    ...heldTo(guarantees.convergence, facts),
    evidence: forgotten.length,
    violations: dangers.length,
    witnesses: dangers.slice(0, 8).map(witness),
    held: `Of ${counted(forgotten.length, 'tombstone')} that regions forgot none had anything older left to stop.`,
    broken: `Of ${counted(forgotten.length, 'tombstone')} that regions forgot ${dangers.length} were still needed.`,
    unseen: 'Regions forgot tombstones, but of no delete in this record.',
  })
}

function* forgottenOf({ history, versions }: Facts): Iterable<Forgotten> {
  for (const { region, t, line, ids, writes } of history.tombstones)
    for (let i = 0; i < ids.length; i++) {
      const version = versions.get(ids[i] as PointId, writes[i] as WriteId)
      if (version?.deleted) yield { region, us: t, line, version }
    }
}

function dangerOf(forgotten: Forgotten, facts: Facts): Danger | null {
  const { region, us, version } = forgotten
  const { versions, states, layout } = facts
  const { id } = version
  const olderOf = (write: WriteId): Version | null => {
    const other = versions.get(id, write)
    return other && !other.deleted && before(other, version) ? other : null
  }
  const track = states.get(region)?.applications(id)
  for (const [i, cameUs] of (track?.times ?? []).entries()) {
    const older = cameUs > us ? olderOf(track?.writes[i] as WriteId) : null
    if (older) return { forgotten, older, cameUs, where: region }
  }
  for (const where of layout.holders(id)) {
    if (where === region) continue
    const older = olderOf(states.get(where)?.applied(id, us) ?? -1)
    if (older) return { forgotten, older, cameUs: null, where }
  }
  return null
}

function witness({ forgotten, older, cameUs, where }: Danger): Witness {
  const { region, us, line, version } = forgotten
  const still =
    cameUs === null
      ? `${where} still held ${versionText(older)}`
      : `${versionText(older)} was applied there at ${moment(cameUs)}`
  return {
    sentence: `${region} forgot the tombstone of ${versionText(version)} at ${moment(us)}; ${still}.`,
    lines: [...linesOf(older.op), ...linesOf(version.op), line],
  }
}
