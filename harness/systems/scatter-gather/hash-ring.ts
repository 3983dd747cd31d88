import { murmur3 } from '../../base/hash.ts'
import { invariant } from '../../base/invariant.ts'

const SEED = 0x5eed

/**
 * Consistent hashing (Karger et al., 1997): every node stands at `virtualNodes` places of a ring of 2^32, and a key
 * belongs to the first node at or after its own place. A node that joins or leaves moves only the keys next to it.
 */
export class HashRing {
  private readonly places: { at: number; node: string }[]

  readonly nodes: readonly string[]

  constructor(nodes: readonly string[], virtualNodes: number) {
    this.nodes = nodes
    invariant(nodes.length > 0, 'a ring without nodes')
    this.places = nodes
      .flatMap((node) =>
        Array.from({ length: virtualNodes }, (_, i) => ({
          at: murmur3(`${node}#${i}`, SEED),
          node,
        })),
      )
      .sort((a, b) => a.at - b.at || (a.node < b.node ? -1 : 1))
  }

  /** The first `count` different nodes at or after the key's place; all of them if there are fewer. */
  owners(key: string, count: number): string[] {
    const { places } = this
    const owners: string[] = []
    const wanted = Math.min(count, this.nodes.length)
    for (let i = this.firstAfter(murmur3(key, SEED)); owners.length < wanted; i++) {
      const { node } = places[i % places.length] as { node: string }
      if (!owners.includes(node)) owners.push(node)
    }
    return owners
  }

  owner(key: string): string {
    return this.owners(key, 1)[0] as string
  }

  private firstAfter(at: number): number {
    let low = 0
    let high = this.places.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.places[middle] as { at: number }).at < at) low = middle + 1
      else high = middle
    }
    return low
  }
}
