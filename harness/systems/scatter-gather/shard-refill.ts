import { changeOf, type PointId, SENTINEL_ID, type WriteId } from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { ignoreCallError } from '../../ports/errors.ts'
import type { Call } from '../../ports/store.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import type { Holdings } from '../shared/holdings.ts'
import { loaded } from '../shared/loaded.ts'
import type { PlacedShards } from './placed-shards.ts'
import type { ShardKeeper } from './shard-keeper.ts'

const CALL: Call = { op: 0, deadlineUs: 20 * SECOND }
const RETRY_US: Us = 500 * MS
/** Points of one fetch, and of one message. */
const AT_ONCE = 500

/**
 * Brings the shards of a region that lost its disk back from the other holders. It serves again as soon as each shard
 * has come from a holder that has its data, or from all there are. Then it waits for the holders that did not answer,
 * and sends each what it lacks: writes this region had sent to one holder and, when it died, not to the other.
 */
export class ShardRefill {
  /** Versions that each holder had when its points were brought here. */
  private readonly held = new Map<RegionName, Map<PointId, WriteId>>()
  private readonly whole = new Set<RegionName>()

  private readonly terrain: Terrain
  private readonly holdings: Holdings
  private readonly shards: PlacedShards
  private readonly keeper: ShardKeeper

  constructor(terrain: Terrain, holdings: Holdings, shards: PlacedShards, keeper: ShardKeeper) {
    this.terrain = terrain
    this.holdings = holdings
    this.shards = shards
    this.keeper = keeper
  }

  async run(stop: Stop): Promise<void> {
    const { holdings, terrain } = this
    await holdings.find(stop)
    const others = this.others()
    while (!stop.fired && !holdings.stored) {
      for (const other of others)
        if (!this.held.has(other)) await this.bring(other).catch(ignoreCallError)
      if (this.enough()) holdings.serve()
      const all = others.every((other) => this.held.has(other))
      if (all && (await this.allSent())) await holdings.filled()
      else await terrain.clock.sleep(RETRY_US)
    }
  }

  /** Regions that hold a shard which is held here too. */
  private others(): RegionName[] {
    const { terrain } = this
    return terrain.regions.filter(
      (other) => other !== terrain.region && this.own().some((holders) => holders.includes(other)),
    )
  }

  /** The holders of each shard that is held here. */
  private own(): (readonly RegionName[])[] {
    const { shards, terrain } = this
    return Array.from({ length: shards.shards }, (_, shard) => shards.holdersOf(shard)).filter(
      (holders) => holders.includes(terrain.region),
    )
  }

  private enough(): boolean {
    const { region } = this.terrain
    return this.own().every((holders) => {
      const others = holders.filter((holder) => holder !== region)
      return others.some((one) => this.whole.has(one)) || others.every((one) => this.held.has(one))
    })
  }

  /** A vector is asked for only where both regions hold the shard, so none comes where it may not be. */
  private isShared(id: PointId, other: RegionName): boolean {
    const holders = this.shards.holders(id)
    return holders.includes(other) && holders.includes(this.terrain.region)
  }

  private async bring(other: RegionName): Promise<void> {
    const { terrain, holdings, keeper } = this
    const whole = await holdings.ask(other)
    const there = terrain.network.reach(other).store
    const listed = loaded(await there.scan(CALL), `the store of ${other}`)
    const shared = listed.filter(({ id }) => this.isShared(id, other))
    const ids = shared.map(({ id }) => id).sort((a, b) => a - b)
    for (let i = 0; i < ids.length; i += AT_ONCE) {
      const points = await there.fetch(ids.slice(i, i + AT_ONCE), 'strong', CALL)
      await keeper.apply(points.map(changeOf))
    }
    this.held.set(other, new Map(shared.map(({ id, write }) => [id, write])))
    if (whole) this.whole.add(other)
    terrain.journal.repaired('snapshot', ids.length, other)
  }

  /** True once every other holder has all that is here. */
  private async allSent(): Promise<boolean> {
    const { terrain } = this
    try {
      const here = await terrain.store.scan(CALL)
      for (const [other, held] of this.held) {
        const lacking = here.filter(
          ({ id, write }) =>
            id !== SENTINEL_ID && this.isShared(id, other) && held.get(id) !== write,
        )
        await this.sendTo(
          other,
          lacking.map(({ id }) => id),
        )
      }
      return true
    } catch (error) {
      ignoreCallError(error)
      return false
    }
  }

  private async sendTo(other: RegionName, ids: readonly PointId[]): Promise<void> {
    const { keeper, terrain } = this
    for (let i = 0; i < ids.length; i += AT_ONCE)
      await keeper.send(other, await keeper.changes(ids.slice(i, i + AT_ONCE)))
    if (ids.length > 0) terrain.journal.repaired('delta', ids.length, other)
  }
}
