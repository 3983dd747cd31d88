import { type Change, changeOf, SENTINEL_ID } from '../../model/point.ts'
import { MS, type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError, ignoreCallError } from '../../ports/errors.ts'
import type { EventLog } from '../../ports/log.ts'
import type { Call } from '../../ports/store.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { loaded } from '../shared/loaded.ts'

const CALL: Call = { op: 0, deadlineUs: 10 * SECOND }
const RETRY_US: Us = 500 * MS
/** What load balancers ask: whether the region has its data, not only whether an agent runs. */
export const READY = 'ready'
/** Times another region is asked for its copies before the region serves users without them. */
const TRIES = 20
/** What the agent keeps: 1 while the region still has to be brought back. */
const RESTORING = 'restoring'
const AT_ONCE = 500

type BackupSetting = {
  terrain: Terrain
  /** The topic this region publishes to; its copies are called `<region>.<topic>`. */
  topic: string
  everyUs: Us
  /** Applies changes unless what is here is newer. */
  apply: (changes: readonly Change[]) => Promise<void>
  publish: (change: Change) => void
}

/**
 * Snapshots of the own store, and the way back after a disaster. Beside the points stand the offsets that the copies of
 * the own log had reached in every *other* region: those logs survive this one. A region that finds its store empty
 * loads the snapshot and replays its own writes since from there; those of others its mirrors bring again, from the
 * start of what logs still hold. What it brings back of its own it logs again: another region may not have it. A region
 * that cannot be reached is asked until it answers, over every restart, and no snapshot is taken before.
 */
export class Backup {
  private ready = false
  /** Regions whose copies of the own log have not been replayed. */
  private readonly owed = new Set<RegionName>()

  private readonly setting: BackupSetting

  constructor(setting: BackupSetting) {
    this.setting = setting
    setting.terrain.network.serve(READY, async () => {
      this.refuse()
      return { kind: READY, bytes: 48, body: null }
    })
  }

  /** Throws until it is known that nothing has to be restored, or it has been. */
  refuse(): void {
    if (this.ready) return
    const { region } = this.setting.terrain
    throw new CallError(`${region} is restoring its data`, { definite: true })
  }

  /** Settles when the region has its data, or the run is over. */
  async restore(stop: Stop): Promise<void> {
    const { durable, clock } = this.setting.terrain
    while (!stop.fired && !this.ready) {
      try {
        if ((await durable.load(RESTORING)) === 1 || (await this.isEmpty())) {
          await durable.save(RESTORING, 1)
          await this.bringBack()
        }
        this.ready = true
      } catch (error) {
        if (!(error instanceof CallError)) throw error
        await clock.sleep(RETRY_US)
      }
    }
  }

  async run(stop: Stop): Promise<void> {
    const { terrain, everyUs } = this.setting
    while (this.owed.size > 0 && !stop.fired) {
      await terrain.clock.sleep(RETRY_US)
      for (const other of this.owed) await this.replay(other)
    }
    while (!stop.fired) {
      await this.take().catch(ignoreCallError)
      await terrain.clock.sleep(everyUs)
    }
  }

  /** Offsets first: what is logged after them may be in the points too, which a replay finds out. */
  private async take(): Promise<void> {
    const { terrain } = this.setting
    const offsets: Record<string, readonly number[]> = {}
    for (const other of this.others()) {
      const edges = await this.logOf(other).edges(this.copy(), CALL)
      offsets[other] = edges.map(({ next }) => next)
    }
    const points = await terrain.store.scan(CALL)
    if (!points.some(({ id }) => id === SENTINEL_ID)) return
    await terrain.snapshots?.save({ points, offsets }, CALL)
  }

  /** True if the store is loaded and holds nothing. */
  private async isEmpty(): Promise<boolean> {
    return loaded(await this.setting.terrain.store.scan(CALL)).length === 0
  }

  private async bringBack(): Promise<void> {
    const { terrain, publish } = this.setting
    const snapshot = await terrain.snapshots?.latest(CALL)
    const points = (snapshot?.points ?? []).filter(({ id }) => id !== SENTINEL_ID).map(changeOf)
    for (let i = 0; i < points.length; i += AT_ONCE)
      await this.setting.apply(points.slice(i, i + AT_ONCE))
    if (points.length > 0) terrain.journal.repaired('snapshot', points.length)
    // Own writes that the snapshot has and no mirror had carried away yet would stay here for good.
    for (const point of points)
      if (point.write > 0 && point.origin === terrain.region) publish(point)
    for (const other of this.others()) this.owed.add(other)
    for (const other of this.others())
      for (let tries = 1; this.owed.has(other) && tries <= TRIES; tries++) {
        if (tries > 1) await terrain.clock.sleep(RETRY_US)
        await this.replay(other)
      }
  }

  /** Brings back what the other region's copy of the own log has since the snapshot; owed still if it does not answer. */
  private async replay(other: RegionName): Promise<void> {
    const { terrain } = this.setting
    try {
      const snapshot = await terrain.snapshots?.latest(CALL)
      const count = await this.replayFrom(other, snapshot?.offsets[other] ?? [])
      if (count > 0) terrain.journal.repaired('delta', count, other)
      this.owed.delete(other)
      if (this.owed.size === 0) await terrain.durable.save(RESTORING, 0)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
    }
  }

  private async replayFrom(other: RegionName, offsets: readonly number[]): Promise<number> {
    const log = this.logOf(other)
    let count = 0
    for (const [partition, { first, next }] of (await log.edges(this.copy(), CALL)).entries()) {
      let offset = Math.max(first, offsets[partition] ?? first)
      while (offset < next) {
        const found = await log.read(this.copy(), partition, offset, AT_ONCE, CALL)
        const last = found.at(-1)
        if (!last) break
        const changes = found.map(({ change }) => change)
        await this.setting.apply(changes)
        for (const change of changes) this.setting.publish(change)
        count += found.length
        offset = last.offset + 1
      }
    }
    return count
  }

  private copy(): string {
    const { terrain, topic } = this.setting
    return `${terrain.region}.${topic}`
  }

  private others(): readonly RegionName[] {
    const { region, regions } = this.setting.terrain
    return regions.filter((other) => other !== region)
  }

  private logOf(region: RegionName): EventLog {
    return this.setting.terrain.network.reach(region).log
  }
}
