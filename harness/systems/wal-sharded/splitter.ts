import type { PointId } from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { ignoreCallError } from '../../ports/errors.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Network, Serving } from '../../ports/network.ts'
import type { Journal, Stop } from '../../ports/system.ts'
import type { Place, ShardMap, Split } from './hash-shards.ts'
import type { WalPositions } from './positions.ts'

const SPLITS = 'splits'
const WINDOW_US: Us = 5 * SECOND
/** How long before it holds a split is made known. */
const AHEAD_US: Us = 2 * SECOND
const ASK_US: Us = 2 * SECOND

type Splitting = {
  region: RegionName
  regions: readonly RegionName[]
  topic: string
  clock: Clock
  log: EventLog
  network: Network & Serving
  journal: Journal
  positions: ReadonlyMap<RegionName, WalPositions>
  map: ShardMap
  /** Share of all records that makes a shard hot; 0: none is. */
  at: number
  ways: number
}

/**
 * Divides hot shards into virtual nodes. The first region decides, for offsets ahead of what any region has read; all
 * tell each other every second which splits they know, so that one that was away hears of them too: only such a region
 * may be late, and says so.
 */
export class Splitter {
  private readonly hot: HotShards
  private readonly asked: boolean

  private readonly work: Splitting

  constructor(work: Splitting) {
    this.work = work
    this.hot = new HotShards(work.clock, WINDOW_US)
    this.asked = work.at > 0
    work.network.serve(SPLITS, async ({ body }) => {
      this.learn(body as Split[])
      return this.message()
    })
  }

  shardOf(id: PointId): number {
    return this.work.map.shardOf(id)
  }

  /** The lane that applies a change, and the lane that must first finish what it had before. */
  lane(id: PointId, place: Place): { lane: string; before?: string } {
    const { map } = this.work
    this.hot.count(map.shardOf(id), place)
    return map.lane(id, place)
  }

  async run(stop: Stop): Promise<void> {
    if (!this.asked) return
    const { clock, regions, region } = this.work
    while (!stop.fired) {
      await clock.sleep(SECOND)
      if (region === regions[0]) await this.decide().catch(ignoreCallError)
      const others = regions.filter((other) => other !== region)
      await Promise.all(others.map((other) => this.exchange(other).catch(ignoreCallError)))
    }
  }

  private async decide(): Promise<void> {
    const { regions, region, topic, network, log, map, at, ways, journal } = this.work
    const window = this.hot.close()
    if (!window) return
    const { shard, share, perSec } = window
    journal.figure('hottest-shard-percent', Math.round(share * 100))
    if (share < at || map.known().some((split) => split.shard === shard)) return
    const ends = new Map<RegionName, number[]>()
    for (const origin of regions) {
      const here = origin === region ? log : network.reach(origin).log
      const edges = await here.edges(topic, { op: 0, deadlineUs: ASK_US })
      ends.set(
        origin,
        edges.map(({ next }) => next),
      )
    }
    this.learn([splitAhead(shard, ways, ends, perSec, AHEAD_US)])
  }

  private async exchange(other: RegionName): Promise<void> {
    const reply = await this.work.network.call(other, this.message(), ASK_US)
    this.learn(reply.body as Split[])
  }

  private message(): { kind: string; bytes: number; body: Split[] } {
    const body = this.work.map.known()
    const offsets = body.reduce((sum, { from }) => sum + Object.values(from).flat().length, 0)
    return { kind: SPLITS, bytes: 16 + 16 * body.length + 8 * offsets, body }
  }

  private learn(splits: readonly Split[]): void {
    const { map, journal, positions } = this.work
    for (const split of splits) {
      if (!map.add(split)) continue
      journal.figure('split-shard', split.shard)
      for (const [origin, from] of Object.entries(split.from))
        for (const [p, offset] of from.entries()) {
          journal.figure(`split-offset ${origin}/${p}`, offset)
          const late = (positions.get(origin)?.readFrom(p) ?? 0) - offset
          if (late > 0) journal.figure(`split-late ${origin}/${p}`, late)
        }
    }
  }
}

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
