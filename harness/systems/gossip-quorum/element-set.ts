import { murmur3 } from '../../base/hash.ts'
import { compareStamps, type PointId, type Stamp, type WriteId } from '../../model/point.ts'

/** Two levels: as many groups as a group has leaves. */
const FAN = 16
const LEAVES = FAN * FAN

export type Element = { stamp: Stamp; write: WriteId; deleted: boolean }
/** Equal for equal sets of live versions, in any order: two 32-bit sums of hashes. 8 bytes. */
export type Digest = readonly [number, number]
export const DIGEST_BYTES = 8

/**
 * A last-writer-wins element set (Shapiro et al., "Conflict-free replicated data types", 2011) without its values:
 * which version of each point is here, tombstones included, and digests of it in a tree of two levels. Digests leave
 * tombstones out: regions forget them at different times and are equal all the same.
 */
export class ElementSet {
  private readonly elements = new Map<PointId, Element>()
  private readonly ids = Array.from({ length: LEAVES }, () => new Set<PointId>())
  private readonly low = new Uint32Array(LEAVES)
  private readonly high = new Uint32Array(LEAVES)

  get size(): number {
    return this.elements.size
  }

  get(id: PointId): Element | undefined {
    return this.elements.get(id)
  }

  /** Takes a version in unless a newer one is there. */
  put(id: PointId, { stamp, write, deleted }: Element): void {
    const found = this.elements.get(id)
    if (found && compareStamps(found.stamp, stamp) >= 0) return
    if (found) this.count(id, found, -1)
    const element = { stamp, write, deleted }
    this.elements.set(id, element)
    this.ids[leafOf(id)]?.add(id)
    this.count(id, element, 1)
  }

  drop(id: PointId): void {
    const found = this.elements.get(id)
    if (!found) return
    this.count(id, found, -1)
    this.elements.delete(id)
    this.ids[leafOf(id)]?.delete(id)
  }

  groups(): Digest[] {
    return Array.from({ length: FAN }, (_, group) => {
      let low = 0
      let high = 0
      for (const [, [leafLow, leafHigh]] of this.leaves(group)) {
        low = (low + leafLow) >>> 0
        high = (high + leafHigh) >>> 0
      }
      return [low, high]
    })
  }

  leaves(group: number): [number, Digest][] {
    return Array.from({ length: FAN }, (_, i) => {
      const leaf = group * FAN + i
      return [leaf, this.leaf(leaf)]
    })
  }

  leaf(leaf: number): Digest {
    return [this.low[leaf] as number, this.high[leaf] as number]
  }

  /** What a leaf holds, tombstones too, by id. */
  entries(leaf: number): [PointId, Element][] {
    const ids = [...(this.ids[leaf] ?? [])].sort((a, b) => a - b)
    return ids.map((id) => [id, this.elements.get(id) as Element])
  }

  private count(id: PointId, { stamp, deleted }: Element, sign: 1 | -1): void {
    if (deleted) return
    const leaf = leafOf(id)
    const text = `${id}/${stamp.wallUs}.${stamp.counter}/${stamp.origin}`
    this.low[leaf] = (this.low[leaf] as number) + sign * murmur3(text, 1)
    this.high[leaf] = (this.high[leaf] as number) + sign * murmur3(text, 2)
  }
}

export const sameDigest = (a: Digest | undefined, b: Digest): boolean =>
  a !== undefined && a[0] === b[0] && a[1] === b[1]

const leafOf = (id: PointId): number => murmur3(String(id), 0) % LEAVES
