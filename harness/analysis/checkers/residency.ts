import type { Witness } from '../../model/finding.ts'
import type { PointId } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import { linesOf } from '../facts/wording.ts'
import { type Checker, conclude } from './finding.ts'

/** The vector of a pinned point that crossed a link. */
type Crossing = {
  id: PointId
  allowed: readonly RegionName[]
  from: RegionName
  to: RegionName
  us: Us
  line: number
}

/**
 * The vector of a point that is pinned to some regions crosses no link to any other: neither in a message between
 * agents nor in a mirror's copy. What users send themselves is theirs. `evidence` counts crossings of pinned vectors,
 * permitted ones too. Says nothing where no point is pinned.
 */
export const residency: Checker = (facts) => {
  if (!somePinned(facts)) return null
  const crossings = [...crossingsOf(facts)]
  const astray = crossings.filter(({ allowed, to }) => !allowed.includes(to))
  return conclude({
    checker: 'residency',
    about: 'correctness',
    promised: true,
    evidence: crossings.length,
    violations: astray.length,
    witnesses: astray.slice(0, 8).map((crossing) => witness(crossing, facts)),
    held: `All ${counted(crossings.length, 'vector')} of pinned points that crossed a link went where they may be.`,
    broken: `Of ${counted(crossings.length, 'vector')} of pinned points that crossed a link ${astray.length} went where they must not be.`,
    unseen: 'No vector of a pinned point crossed a link.',
  })
}

function somePinned({ versions, layout }: Facts): boolean {
  for (const id of versions.ids()) if (layout.pinned(id)) return true
  return false
}

function* crossingsOf({ history, layout, versions }: Facts): Iterable<Crossing> {
  for (const { ids, from, to, t, line } of history.carried)
    for (const id of ids) {
      const allowed = layout.pinned(id)
      if (allowed) yield { id, allowed, from, to, us: t, line }
    }
  for (const { hop, id, write, region: to, from, t, line } of history.hops) {
    if (hop !== 'mirrored' || from === undefined) continue
    const allowed = layout.pinned(id)
    // A tombstone carries no vector.
    if (allowed && !versions.get(id, write)?.deleted) yield { id, allowed, from, to, us: t, line }
  }
}

function witness({ id, allowed, from, to, us, line }: Crossing, { history }: Facts): Witness {
  const op = history.ops.find((one) => one.kind === 'upsert' && one.id === id)
  return {
    sentence: `The vector of id ${id}, pinned to ${allowed.join(', ')}, went from ${from} to ${to} at ${moment(us)}.`,
    lines: [...linesOf(op ?? null).slice(0, 1), line],
  }
}
