import type { PointId, WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Causality } from '../facts/causality.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import type { Ops } from '../facts/ops.ts'
import { before, type Version } from '../facts/versions.ts'

/** Something a client knows of one id from a moment on: its own write, or what a read returned. */
export type Knowledge = { client: string; version: Version; fromUs: Us; op: Op }

/** A read that shows less than its client knew when it was sent. */
export type Regression = {
  read: Op
  known: Knowledge
  /** null if a fetch found nothing. */
  shown: Version | null
}

/** `flagged`: reads that showed less and said themselves that they may be stale. */
export type SessionCheck = { evidence: number; regressions: Regression[]; flagged: number }

/** What a client knows of one id. */
type Known = {
  /** Its knowledge of the version invoked last: what comes before any known version comes before that one too. */
  latest: Knowledge
  last: Knowledge
  /** Versions it has seen replaced by others, if any: they must not come back. */
  left: Set<WriteId> | null
}

/**
 * Holds every read against what its client knew when it was dispatched. It must show no version the writer of a
 * known one had known of, none that the client has already seen replaced, and a fetch must not come back empty
 * unless a delete explains it. A version that was concurrent to the known one may win: that is a matter of the
 * conflict rule, and counted as overwritten-real-time. `evidence` counts pairs of a read and a known id. Of a search
 * only what it returned says anything: a point may be too far to be returned. It does not matter whose store answered.
 *
 * What sessions are promised is promised of answers without a stale flag: one that has it warns the client, so it is
 * counted apart and held against nobody, and what it shows is nothing the client can rely on afterwards.
 *
 * `knowledge` comes in order of time, and of the operation where it came at one moment: see `byEnd`.
 */
export function checkSessions(facts: Facts, knowledge: Iterable<Knowledge>): SessionCheck {
  const coming = knowledge[Symbol.iterator]()
  const reads = facts.history.ops
    .filter(({ outcome, kind }) => outcome === 'ok' && (kind === 'search' || kind === 'fetch'))
    .sort((a, b) => (a.dispatched ?? 0) - (b.dispatched ?? 0) || a.op - b.op)
  const { knewOf } = facts
  const clients = new Map<string, Map<PointId, Known>>()
  const check: SessionCheck = { evidence: 0, regressions: [], flagged: 0 }
  let next = coming.next()
  for (const read of reads) {
    for (; !next.done && next.value.fromUs <= (read.dispatched ?? 0); next = coming.next())
      learn(clients, next.value, knewOf)
    const mine = clients.get(read.client)
    if (!mine) continue
    if (!read.stale) hold(read, mine, facts, knewOf, check)
    else {
      const apart: SessionCheck = { evidence: 0, regressions: [], flagged: 0 }
      hold(read, mine, facts, knewOf, apart)
      if (apart.regressions.length > 0) check.flagged++
    }
  }
  return check
}

/** Answered operations that `counts` keeps, in the order in which their clients knew of the answer. */
export const byEnd = (ops: Ops, counts: (op: Op) => boolean): Op[] =>
  ops
    .filter((op) => op.outcome === 'ok' && op.done !== null && counts(op))
    .sort((a, b) => (a.done as Us) - (b.done as Us) || a.op - b.op)

function learn(
  clients: Map<string, Map<PointId, Known>>,
  next: Knowledge,
  knewOf: Causality,
): void {
  const { client, version } = next
  let mine = clients.get(client)
  if (!mine) {
    mine = new Map()
    clients.set(client, mine)
  }
  const known = mine.get(version.id)
  if (!known) {
    mine.set(version.id, { latest: next, last: next, left: null })
    return
  }
  // A step back, which a read of another kind may be free to show, is nothing the client moved on to.
  const { version: latest } = known.latest
  if (known.left?.has(version.write) || (before(version, latest) && knewOf(version, latest))) return
  // Of two operations in flight together neither shows that one version replaced the other.
  const apart = (next.op.dispatched ?? 0) >= known.last.fromUs
  if (apart && known.last.version.write !== version.write)
    known.left = (known.left ?? new Set()).add(known.last.version.write)
  known.last = next
  if (known.latest.version.inv < version.inv) known.latest = next
}

function hold(
  read: Op,
  mine: ReadonlyMap<PointId, Known>,
  { versions }: Facts,
  knewOf: Causality,
  check: SessionCheck,
): void {
  const { ids, writes } = read
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as PointId
    const known = mine.get(id)
    if (!known) continue
    check.evidence++
    const shown = versions.get(id, writes[i] as number)
    if (!shown) continue
    const { version } = known.latest
    const back = known.left?.has(shown.write) ?? false
    if (back || (before(shown, version) && knewOf(shown, version)))
      check.regressions.push({ read, known: back ? known.last : known.latest, shown })
  }
  const known = read.kind === 'fetch' && ids.length === 0 ? mine.get(read.id) : undefined
  if (!known) return
  check.evidence++
  const { version } = known.latest
  const excused = versions
    .of(read.id)
    .some(
      (other) =>
        other.deleted &&
        other.inv <= (read.done ?? 0) &&
        !(before(other, version) && knewOf(other, version)),
    )
  if (!excused) check.regressions.push({ read, known: known.latest, shown: null })
}
