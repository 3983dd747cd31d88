import type { Layout } from '../../model/layout.ts'
import type { MetricRow } from '../../model/metric.ts'
import type { Causality } from './causality.ts'
import { type FinalState, heldIn } from './final-state.ts'
import type { History } from './history.ts'
import { heldBy } from './holding.ts'
import { before, type Version, type Versions } from './versions.ts'

/**
 * How an acknowledged write was lost. `vanished`: nothing is held in its place. `causal`: a version is held that
 * its writer knew of: applied at its gateway, read by its client or written by its client before it. `real-time`:
 * one that was merely acknowledged before it.
 */
export type LossKind = 'vanished' | 'causal' | 'real-time'

type Known = { layout: Layout; versions: Versions; knewOf: Causality }

export type Loss = { version: Version; kind: LossKind; instead: Version | null }

/**
 * Acknowledged writes after which no final state of a region that is to hold them has them or any write invoked after
 * or concurrent with them. A delete is held by its tombstone or by absence; absence excuses an upsert only if a delete is not before it.
 */
export function lossesOf(known: Known, finals: readonly FinalState[]): Loss[] {
  const { versions, layout } = known
  const losses: Loss[] = []
  for (const id of versions.ids()) {
    const own = heldBy(finals, layout, id)
    for (const version of versions.of(id)) {
      if (version.write === 0 || version.ack === Number.POSITIVE_INFINITY) continue
      if (own.some((state) => survivesIn(state, version, versions))) continue
      losses.push(lossOf(version, own, known))
    }
  }
  return losses.sort((a, b) => a.version.ack - b.version.ack || a.version.write - b.version.write)
}

function survivesIn(state: FinalState, version: Version, versions: Versions): boolean {
  const held = heldIn(state, version.id)
  if (held.length === 0) {
    if (version.deleted) return true
    return versions.of(version.id).some((other) => other.deleted && !before(other, version))
  }
  return held.some(({ write }) => {
    const other = versions.get(version.id, write)
    return other !== undefined && !before(other, version)
  })
}

function lossOf(
  version: Version,
  finals: readonly FinalState[],
  { versions, knewOf }: Known,
): Loss {
  const held = finals
    .flatMap((state) => heldIn(state, version.id))
    .flatMap(({ write }) => versions.get(version.id, write) ?? [])
  const cause = held.find((other) => knewOf(other, version))
  if (cause) return { version, kind: 'causal', instead: cause }
  const [first] = held
  return first
    ? { version, kind: 'real-time', instead: first }
    : { version, kind: 'vanished', instead: null }
}

/** How many acknowledged writes were lost, and how many overwritten in real time; no row without final scans. */
export function lossRows({
  losses,
  history,
}: {
  losses: readonly Loss[] | null
  history: History
}): MetricRow[] {
  if (!losses) return []
  const count = history.ops.filter(
    ({ kind, outcome }) => outcome === 'ok' && (kind === 'upsert' || kind === 'delete'),
  ).length
  if (count === 0) return []
  const overwritten = losses.filter(({ kind }) => kind === 'real-time').length
  const at = { unit: 'count', count } as const
  return [
    { metric: 'lost-writes', ...at, value: losses.length - overwritten },
    { metric: 'overwritten-real-time', ...at, value: overwritten },
  ]
}
