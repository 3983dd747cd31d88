import type { Us } from '../../model/units.ts'
import type { Version } from '../facts/versions.ts'
import {
  aloneInOrder,
  type Cluster,
  type Clusters,
  clustersOf,
  endOf,
  gather,
  startOf,
  unitOf,
} from './clusters.ts'
import { type Effort, explanationOf, type Unit } from './explanation.ts'
import { countBefore, eachPrecedence, type Span } from './precedence.ts'
import { inventedIn, knownAt, type Read, type Register } from './register.ts'

/** Why no order in real time explains the answers of one id; `open`: not found out within the effort. */
export type Linearized =
  | { kind: 'explained' | 'open' }
  | { kind: 'invented'; read: Read }
  /** A read shows what is only written after it. */
  | { kind: 'early'; read: Read; of: Version }
  /** `inner` has to stand between two accesses of `outer`. */
  | { kind: 'parted'; outer: Cluster; inner: Cluster }
  /** Nothing was found after `since`, and no delete can explain it. */
  | { kind: 'missed'; read: Read; since: Cluster | null }
  /** All that was answered up to this read has no order. */
  | { kind: 'inexplicable'; read: Read; among: number }

/**
 * Whether fetches and writes of one id behave like one register in real time (linearizable), by the zones of
 * P. B. Gibbons and E. Korach, "Testing shared memories", SIAM J. Comput. 26 (1997), section 4.2: with unique values
 * each version and its reads take one stretch of the order, and an order exists if and only if no two of them have to
 * precede each other. O(n log n). Which delete a fetch of nothing has seen is not recorded: where more than one can
 * be it, an exact search decides, as far as the effort allows.
 */
export function linearize(register: Register, effort: Effort): Linearized {
  const found = examine(register, effort)
  return found.kind === 'inexplicable' ? firstInexplicable(register, found, effort) : found
}

function examine(register: Register, effort: Effort): Linearized {
  const invented = inventedIn(register)
  if (invented) return { kind: 'invented', read: invented }
  const early = readTooEarly(register)
  if (early) return early
  const clusters = clustersOf(register)
  const { byWrite, beginning } = clusters
  const unsure = sourced(clusters)
  if (!Array.isArray(unsure)) return unsure
  const begun = beginning ? [beginning] : []
  const found = parted([...begun, ...byWrite.values(), ...unsure.map(aloneInOrder)])
  if (found) return found
  if (unsure.length === 0) return { kind: 'explained' }
  const explained = search(register, effort)
  if (explained === 'open') return { kind: 'open' }
  const { reads } = register
  return explained === 'none'
    ? { kind: 'inexplicable', read: reads.at(-1) as Read, among: reads.length }
    : { kind: 'explained' }
}

function readTooEarly({ versions, reads }: Register): Linearized | null {
  const written = new Map(versions.map((version) => [version.write, version]))
  for (const read of reads) {
    const of = written.get(read.shown)
    if (of && read.to < of.inv) return { kind: 'early', read, of }
  }
  return null
}

/**
 * Gives every read of nothing to the one delete (or the beginning) that it can have seen, if each has only one;
 * otherwise leaves all alone and gives them back. A delete cannot be seen any more once something that began after
 * its end is over.
 */
function sourced({ byWrite, misses, beginning }: Clusters): Read[] | Linearized {
  const all = [...byWrite.values()].sort((a, b) => endOf(a) - endOf(b))
  const ends = all.map(endOf)
  // Of those that are over first, the one that began last.
  const newest: (Cluster | null)[] = [null]
  for (const cluster of all) {
    const best = newest.at(-1) as Cluster | null
    newest.push(best && startOf(best) >= startOf(cluster) ? best : cluster)
  }
  const deletes = new Deletes(all)
  const single: [Read, Cluster][] = []
  for (const read of misses) {
    const since = newest[countBefore(ends, read.from)] as Cluster | null
    const sources = deletes.seenBy(read, since ? startOf(since) : Number.NEGATIVE_INFINITY)
    if (beginning && since === null) sources.push(beginning)
    const [first] = sources
    if (first === undefined) return { kind: 'missed', read, since }
    if (sources.length === 1) single.push([read, first])
  }
  if (single.length < misses.length) return misses
  for (const [{ op, from, to }, source] of single) gather(source, { op, from, to })
  return []
}

/** The deletes of an id, to be asked which of them a read can have seen. */
class Deletes {
  private readonly sorted: readonly Cluster[]
  private readonly starts: readonly Us[]
  /** The latest end of the first i + 1. */
  private readonly endSoFar: number[]

  constructor(clusters: readonly Cluster[]) {
    this.sorted = clusters
      .filter(({ version }) => version?.deleted)
      .sort((a, b) => startOf(a) - startOf(b))
    this.starts = this.sorted.map(startOf)
    let latest = Number.NEGATIVE_INFINITY
    this.endSoFar = this.sorted.map((one) => {
      latest = Math.max(latest, endOf(one))
      return latest
    })
  }

  /** Sent by the end of the read, and not over before `since`. At most two: more make no difference. */
  seenBy(read: Read, since: Us): Cluster[] {
    const found: Cluster[] = []
    // Times are whole: what began before the next µs had begun by the end of the read.
    const begun = countBefore(this.starts, read.to + 1)
    for (let i = begun - 1; i >= 0 && found.length < 2; i--) {
      if ((this.endSoFar[i] as number) < since) break
      const one = this.sorted[i] as Cluster
      if (endOf(one) >= since) found.push(one)
    }
    return found
  }
}

/**
 * Two clusters that have to precede each other: an access of each is over before one of the other begins. In order
 * of their ends it is enough to look at the one that reaches furthest: if another conflicted, it would do so with
 * that one too.
 */
function parted(clusters: readonly Cluster[]): Linearized | null {
  const sorted = [...clusters].sort((a, b) => endOf(a) - endOf(b))
  let outer: Cluster | null = null
  for (const inner of sorted) {
    if (outer && endOf(inner) < startOf(outer) && endOf(outer) < startOf(inner))
      return { kind: 'parted', outer, inner }
    if (!outer || startOf(inner) > startOf(outer)) outer = inner
  }
  return null
}

type UnitSpan = Span & { unit: number }

function search(register: Register, effort: Effort): ReturnType<typeof explanationOf> {
  const { byWrite, misses, beginning } = clustersOf(register)
  const units: Unit[] = []
  const spans: UnitSpan[] = []
  for (const cluster of byWrite.values()) {
    const unit = units.length
    units.push(unitOf(cluster))
    for (const { from, to } of [cluster.first, cluster.last]) spans.push({ unit, from, to })
  }
  for (const { from, to } of misses) {
    spans.push({ unit: units.length, from, to })
    units.push({ kind: 'misses', optional: false, to })
  }
  const before: [number, number][] = []
  eachPrecedence(spans, (a, b) => {
    if (a.unit !== b.unit) before.push([a.unit, b.unit])
  })
  return explanationOf({ units, before }, beginning !== null, effort)
}

/** What has an order keeps it when the latest answers are forgotten: the first answer without one is found by halves. */
function firstInexplicable(register: Register, whole: Linearized, effort: Effort): Linearized {
  const ends: Us[] = register.reads.map(({ to }) => to).sort((a, b) => a - b)
  let found = whole
  let low = 0
  let high = ends.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const until = ends[middle] as Us
    const result = examine(knownAt(register, until), effort)
    if (result.kind === 'explained' || result.kind === 'open') low = middle + 1
    else {
      found = result
      high = middle - 1
    }
  }
  if (found.kind !== 'inexplicable') return found
  const until = ends[found.among - 1] as Us
  return { ...found, read: register.reads.find(({ to }) => to === until) as Read }
}
