import type { Background } from '../../base/signal.ts'
import {
  type Change,
  changeOf,
  type PointId,
  type Stamp,
  type StoredPoint,
} from '../../model/point.ts'
import { MS, type RegionName, SECOND } from '../../model/units.ts'
import type { Call } from '../../ports/store.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import type { ConflictRule } from '../shared/conflict.ts'
import { Guard } from '../shared/guard.ts'
import { Tombstones } from '../shared/tombstones.ts'
import { Turns } from '../shared/turns.ts'
import type { Place } from './hash-shards.ts'
import { Lanes } from './lanes.ts'
import type { WalPositions } from './positions.ts'
import type { Splitter } from './splitter.ts'

const APPLY_DEADLINE_US = 10 * SECOND

type Applying = {
  terrain: Terrain
  background: Background
  rule: ConflictRule
  /** Changes of one call of a lane at most. */
  batch: number
  tombstonesUs: number
  positions: ReadonlyMap<RegionName, WalPositions>
  splitter: Splitter
  saw: (stamp: Stamp) => void
}

/** Brings changes into the own store, each by the lane of its shard, where the conflict rule lets them win. */
export class WalApplier {
  private readonly turns = new Turns()
  private readonly guard: Guard
  private readonly tombstones: Tombstones
  private readonly lanes: Lanes

  private readonly applying: Applying

  constructor(applying: Applying) {
    this.applying = applying
    const { terrain, background, rule, batch, tombstonesUs } = applying
    const { store, clock, journal } = terrain
    this.guard = new Guard(rule, store, clock, journal)
    this.tombstones = new Tombstones(store, clock, journal, this.turns, tombstonesUs)
    this.lanes = new Lanes(clock, batch, background, (changes) => this.apply(changes))
  }

  /** Changes taken and not applied, and how many of them one lane has. */
  backlog(): { waiting: number; deepest: number } {
    return { waiting: this.lanes.waiting, deepest: this.lanes.deepest() }
  }

  /** A record of a log: nothing after it counts as applied before it is. */
  take(change: Change, place: Place): void {
    const { splitter } = this.applying
    const { lane, before } = splitter.lane(change.id, place)
    const positions = this.applying.positions.get(place.origin)
    const { partition, offset } = place
    const entry = { shard: splitter.shardOf(change.id), partition, offset }
    positions?.begin(entry)
    const applied = this.lanes.put(lane, change, before).then(() => positions?.end(entry))
    this.applying.background.start(applied)
  }

  /** Points of other stores go by the lane of their shard, like any change. */
  async merge(points: readonly StoredPoint[]): Promise<void> {
    const { saw, splitter } = this.applying
    for (const { stamp } of points) saw(stamp)
    await Promise.all(
      points.map((point) => this.lanes.put(`${splitter.shardOf(point.id)}`, changeOf(point))),
    )
  }

  /** The points as they are now, tombstones included, read strong. */
  read(ids: readonly PointId[], call: Call): Promise<StoredPoint[]> {
    return this.guard.read(ids, call)
  }

  async run(stop: Stop): Promise<void> {
    await Promise.all([
      stop.whenFired.then(() => this.lanes.stop()),
      this.showLag(stop),
      this.tombstones.run(stop, (ids) => this.guard.forget(ids)),
    ])
  }

  /** What an operator would be shown: the lane that waits longest. */
  private async showLag(stop: Stop): Promise<void> {
    const { clock, journal } = this.applying.terrain
    while (!stop.fired) {
      await clock.sleep(SECOND)
      const [longest] = this.lanes.lags()
      if (!longest) continue
      const [lane, us] = longest
      journal.figure('lane-lag-ms', Math.round(us / MS))
      journal.figure('lane-lag-shard', Number(lane.split('/')[0]))
    }
  }

  private async apply(changes: readonly Change[]): Promise<void> {
    for (const { stamp } of changes) this.applying.saw(stamp)
    await this.turns.take([...new Set(changes.map(({ id }) => id))], async () => {
      const call = { op: 0, deadlineUs: APPLY_DEADLINE_US }
      for (const written of await this.guard.apply(changes, call)) this.tombstones.note(written)
    })
  }
}
