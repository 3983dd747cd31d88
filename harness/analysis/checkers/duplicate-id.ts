import type { Witness } from '../../model/finding.ts'
import type { PointId } from '../../model/point.ts'
import { counted } from '../../text/value.ts'
import type { Facts } from '../facts/facts.ts'
import { type Checker, conclude } from './finding.ts'

type Listing = { ids: readonly PointId[]; where: string; line: number }

/** No id appears twice in one answer or in one region's final scan. */
export const duplicateId: Checker = (facts) => {
  let evidence = 0
  let violations = 0
  const witnesses: Witness[] = []
  for (const { ids, where, line } of listings(facts)) {
    evidence++
    const twice = firstTwice(ids)
    if (twice === null) continue
    violations++
    if (witnesses.length < 8)
      witnesses.push({ sentence: `${where} has id ${twice} twice.`, lines: [line] })
  }
  return conclude({
    checker: 'duplicate-id',
    about: 'correctness',
    promised: true,
    evidence,
    violations,
    witnesses,
    held: `No id appeared twice in ${counted(evidence, 'answer')} and final scans.`,
    broken: `An id appeared twice in ${violations} of ${counted(evidence, 'answer')} and final scans.`,
    unseen: 'No answer and no final scan was seen.',
  })
}

function* listings({ history }: Facts): Iterable<Listing> {
  for (const { op, kind, outcome, ids, endLine } of history.ops)
    if (outcome === 'ok' && (kind === 'search' || kind === 'fetch'))
      yield { ids, where: `The answer to ${kind} ${op}`, line: endLine }
  for (const { pair, region, outcome, ids, line } of history.probes)
    if (outcome === 'ok') yield { ids, where: `The answer to probe ${pair} in ${region}`, line }
  for (const { region, ids, line } of history.scans)
    if (ids) yield { ids, where: `The final scan of ${region}`, line }
}

function firstTwice(ids: readonly PointId[]): PointId | null {
  if (new Set(ids).size === ids.length) return null
  const seen = new Set<PointId>()
  for (const id of ids) {
    if (seen.has(id)) return id
    seen.add(id)
  }
  return null
}
