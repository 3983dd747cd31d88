import type { Us } from '../../model/units.ts'

/**
 * What has a place in the order of one register. `shows`: a version with all reads of it, which no other version
 * parts. `clears`: a delete. `misses`: a read that found nothing, and does not say which delete it found.
 */
export type Unit = {
  kind: 'shows' | 'clears' | 'misses'
  /** A delete without an answer: it may never have happened. */
  optional: boolean
  /** By when it was over, which tells in what order to try. */
  to: Us
}

/** How many steps a search may still take; shared, so that many ids together stay within bounds too. */
export type Effort = { left: number }

/** Who must come before whom, as indices into the units. */
export type Order = { units: readonly Unit[]; before: readonly (readonly [number, number])[] }

/**
 * An order of the units that keeps `before` and in which every miss stands where the last of all writes is a delete,
 * or no write if the id begins as nothing. `none`: there is no such order; `open`: not found out within the effort.
 *
 * Exact. Only deletes are a choice: while nothing is there, every miss that may come next does no harm there; while
 * something is there, neither does every version that may come next.
 */
export function explanationOf(
  order: Order,
  beginsAsNothing: boolean,
  effort: Effort,
): readonly number[] | 'none' | 'open' {
  const search = new Search(order, beginsAsNothing, effort)
  const open: Branch[] = [{ placed: 0, absent: beginsAsNothing, choice: null }]
  for (;;) {
    const branch = open.pop()
    if (!branch) return 'none'
    search.goTo(branch)
    if (effort.left <= 0) return 'open'
    if (search.done()) return search.found()
    if (search.isNew()) open.push(...search.branches())
  }
}

/** A point to go on from: the first `placed` units of the present order, then `choice`; null: nothing yet. */
type Branch = { placed: number; absent: boolean; choice: number | null }

class Search {
  private readonly units: readonly Unit[]
  /** Units that must be placed, in the order of their ends: all before `low` have been. */
  private readonly byTime: number[]
  private readonly position: Int32Array
  private low = 0
  private readonly placedOptional = new Set<number>()
  private readonly after: number[][]
  private readonly waitsFor: Int32Array
  private readonly placed: Uint8Array
  private readonly trail: number[] = []
  private readonly ready: Record<Unit['kind'], Set<number>> = {
    shows: new Set(),
    clears: new Set(),
    misses: new Set(),
  }
  private readonly seen = new Set<string>()
  private requiredLeft: number
  private absent: boolean

  private readonly effort: Effort

  constructor({ units, before }: Order, beginsAsNothing: boolean, effort: Effort) {
    this.effort = effort
    this.units = units
    this.byTime = [...units.keys()]
      .filter((u) => !this.unit(u).optional)
      .sort((a, b) => this.unit(a).to - this.unit(b).to || a - b)
    this.position = new Int32Array(units.length)
    for (const [i, u] of this.byTime.entries()) this.position[u] = i
    this.requiredLeft = this.byTime.length
    this.after = units.map(() => [])
    this.waitsFor = new Int32Array(units.length)
    this.placed = new Uint8Array(units.length)
    this.absent = beginsAsNothing
    for (const [a, b] of before) {
      this.after[a]?.push(b)
      this.waitsFor[b]!++
    }
    for (const u of units.keys()) if (this.waitsFor[u] === 0) this.ready[this.unit(u).kind].add(u)
  }
  done(): boolean {
    return this.requiredLeft === 0
  }

  found(): readonly number[] {
    return this.trail
  }

  goTo({ placed, absent, choice }: Branch): void {
    while (this.trail.length > placed) this.takeBack()
    this.absent = absent
    if (choice !== null) this.place(choice)
    this.follow()
  }

  /** What can be tried from here; the best comes last. */
  branches(): Branch[] {
    const choices = [...this.ready.clears]
    // While nothing is there, one version ends that; the others follow by themselves.
    const [version] = this.absent ? this.earliest(this.ready.shows) : []
    if (version !== undefined) choices.push(version)
    const { absent } = this
    const placed = this.trail.length
    return choices
      .sort((a, b) => this.unit(b).to - this.unit(a).to || b - a)
      .map((choice) => ({ placed, absent, choice }))
  }

  /** Whether these units have not been placed before, in whatever order, with the same left behind. */
  isNew(): boolean {
    const { placed, byTime } = this
    while (placed[byTime[this.low] as number]) this.low++
    const later: number[] = []
    let rest = byTime.length - this.requiredLeft - this.low
    for (let i = this.low + 1; rest > 0; i++) {
      this.effort.left--
      if (!placed[byTime[i] as number]) continue
      rest--
      later.push(i)
    }
    const optional = [...this.placedOptional].sort((x, y) => x - y)
    const key = `${this.absent} ${this.low} ${later.join()} ${optional.join()}`
    if (this.seen.has(key)) return false
    this.seen.add(key)
    return true
  }

  /** Places all that can only help. */
  private follow(): void {
    const kind = () => (this.absent ? 'misses' : 'shows')
    for (let set = this.ready[kind()]; set.size > 0; set = this.ready[kind()])
      for (const u of [...set]) this.place(u)
  }

  private place(u: number): void {
    this.effort.left--
    const { kind, optional } = this.unit(u)
    this.placed[u] = 1
    this.trail.push(u)
    this.ready[kind].delete(u)
    if (optional) this.placedOptional.add(u)
    else this.requiredLeft--
    if (kind !== 'misses') this.absent = kind === 'clears'
    for (const v of this.after[u] as number[])
      if (--this.waitsFor[v]! === 0) this.ready[this.unit(v).kind].add(v)
  }

  private takeBack(): void {
    const u = this.trail.pop() as number
    const { kind, optional } = this.unit(u)
    this.placed[u] = 0
    this.ready[kind].add(u)
    if (optional) this.placedOptional.delete(u)
    else {
      this.requiredLeft++
      this.low = Math.min(this.low, this.position[u] as number)
    }
    for (const v of this.after[u] as number[])
      if (this.waitsFor[v]!++ === 0) this.ready[this.unit(v).kind].delete(v)
  }

  private earliest(units: ReadonlySet<number>): number[] {
    let best: number | undefined
    for (const u of units) if (best === undefined || this.unit(u).to < this.unit(best).to) best = u
    return best === undefined ? [] : [best]
  }

  private unit(u: number): Unit {
    return this.units[u] as Unit
  }
}
