import type { Witness } from '../../model/finding.ts'
import type { WriteId } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'
import { counted } from '../../text/value.ts'
import { moment } from '../../text/wording.ts'
import type { Facts } from '../facts/facts.ts'
import { laneOf, type Mirroring, type Placed } from '../facts/mirroring.ts'
import { type Checker, conclude, heldTo } from './finding.ts'

type Hole = { mirroring: Mirroring; record: Placed; skipped: boolean }

/**
 * What a mirror went past has reached the other side, by whatever way, or been superseded there: records that
 * retention took before the mirror came, and holes that nobody declared. Only acknowledged writes of points that the
 * target is to hold count. Says nothing where there are no mirrors.
 */
export const mirrorGap: Checker = (facts, guarantees) => {
  const { mirrorings } = facts
  if (mirrorings.length === 0) return null
  const arrived = arrivedIn(facts)
  let evidence = 0
  const holes: Hole[] = []
  for (const mirroring of mirrorings) {
    const { to } = mirroring
    const copied = new Set(mirroring.copies.map(({ source }) => source))
    for (const { record, skipped } of passedBy(mirroring)) {
      const due = facts.layout.holders(record.id).includes(to)
      if (!due || facts.history.ops.of(record.write)?.outcome !== 'ok') continue
      evidence++
      if (!copied.has(record) && !arrived.has(keyOf(record.write, to)))
        holes.push({ mirroring, record, skipped })
    }
  }
  const declared = holes.filter(({ skipped }) => skipped).length
  return conclude({
    checker: 'mirror-gap',
    about: 'correctness',
    ...heldTo(guarantees.convergence, facts),
    evidence,
    violations: holes.length,
    witnesses: holes.slice(0, 8).map((hole) => witness(hole, facts)),
    held: `Mirrors left out none of ${counted(evidence, 'acknowledged record')} they went past.`,
    broken:
      `Of ${counted(evidence, 'acknowledged record')} that mirrors went past ${holes.length} never reached the other ` +
      `side (${declared} of them had been taken by retention).`,
    unseen: 'No mirror went past an acknowledged record.',
  })
}

const keyOf = (write: WriteId, region: RegionName): string => `${write} ${region}`

/** Acknowledged writes that a region has had, or needed no more. */
function arrivedIn({ settled }: Facts): Set<string> {
  const arrived = new Set<string>()
  for (const { version, region, atUs } of settled)
    if (atUs !== Number.POSITIVE_INFINITY) arrived.add(keyOf(version.write, region))
  return arrived
}

/** Records before the last place a mirror is known to have reached in their lane. */
function* passedBy(mirroring: Mirroring): Iterable<{ record: Placed; skipped: boolean }> {
  const { records, copies } = mirroring
  const reached = new Map<number, number>()
  const reach = (lane: number, offset: number) =>
    reached.set(lane, Math.max(offset, reached.get(lane) ?? 0))
  for (const { source } of copies) reach(source.lane, source.offset)
  const skips = skipsOf(mirroring)
  for (const { lane, to } of skips) reach(lane, to - 1)
  for (const record of records) {
    const { lane, offset } = record
    if (offset > (reached.get(lane) ?? -1)) continue
    const skipped = skips.some(
      (skip) => skip.lane === lane && offset >= skip.from && offset < skip.to,
    )
    yield { record, skipped }
  }
}

/** Offsets that a mirror says it left out, because retention had taken them. */
function skipsOf({ mirror, lostUs }: Mirroring): { lane: number; from: number; to: number }[] {
  return mirror.flatMap(({ what, offsets, t }) => {
    const [partition, from, to] = offsets ?? []
    if (what !== 'skipped' || partition === undefined) return []
    return [{ lane: laneOf(partition, t, lostUs), from: from ?? 0, to: to ?? 0 }]
  })
}

function witness({ mirroring, record, skipped }: Hole, { history }: Facts): Witness {
  const { link, to, mirror } = mirroring
  const why = skipped ? ', which retention had taken when the mirror came' : ''
  const skip = mirror.find(({ what }) => what === 'skipped')
  const later = mirroring.copies.find(
    ({ source }) => source.lane === record.lane && source.offset > record.offset,
  )
  const op = history.ops.of(record.write)
  return {
    sentence:
      `Write ${record.write} of id ${record.id}, logged at ${moment(record.t)} as offset ${record.offset} of ` +
      `partition ${record.partition}${why}, was skipped by mirror ${link} and never reached ${to}.`,
    lines: [
      ...(op ? [op.line] : []),
      record.line,
      ...(skipped && skip ? [skip.line] : later ? [later.hop.line] : []),
    ],
  }
}
