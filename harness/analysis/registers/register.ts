import type { PointId, WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import type { Version } from '../facts/versions.ts'

/** What a fetch that found nothing was shown. */
export const NOTHING: WriteId = -1

/** A fetch that was answered. */
export type Read = {
  op: Op
  from: Us
  to: Us
  /** The write of the version shown, or NOTHING. */
  shown: WriteId
}

/** One id as a register: what was written to it, and what fetches of it were answered. */
export type Register = {
  id: PointId
  /** Without those that certainly failed; in order of invocation. */
  versions: readonly Version[]
  reads: readonly Read[]
}

/**
 * All ids that were written and fetched. Of fetches only those count that were answered and say nothing against
 * themselves: an answer flagged stale or partial warns who reads it, and no promise is about it. Searches are left
 * out: what they show depends on their query and on what is searchable by then.
 */
export function registersOf({ history, versions }: Facts): Register[] {
  const reads = new Map<PointId, Read[]>()
  for (const op of history.ops) {
    if (op.kind !== 'fetch' || op.outcome !== 'ok' || op.stale || op.partial) continue
    if (op.dispatched === null || op.done === null) continue
    const read = { op, from: op.dispatched, to: op.done, shown: op.writes[0] ?? NOTHING }
    const others = reads.get(op.id)
    if (others) others.push(read)
    else reads.set(op.id, [read])
  }
  const registers: Register[] = []
  for (const [id, list] of reads) {
    const written = versions.of(id)
    const untouched = written.every(({ write }) => write === 0)
    if (!untouched || list.some(({ shown }) => isInvented(shown, written)))
      registers.push({ id, versions: written, reads: list })
  }
  return registers
}

const isInvented = (shown: WriteId, versions: readonly Version[]): boolean =>
  shown !== NOTHING && !versions.some(({ write }) => write === shown)

/** The first fetch of a version that nobody wrote to this id, or only an operation that failed. */
export function inventedIn({ versions, reads }: Register): Read | undefined {
  const written = new Set(versions.map(({ write }) => write))
  return reads.find(({ shown }) => shown !== NOTHING && !written.has(shown))
}

/** The register as it was known at a moment: what had not ended by then had not been answered. */
export function knownAt({ id, versions, reads }: Register, us: Us): Register {
  return {
    id,
    versions: versions
      .filter(({ inv }) => inv <= us)
      .map((version) =>
        version.ack <= us ? version : { ...version, ack: Number.POSITIVE_INFINITY },
      ),
    reads: reads.filter(({ to }) => to <= us),
  }
}
