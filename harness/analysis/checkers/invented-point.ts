import type { Witness } from '../../model/finding.ts'
import type { PointId, Row, WriteId } from '../../model/point.ts'
import { counted } from '../../text/value.ts'
import type { Facts } from '../facts/facts.ts'
import { linesOf } from '../facts/wording.ts'
import { type Checker, conclude } from './finding.ts'

type Count = { evidence: number; violations: number; witnesses: Witness[] }

/** Where a version turned up; put into words only if it should not have. */
type Place = { where: () => string; line: number }

/** A version as it turned up; `row` is null where the record does not say. */
type Sighting = { id: PointId; write: WriteId; row: Row | null }

/**
 * Nothing turns up that nobody wrote: no (id, write) without an operation, none of an operation that certainly
 * failed, none with the vector of another write, and no tombstone as a live point.
 */
export const inventedPoint: Checker = (facts) => {
  const count: Count = { evidence: 0, violations: 0, witnesses: [] }
  lookAtAnswers(facts, count)
  lookAtScans(facts, count)
  for (const { id, write, hop, region, line } of facts.history.hops) {
    count.evidence++
    if (facts.versions.get(id, write)) continue
    const place = { where: () => `${hop} in ${region}`, line }
    report({ id, write, row: null }, place, facts, count)
  }
  const { evidence, violations, witnesses } = count
  return conclude({
    checker: 'invented-point',
    about: 'correctness',
    promised: true,
    evidence,
    violations,
    witnesses,
    held: `All ${counted(evidence, 'version')} seen in answers, scans and hops were really written.`,
    broken: `${counted(violations, 'version')} was found that no client wrote.`,
    unseen: 'No version turned up anywhere.',
  })
}

function lookAtAnswers(facts: Facts, count: Count): void {
  const answer = (ids: readonly PointId[], writes: readonly WriteId[], place: Place) => {
    count.evidence += ids.length
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as PointId
      const write = writes[i] ?? -1
      const version = facts.versions.get(id, write)
      if (!version || version.deleted) report({ id, write, row: null }, place, facts, count)
    }
  }
  for (const { op, kind, ids, writes, endLine: line } of facts.history.ops)
    if (ids.length > 0) answer(ids, writes, { where: () => `${kind} ${op}`, line })
  for (const { ids, writes, pair, region, line } of facts.history.probes)
    answer(ids, writes, { where: () => `probe ${pair} in ${region}`, line })
}

function lookAtScans(facts: Facts, count: Count): void {
  for (const { ids = [], writes = [], rows = [], region, line } of facts.history.scans) {
    const place = { where: () => `the final scan of ${region}`, line }
    count.evidence += ids.length
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i] as PointId
      const write = writes[i] ?? -1
      const row = rows[i] ?? null
      const version = facts.versions.get(id, write)
      if (!version || (row !== null && version.row !== row))
        report({ id, write, row }, place, facts, count)
    }
  }
}

function report(sighting: Sighting, { where, line }: Place, facts: Facts, count: Count): void {
  count.violations++
  if (count.witnesses.length >= 8) return
  const { id, write } = sighting
  count.witnesses.push({
    sentence: `${where()} shows write ${write} of id ${id}, ${whyInvented(sighting, facts)}.`,
    lines: [...linesOf(facts.history.ops.of(write) ?? null), line],
  })
}

function whyInvented({ id, write, row }: Sighting, facts: Facts): string {
  const version = facts.versions.get(id, write)
  if (!version) return whyUnknown(id, write, facts)
  if (row !== null) return `with the vector of pool row ${row} instead of ${version.row}`
  return 'which is a delete and has no vector to return'
}

function whyUnknown(id: PointId, write: WriteId, { history }: Facts): string {
  const op = history.ops.of(write)
  if (write === 0) return 'which is not in the base data'
  if (!op || (op.kind !== 'upsert' && op.kind !== 'delete')) return 'which no operation wrote'
  if (op.id !== id) return `but that operation wrote id ${op.id}`
  return op.shed === null
    ? 'an operation that certainly failed'
    : 'an operation that was never sent'
}
