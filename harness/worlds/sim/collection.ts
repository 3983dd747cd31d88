import type { PointId, StoredPoint } from '../../model/point.ts'
import type { Profile } from '../../model/profile.ts'
import type { Us } from '../../model/units.ts'
import type { VectorIndex } from './index-flat.ts'
import type { Sealing } from './index-hnsw.ts'
import type { Process } from './process.ts'
import type { Timeline } from './timeline.ts'

export type CollectionSetting = {
  timeline: Timeline
  profile: Profile['store']
  /** The store's, as it lives now. */
  process: () => Process
  /** An empty index; it is filled again after every start of the process. */
  openIndex: () => VectorIndex
  /** Hears of every point that searches come to see. */
  onVisible: (point: StoredPoint) => void
}

/** One collection of a store: what it has acknowledged, what searches see of that, and their index. */
export class Collection {
  readonly points = new Map<PointId, StoredPoint>()
  visible = new Map<PointId, StoredPoint>()
  index: VectorIndex
  dropped = false
  private pending = new Map<Us, StoredPoint[]>()
  private building = false
  private loaded = true

  private readonly setting: CollectionSetting

  constructor(setting: CollectionSetting, first: readonly StoredPoint[]) {
    this.setting = setting
    for (const point of first) {
      this.points.set(point.id, point)
      this.visible.set(point.id, point)
    }
    this.index = setting.openIndex()
    this.index.load([...this.points.values()])
  }

  /** Acknowledged now, seen by searches from a later tick on. */
  take(points: readonly StoredPoint[]): void {
    for (const point of points) this.points.set(point.id, point)
    this.showAtTick(points)
  }

  purge(ids: readonly PointId[]): void {
    for (const id of ids) {
      if (!this.points.get(id)?.deleted) continue
      this.points.delete(id)
      if (this.visible.get(id)?.deleted) this.visible.delete(id)
    }
  }

  /** The process died: what it was about to show is shown when it has loaded its data. */
  unload(): void {
    this.pending = new Map()
    this.loaded = false
    this.building = false
  }

  load(): void {
    this.loaded = true
    this.index = this.setting.openIndex()
    this.index.load([...this.points.values()])
    for (const point of this.points.values())
      if (this.visible.get(point.id)?.write !== point.write) this.setting.onVisible(point)
    this.visible = new Map(this.points)
  }

  /** Builds its graphs anew; an index without graphs has nothing to build. */
  rebuild(): void {
    if ('rebuild' in this.index) (this.index as VectorIndex & Sealing).rebuild()
  }

  /** Runs `work` once everything acknowledged so far is searchable: what a strong read waits for. */
  atTick(work: () => void): void {
    const process = this.setting.process()
    this.setting.timeline.at(this.nextTickUs(), () => process.run(work))
  }

  private showAtTick(points: readonly StoredPoint[]): void {
    const tick = this.nextTickUs()
    const waiting = this.pending.get(tick)
    if (waiting) {
      waiting.push(...points)
      return
    }
    const batch = [...points]
    this.pending.set(tick, batch)
    const process = this.setting.process()
    this.setting.timeline.at(tick, () =>
      process.run(() => {
        this.pending.delete(tick)
        if (this.loaded) this.show(batch)
      }),
    )
  }

  private show(points: readonly StoredPoint[]): void {
    if (this.dropped) return
    for (const point of points) {
      this.visible.set(point.id, point)
      this.index.put(point)
      this.setting.onVisible(point)
    }
    this.maintain()
  }

  /** Lets the index seal or compact itself, one at a time; it takes as long as the profile says. */
  private maintain(): void {
    const { index } = this
    const work = 'due' in index && !this.building ? (index as VectorIndex & Sealing).due() : null
    if (!work || this.dropped) return
    this.building = true
    const { timeline, profile } = this.setting
    const process = this.setting.process()
    timeline.after(Math.ceil((work.points / 1000) * profile.sealPerThousandUs), () =>
      process.run(() => {
        this.building = false
        if (this.index === index) work.finish()
        this.maintain()
      }),
    )
  }

  private nextTickUs(): Us {
    const { timeline, profile } = this.setting
    const earliest = timeline.now() + profile.visibleAfterUs
    return profile.tickUs === 0 ? earliest : Math.ceil(earliest / profile.tickUs) * profile.tickUs
  }
}
