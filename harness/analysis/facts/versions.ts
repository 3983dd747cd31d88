import { Places } from '../../base/column.ts'
import type { PointId, Row, WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { History } from './history.ts'
import { LiveVersions } from './live-versions.ts'
import type { Op } from './op.ts'

/**
 * One version of a point and its place in real time. `inv` is the dispatch of its write, `ack` the
 * acknowledgement (∞ if there is none), `sup` the first acknowledgement of a write invoked after `ack` (∞ if
 * none): from then on the version is certainly not current. The base was written before time began.
 */
export type Version = {
  id: PointId
  write: WriteId
  /** -1 for a delete. */
  row: Row
  deleted: boolean
  inv: Us
  ack: Us
  sup: Us
  /** null for the base. */
  op: Op | null
}

/** Versions of one id in order of invocation; `supSoFar[i]` is the largest `sup` of the first i + 1. */
type Lineage = { versions: Version[]; supSoFar: number[] }

const BASE_US: Us = -1
const NEVER = Number.POSITIVE_INFINITY

/** `a` certainly happened before `b`: it was acknowledged before `b` was invoked. */
export const before = (a: Version, b: Version): boolean => a.ack < b.inv

/** Where a version stands in the order of acknowledgements; one without stands at its invocation. */
export const placeOf = ({ ack, inv }: Version): Us => (ack === NEVER ? inv : ack)

/**
 * All versions that can ever have been live: the base (id = row, write 0) and every dispatched write that did
 * not certainly fail. A write without an answer may take effect at any time from its invocation on.
 */
export class Versions {
  private readonly bases: readonly Version[]
  private readonly lineages = new Map<PointId, Lineage>()
  private readonly writes: Version[] = []
  /** By write, where it stands among them: looked into for every version seen. */
  private readonly places = new Places()
  private readonly byRow: (Version[] | undefined)[] = []
  private living: LiveVersions<Version> | null = null

  /** `base`: points 0 … base - 1 are in every store from the start. */
  constructor(history: History, base: number = history.plan.data.base) {
    this.bases = Array.from({ length: base }, (_, id) => baseVersion(id))
    for (const version of this.bases) this.add(version)
    for (const op of history.ops) {
      const version = written(op)
      if (version) this.add(version)
    }
    for (const lineage of this.lineages.values()) if (lineage.versions.length > 1) place(lineage)
    for (const holders of this.byRow) holders?.sort((a, b) => a.id - b.id || a.write - b.write)
  }

  /** Ids that ever had a version. */
  ids(): Iterable<PointId> {
    return this.lineages.keys()
  }

  /** In order of invocation. */
  of(id: PointId): readonly Version[] {
    return this.lineages.get(id)?.versions ?? []
  }

  /** undefined if nobody wrote it, or only an operation that failed. */
  get(id: PointId, write: WriteId): Version | undefined {
    if (write === 0) return this.bases[id]
    const version = this.writes[this.places.of(write)]
    return version?.id === id ? version : undefined
  }

  /** Upserts (and the base) that carry the vector of `row`, by id. */
  holders(row: Row): readonly Version[] | undefined {
    return this.byRow[row]
  }

  /** Those that a read from `dispatched` to `done` may have seen, until the next call. */
  livingIn(dispatched: Us, done: Us): LiveVersions<Version> {
    this.living ??= new LiveVersions([...this.lineages.values()].flatMap((one) => one.versions))
    this.living.moveTo(dispatched, done)
    return this.living
  }

  /**
   * Versions of `id` that an exact answer to a read from `dispatched` to `done` may have seen: invoked by its end,
   * not yet certainly superseded at its dispatch. Latest invocation first. O(answers) even for hot keys.
   */
  candidates(id: PointId, dispatched: Us, done: Us): Version[] {
    const found: Version[] = []
    const lineage = this.lineages.get(id)
    if (!lineage) return found
    const { versions, supSoFar } = lineage
    for (let i = lastInvokedBy(versions, done); i >= 0; i--) {
      if ((supSoFar[i] as number) <= dispatched) break
      const version = versions[i] as Version
      if (version.sup > dispatched) found.push(version)
    }
    return found
  }

  /** Whether a candidate version is the only one and acknowledged: then it is what the id certainly is. */
  certain(candidate: Version, dispatched: Us, done: Us): boolean {
    if (candidate.ack > dispatched) return false
    const lineage = this.lineages.get(candidate.id) as Lineage
    const { versions, supSoFar } = lineage
    if (versions.length === 1) return true
    for (let i = lastInvokedBy(versions, done); i >= 0; i--) {
      if ((supSoFar[i] as number) <= dispatched) break
      const other = versions[i] as Version
      if (other !== candidate && other.sup > dispatched) return false
    }
    return true
  }

  private add(version: Version): void {
    const { id, write, row, deleted } = version
    const lineage = this.lineages.get(id)
    if (lineage) lineage.versions.push(version)
    else this.lineages.set(id, { versions: [version], supSoFar: [NEVER] })
    if (write > 0) {
      this.places.set(write, this.writes.length)
      this.writes.push(version)
    }
    if (deleted) return
    const holders = this.byRow[row]
    if (holders) holders.push(version)
    else this.byRow[row] = [version]
  }
}

function baseVersion(id: PointId): Version {
  return { id, write: 0, row: id, deleted: false, inv: BASE_US, ack: BASE_US, sup: NEVER, op: null }
}

function written(op: Op): Version | null {
  const { kind, dispatched, outcome, done } = op
  if (kind !== 'upsert' && kind !== 'delete') return null
  if (dispatched === null || outcome === 'fail') return null
  return {
    id: op.id,
    write: op.op,
    row: kind === 'delete' ? -1 : op.row,
    deleted: kind === 'delete',
    inv: dispatched,
    ack: outcome === 'ok' && done !== null ? done : NEVER,
    sup: NEVER,
    op,
  }
}

/** Sorts by invocation and finds `sup` of each: the smallest `ack` among those invoked after its own. */
function place(lineage: Lineage): void {
  const { versions } = lineage
  versions.sort((a, b) => a.inv - b.inv || a.write - b.write)
  const ackFrom = new Array<number>(versions.length + 1).fill(NEVER)
  for (let i = versions.length - 1; i >= 0; i--)
    ackFrom[i] = Math.min((versions[i] as Version).ack, ackFrom[i + 1] as number)
  let largest = Number.NEGATIVE_INFINITY
  lineage.supSoFar = versions.map((version) => {
    version.sup = ackFrom[lastInvokedBy(versions, version.ack) + 1] as number
    largest = Math.max(largest, version.sup)
    return largest
  })
}

/** Index of the last version invoked at or before `us`, or -1. */
function lastInvokedBy(versions: readonly Version[], us: Us): number {
  let low = 0
  let high = versions.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((versions[middle] as Version).inv <= us) low = middle + 1
    else high = middle
  }
  return low - 1
}
