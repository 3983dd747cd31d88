import type { PointId } from '../../model/point.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Clock } from '../../ports/clock.ts'
import { CallError } from '../../ports/errors.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Network, Serving } from '../../ports/network.ts'
import type { Journal, Stop } from '../../ports/system.ts'
import type { Place, ShardMap, Split } from './hash-shards.ts'
import { HotShards, splitAhead } from './hot-shards.ts'
import type { WalPositions } from './positions.ts'

const SPLITS = 'splits'
const WINDOW_US: Us = 5 * SECOND
/** How long before it holds a split is made known. */
const AHEAD_US: Us = 2 * SECOND
const ASK_US: Us = 2 * SECOND

export type Splitting = {
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

  /** The lane a change goes by, and the one that must be through with what it had before. */
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

function ignoreCallError(error: unknown): void {
  if (!(error instanceof CallError)) throw error
}
