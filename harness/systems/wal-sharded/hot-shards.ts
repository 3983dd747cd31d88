import type { RegionName, Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Place, Split } from './hash-shards.ts'

/** Records in a window before a share of them says anything. */
const ENOUGH = 100

/** Counts what each shard and each partition gets in a window of time. */
export class HotShards {
  private shards = new Map<number, number>()
  private partitions = new Map<RegionName, number[]>()
  private total = 0
  private sinceUs: Us

  private readonly clock: Clock
  private readonly windowUs: Us

  constructor(clock: Clock, windowUs: Us) {
    this.clock = clock
    this.windowUs = windowUs
    this.sinceUs = clock.elapsed()
  }

  count(shard: number, { origin, partition }: Place): void {
    this.shards.set(shard, (this.shards.get(shard) ?? 0) + 1)
    const counts = this.partitions.get(origin) ?? []
    while (counts.length <= partition) counts.push(0)
    counts[partition] = (counts[partition] as number) + 1
    this.partitions.set(origin, counts)
    this.total++
  }

  /** At the end of a window: the shard with the largest share of it, and how fast each partition grows. */
  close(): { shard: number; share: number; perSec: ReadonlyMap<RegionName, number[]> } | null {
    const us = this.clock.elapsed() - this.sinceUs
    if (us < this.windowUs) return null
    let shard = -1
    let most = 0
    for (const [each, count] of this.shards)
      if (count > most) {
        shard = each
        most = count
      }
    const perSec = new Map(
      [...this.partitions].map(([origin, counts]): [RegionName, number[]] => [
        origin,
        counts.map((count) => (count * 1e6) / us),
      ]),
    )
    const share = this.total < ENOUGH ? 0 : most / this.total
    this.shards = new Map()
    this.partitions = new Map()
    this.total = 0
    this.sinceUs = this.clock.elapsed()
    return { shard, share, perSec }
  }
}

/**
 * From which offset of each partition on a split holds: so far ahead of the end of each log that every region hears of
 * it before it reads that far.
 */
export function splitAhead(
  shard: number,
  ways: number,
  ends: ReadonlyMap<RegionName, readonly number[]>,
  perSec: ReadonlyMap<RegionName, readonly number[]>,
  aheadUs: Us,
): Split {
  const from: Record<RegionName, number[]> = {}
  for (const [origin, next] of ends)
    from[origin] = next.map((offset, p) => {
      const growing = perSec.get(origin)?.[p] ?? 0
      return offset + Math.ceil((growing * aheadUs) / 1e6) + 1
    })
  return { shard, ways, from }
}
