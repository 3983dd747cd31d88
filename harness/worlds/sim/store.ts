import type { Rng } from '../../base/rng.ts'
import {
  BASE_STAMP,
  NO_ROW,
  type PointId,
  SENTINEL_ID,
  type StoredPoint,
} from '../../model/point.ts'
import type { Profile } from '../../model/profile.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Consistency, Hit, SearchRequest } from '../../ports/store.ts'
import type { VectorIndex } from './index-flat.ts'
import type { Sealing } from './index-hnsw.ts'
import { Server } from './server.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'

/** What a store needs from around it. */
export type StoreSetting = {
  timeline: Timeline
  rng: Rng
  region: RegionName
  profile: Profile['store']
  dim: number
  emit: (event: RecordEvent) => void
  /** An empty index; it is filled again after every start of the process. */
  openIndex: () => VectorIndex
}

/**
 * A region's vector store as Milvus shows itself: an upsert replaces the point and is acknowledged at once,
 * but acts on searches only from a later tick on; a strong read waits for that tick; a restarted store
 * answers success with 0 rows until its data is loaded. The disk survives the process.
 */
export class SimStore {
  readonly server: Server
  private readonly points = new Map<PointId, StoredPoint>()
  private visible = new Map<PointId, StoredPoint>()
  private index: VectorIndex
  private pending = new Map<Us, StoredPoint[]>()
  private loaded = true
  private building = false

  constructor(
    private readonly setting: StoreSetting,
    base: readonly StoredPoint[],
  ) {
    const { timeline, rng, profile } = setting
    this.server = new Server(timeline, rng, profile.workers)
    for (const point of [...base, sentinel]) {
      this.points.set(point.id, point)
      this.visible.set(point.id, point)
    }
    this.index = setting.openIndex()
    this.index.load([...this.points.values()])
  }

  write(points: readonly StoredPoint[], answer: Answer<void>): void {
    const { profile } = this.setting
    const extraUs = profile.perPointUs * Math.max(0, points.length - 1)
    const { overheadUs } = profile
    this.server.serve(answer, profile.upsert, { overheadUs, extraUs }, (reply) => {
      for (const point of points) this.points.set(point.id, point)
      this.showAtTick(points)
      reply.value(undefined, 32)
    })
  }

  purge(ids: readonly PointId[], answer: Answer<void>): void {
    const { profile } = this.setting
    this.server.serve(answer, profile.upsert, { overheadUs: profile.overheadUs }, (reply) => {
      for (const id of ids) {
        if (!this.points.get(id)?.deleted) continue
        this.points.delete(id)
        if (this.visible.get(id)?.deleted) this.visible.delete(id)
      }
      reply.value(undefined, 32)
    })
  }

  search(request: SearchRequest, answer: Answer<Hit[]>): void {
    const { profile } = this.setting
    this.server.serve(answer, profile.search, { overheadUs: profile.overheadUs }, (reply) => {
      const run = () => {
        const hits = this.loaded ? this.index.search(request.query, request.k) : []
        reply.value(hits, 40 + 20 * hits.length)
      }
      if (request.consistency === 'strong') this.atTick(run)
      else run()
    })
  }

  fetch(ids: readonly PointId[], consistency: Consistency, answer: Answer<StoredPoint[]>): void {
    const { profile, dim } = this.setting
    const { overheadUs } = profile
    this.server.serve(answer, profile.fetch, { overheadUs }, (reply) => {
      const run = () => {
        const found = this.loaded ? pick(ids, this.visible) : []
        reply.value(found, 40 + found.length * dim * 4)
      }
      if (consistency === 'strong') this.atTick(run)
      else run()
    })
  }

  /** All it has acknowledged, for an observer who disturbs nobody; null if the store cannot be read now. */
  snapshot(): StoredPoint[] | null {
    return this.loaded && !this.server.process.dead ? [...this.points.values()] : null
  }

  scan(answer: Answer<StoredPoint[]>): void {
    const { profile } = this.setting
    const us = Math.ceil((this.points.size / 1000) * profile.scanPerThousandUs)
    const time = { baseUs: us, tailUs: 0 }
    this.server.serve(answer, time, { overheadUs: profile.overheadUs }, (reply) =>
      this.atTick(() =>
        reply.value(this.loaded ? [...this.visible.values()] : [], this.visible.size * 64),
      ),
    )
  }

  kill(): void {
    this.server.kill()
    this.pending = new Map()
    this.loaded = false
    this.building = false
    this.note('down')
    this.note('unloaded')
  }

  /** Starts the process again: answers after `restartUs`, answers *with data* after `loadedUs`. */
  restart(): void {
    const { timeline, profile } = this.setting
    timeline.after(profile.restartUs, () => {
      this.server.start()
      this.note('up')
      const { process } = this.server
      timeline.after(Math.max(0, profile.loadedUs - profile.restartUs), () =>
        process.run(() => this.load()),
      )
    })
  }

  private load(): void {
    this.loaded = true
    this.index = this.setting.openIndex()
    this.index.load([...this.points.values()])
    for (const point of this.points.values())
      if (this.visible.get(point.id)?.write !== point.write) this.noteVisible(point)
    this.visible = new Map(this.points)
    this.note('loaded')
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
    const { process } = this.server
    this.setting.timeline.at(tick, () =>
      process.run(() => {
        this.pending.delete(tick)
        if (this.loaded) this.show(batch)
      }),
    )
  }

  private show(points: readonly StoredPoint[]): void {
    for (const point of points) {
      this.visible.set(point.id, point)
      this.index.put(point)
      this.noteVisible(point)
    }
    this.maintain()
  }

  /** Lets the index seal or compact itself, one at a time; it takes as long as the profile says. */
  private maintain(): void {
    const { index } = this
    const work = 'due' in index && !this.building ? (index as VectorIndex & Sealing).due() : null
    if (!work) return
    this.building = true
    const { timeline, profile } = this.setting
    const { process } = this.server
    timeline.after(Math.ceil((work.points / 1000) * profile.sealPerThousandUs), () =>
      process.run(() => {
        this.building = false
        if (this.index === index) work.finish()
        this.maintain()
      }),
    )
  }

  /** Runs `work` once everything acknowledged so far is searchable: what a strong read waits for. */
  private atTick(work: () => void): void {
    const { process } = this.server
    this.setting.timeline.at(this.nextTickUs(), () => process.run(work))
  }

  private nextTickUs(): Us {
    const { timeline, profile } = this.setting
    const earliest = timeline.now() + profile.visibleAfterUs
    return profile.tickUs === 0 ? earliest : Math.ceil(earliest / profile.tickUs) * profile.tickUs
  }

  private noteVisible(point: StoredPoint): void {
    const { timeline, region, emit } = this.setting
    emit({
      type: 'hop',
      t: timeline.now(),
      hop: 'visible',
      region,
      write: point.write,
      id: point.id,
    })
  }

  private note(what: 'down' | 'up' | 'unloaded' | 'loaded'): void {
    const { timeline, region, emit } = this.setting
    emit({ type: 'store', t: timeline.now(), region, what })
  }
}

const sentinel: StoredPoint = {
  id: SENTINEL_ID,
  row: NO_ROW,
  write: 0,
  stamp: BASE_STAMP,
  deleted: true,
}

function pick(ids: readonly PointId[], from: Map<PointId, StoredPoint>): StoredPoint[] {
  const found: StoredPoint[] = []
  for (const id of ids) {
    const point = from.get(id)
    if (point) found.push(point)
  }
  return found
}
