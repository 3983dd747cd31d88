import type { WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { Op } from '../facts/op.ts'
import type { Version } from '../facts/versions.ts'
import type { Unit } from './explanation.ts'
import type { Span } from './precedence.ts'
import { NOTHING, type Read, type Register } from './register.ts'

/** An operation on a register; `op` is null for what was there before time began. */
export type Access = Span & { op: Op | null }

/**
 * A version together with the reads that were shown it: in every order that explains the answers they stand side by
 * side, the write first. `version` is null for the nothing that an id begins with.
 */
export type Cluster = {
  version: Version | null
  accesses: Access[]
  /** The access that was over first, and the one that began last. */
  first: Access
  last: Access
}

const NEVER = Number.POSITIVE_INFINITY
const BEFORE_TIME: Access = { op: null, from: -1, to: -1 }

const accessOf = ({ op, inv, ack }: Version): Access =>
  op ? { op, from: inv, to: ack } : BEFORE_TIME

function clusterOf(version: Version | null): Cluster {
  const write = version ? accessOf(version) : BEFORE_TIME
  return { version, accesses: [write], first: write, last: write }
}

/** Takes a further access in. */
export function gather(cluster: Cluster, access: Access): void {
  cluster.accesses.push(access)
  if (access.to < cluster.first.to) cluster.first = access
  if (access.from > cluster.last.from) cluster.last = access
}

/** When somebody had certainly met the version, and the last moment at which somebody was yet to meet it. */
export const endOf = ({ first }: Cluster): Us => first.to
export const startOf = ({ last }: Cluster): Us => last.from

export type Clusters = {
  /** Versions that certainly took effect, and deletes that may have. */
  byWrite: Map<WriteId, Cluster>
  /** Reads that found nothing: which delete they found is not said. */
  misses: Read[]
  /** What an id that is not in the base begins with; null for the others. */
  beginning: Cluster | null
}

/** Sorts the reads of a register by what they were shown. A write nobody answered and nobody read may never have been. */
export function clustersOf({ versions, reads }: Register): Clusters {
  const all = new Map(versions.map((version) => [version.write, clusterOf(version)]))
  const misses: Read[] = []
  for (const read of reads)
    if (read.shown === NOTHING) misses.push(read)
    else gather(all.get(read.shown) as Cluster, read)
  for (const [write, { version, accesses }] of all)
    if (version?.ack === NEVER && !version.deleted && accesses.length === 1) all.delete(write)
  const inBase = versions.some(({ write }) => write === 0)
  return { byWrite: all, misses, beginning: inBase ? null : clusterOf(null) }
}

/** A read of nothing on its own: what it takes of the order is an instant between its beginning and its end. */
export function aloneInOrder({ op, from, to }: Read): Cluster {
  const access = { op, from, to }
  return { version: null, accesses: [access], first: access, last: access }
}

/** A cluster as something to be put in order. */
export function unitOf(cluster: Cluster): Unit {
  const { version, accesses } = cluster
  const to = endOf(cluster)
  if (version?.deleted)
    return { kind: 'clears', optional: version.ack === NEVER && accesses.length === 1, to }
  if (version) return { kind: 'shows', optional: false, to }
  return { kind: accesses[0]?.op ? 'misses' : 'clears', optional: false, to }
}
