import type { PointId, Row, WriteId } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'

/** A version as far as it matters when it was there: invoked at `inv`, certainly over at `sup` (∞: never). */
type Lived = { id: PointId; write: WriteId; row: Row; deleted: boolean; inv: Us; sup: Us }

const none: readonly never[] = []

/**
 * The versions that a read may have seen, as time passes from one read to the next: most of what was ever written is
 * over by the time somebody asks, or is not there yet. A read of an earlier time than the last one makes it begin
 * again, so it is fastest where reads come in order of their dispatch.
 */
export class LiveVersions<V extends Lived> {
  private readonly byInvocation: readonly V[]
  private readonly byEnd: readonly V[]
  private begun = 0
  private ended = 0
  private dispatched = Number.NEGATIVE_INFINITY
  private done = Number.NEGATIVE_INFINITY
  /** Upserts (and the base) by row, those invoked by the end of some read so far; by id and write. */
  private rows: V[][] = []
  /** How many there are in a row. */
  private readonly counts: Uint32Array
  /** How many there are of an id, deletes too. */
  private readonly ofId = new Map<PointId, number>()

  /** `all`: every version there ever was. */
  constructor(all: readonly V[]) {
    this.byInvocation = [...all].sort((a, b) => a.inv - b.inv)
    this.byEnd = all
      .filter(({ sup }) => sup !== Number.POSITIVE_INFINITY)
      .sort((a, b) => a.sup - b.sup)
    this.counts = new Uint32Array(all.reduce((rows, { row }) => Math.max(rows, row + 1), 0))
  }

  /** From now on a read from `dispatched` to `done` is looked at. */
  moveTo(dispatched: Us, done: Us): void {
    if (dispatched < this.dispatched) this.restart()
    this.dispatched = dispatched
    this.done = done
    const { byInvocation, byEnd } = this
    for (; this.begun < byInvocation.length; this.begun++) {
      const version = byInvocation[this.begun] as V
      if (version.inv > done) break
      this.add(version)
    }
    for (; this.ended < byEnd.length; this.ended++) {
      const version = byEnd[this.ended] as V
      if (version.sup > dispatched) break
      this.remove(version)
    }
  }

  /** Those that carry the vector of `row` and that the read may have seen. Good until the next move. */
  in(row: Row): readonly V[] {
    if (!this.counts[row]) return none
    const here = this.rows[row] as V[]
    const { done } = this
    return here.every(({ inv }) => inv <= done) ? here : here.filter(({ inv }) => inv <= done)
  }

  /** Whether the read can have seen no other version of its id; false where that takes a closer look. */
  isAlone({ id }: V): boolean {
    return this.ofId.get(id) === 1
  }

  private add(version: V): void {
    const { id, row, deleted } = version
    this.ofId.set(id, (this.ofId.get(id) ?? 0) + 1)
    if (deleted) return
    let here = this.rows[row]
    if (!here) {
      here = []
      this.rows[row] = here
    }
    let at = here.length
    while (at > 0 && isAfter(here[at - 1] as V, version)) at--
    here.splice(at, 0, version)
    this.counts[row] = here.length
  }

  private remove(version: V): void {
    const { id, row, deleted } = version
    this.ofId.set(id, (this.ofId.get(id) ?? 0) - 1)
    if (deleted) return
    const here = this.rows[row] as V[]
    here.splice(here.indexOf(version), 1)
    this.counts[row] = here.length
  }

  private restart(): void {
    this.begun = 0
    this.ended = 0
    this.rows = []
    this.counts.fill(0)
    this.ofId.clear()
  }
}

const isAfter = (a: Lived, b: Lived): boolean => a.id > b.id || (a.id === b.id && a.write > b.write)
