import type { Rng } from '../../base/rng.ts'
import type { IndexPlan } from '../../model/plan.ts'
import type { PointId, StoredPoint } from '../../model/point.ts'
import type { Profile, ServiceTime } from '../../model/profile.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Consistency, Hit, SearchRequest } from '../../ports/store.ts'
import type { Collection } from './collection.ts'
import { Downs } from './downs.ts'
import type { VectorIndex } from './index-flat.ts'
import { Server } from './server.ts'
import { Shelf } from './shelf.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'

/** What a store needs from around it. */
type StoreSetting = {
  timeline: Timeline
  rng: Rng
  region: RegionName
  profile: Profile['store']
  dim: number
  emit: (event: RecordEvent) => void
  /** An empty index: the plan's, or another. */
  openIndex: (index?: IndexPlan) => VectorIndex
}

/**
 * A region's vector store as Milvus shows itself: an upsert replaces the point and is acknowledged at once,
 * but acts on searches only from a later tick on; a strong read waits for that tick; a restarted store
 * answers success with 0 rows until its data is loaded. The disk survives the process. Calls that name no collection
 * go to the one the alias points at when they arrive.
 */
export class SimStore {
  readonly server: Server
  /** Rebuilds in force: searches take `factor` times as long. */
  readonly rebuilds = new Set<{ factor: number }>()
  private readonly shelf: Shelf
  private readonly downs = new Downs()
  private loaded = true

  private readonly setting: StoreSetting

  constructor(setting: StoreSetting, base: readonly StoredPoint[]) {
    this.setting = setting
    const { timeline, rng, profile } = setting
    this.server = new Server(timeline, rng, profile.workers)
    this.shelf = new Shelf({ ...setting, process: () => this.server.process }, base)
  }

  /** Name of the collection the alias points at. */
  get aliased(): string {
    return this.shelf.aliased
  }

  write(points: readonly StoredPoint[], answer: Answer<void>, name?: string): void {
    const { profile } = this.setting
    const extraUs = profile.perPointUs * Math.max(0, points.length - 1)
    this.on(name, answer, profile.upsert, { extraUs }, (to, reply) => {
      to.take(points)
      this.shelf.took(to, points)
      reply.value(undefined, 32)
    })
  }

  purge(ids: readonly PointId[], answer: Answer<void>): void {
    this.on(undefined, answer, this.setting.profile.upsert, {}, (to, reply) => {
      to.purge(ids)
      reply.value(undefined, 32)
    })
  }

  /** Of some shards or all of them, a search costs the same: the profile was measured on whole collections only. */
  search(request: SearchRequest, answer: Answer<Hit[]>, name?: string): void {
    const { search } = this.setting.profile
    this.on(name, answer, search, { factor: this.slowness() }, (from, reply) => {
      const run = () => {
        const { query, k, shards } = request
        refusing(reply, () => {
          const hits = this.loaded ? from.index.search(query, k, shards) : []
          reply.value(hits, 40 + 20 * hits.length)
        })
      }
      if (request.consistency === 'strong') from.atTick(run)
      else run()
    })
  }

  /** Takes as long as a search and finds nothing: how fast searches are served. */
  idleSearch(answer: Answer<void>): void {
    const { search } = this.setting.profile
    this.on(undefined, answer, search, { factor: this.slowness() }, (_, reply) =>
      reply.value(undefined, 40),
    )
  }

  fetch(
    ids: readonly PointId[],
    consistency: Consistency,
    answer: Answer<StoredPoint[]>,
    name?: string,
  ): void {
    const { profile, dim } = this.setting
    this.on(name, answer, profile.fetch, {}, (from, reply) => {
      const run = () => {
        const found = this.loaded ? pick(ids, from.visible) : []
        reply.value(found, 40 + found.length * dim * 4)
      }
      if (consistency === 'strong') from.atTick(run)
      else run()
    })
  }

  /** All it has acknowledged, for an observer who disturbs nobody; null if the store cannot be read now. */
  snapshot(): StoredPoint[] | null {
    return this.loaded && !this.server.process.dead
      ? [...this.shelf.served().points.values()]
      : null
  }

  scan(answer: Answer<StoredPoint[]>, name?: string): void {
    const { profile } = this.setting
    const size = (this.shelf.find(name)?.points.size ?? 0) / 1000
    const time = { baseUs: Math.ceil(size * profile.scanPerThousandUs), tailUs: 0 }
    this.on(name, answer, time, {}, (from, reply) =>
      from.atTick(() =>
        reply.value(this.loaded ? [...from.visible.values()] : [], from.visible.size * 64),
      ),
    )
  }

  /** What changes the list of collections costs what an upsert does: the profile knows no time of its own for it. */
  create(name: string, index: IndexPlan, answer: Answer<void>): void {
    this.manage(answer, () => this.shelf.create(name, index))
  }

  pointAlias(name: string, answer: Answer<void>): void {
    this.manage(answer, () => this.shelf.pointAlias(name))
  }

  drop(name: string, answer: Answer<void>): void {
    this.manage(answer, () => this.shelf.drop(name))
  }

  list(answer: Answer<{ names: readonly string[]; aliased: string }>): void {
    const { fetch, overheadUs } = this.setting.profile
    this.server.serve(answer, fetch, { overheadUs }, (reply) =>
      reply.value({ names: this.shelf.names(), aliased: this.shelf.aliased }, 64),
    )
  }

  /** Builds all graphs anew, over what lives in them. */
  rebuildIndexes(): void {
    this.shelf.rebuild()
  }

  kill(): void {
    this.downs.add()
    this.server.kill()
    this.shelf.unload()
    this.loaded = false
    this.note('down')
    this.note('unloaded')
  }

  /** The disk is gone with all collections: what starts next is empty but for the sentinel. Only while it is down. */
  wipe(): void {
    this.shelf.wipe()
  }

  /** Starts the process again: answers after `restartUs`, answers *with data* after `loadedUs`. */
  restart(): void {
    const { timeline, profile } = this.setting
    timeline.after(profile.restartUs, () => {
      if (!this.downs.end()) return
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
    this.shelf.load()
    this.note('loaded')
  }

  private slowness(): number {
    let factor = 1
    for (const rebuild of this.rebuilds) factor *= rebuild.factor
    return factor
  }

  /** A call on one collection, settled on when it arrives. */
  private on<T>(
    name: string | undefined,
    answer: Answer<T>,
    time: ServiceTime,
    more: { extraUs?: number; factor?: number },
    work: (collection: Collection, reply: Answer<T>) => void,
  ): void {
    const collection = this.shelf.find(name)
    const { overheadUs } = this.setting.profile
    this.server.serve(answer, time, { overheadUs, ...more }, (reply) => {
      if (!collection || (collection.dropped && name !== undefined))
        reply.error(new CallError(`there is no collection "${name}"`, { definite: true }))
      else work(collection, reply)
    })
  }

  private manage(answer: Answer<void>, change: () => string | null): void {
    const { upsert, overheadUs } = this.setting.profile
    this.server.serve(answer, upsert, { overheadUs }, (reply) => {
      const refused = change()
      if (refused === null) reply.value(undefined, 32)
      else reply.error(new CallError(refused, { definite: true }))
    })
  }

  private note(what: 'down' | 'up' | 'unloaded' | 'loaded'): void {
    const { timeline, region, emit } = this.setting
    emit({ type: 'store', t: timeline.now(), region, what })
  }
}

/** What an index refuses is the answer to the call. */
function refusing(reply: Answer<Hit[]>, work: () => void): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    reply.error(error)
  }
}

function pick(ids: readonly PointId[], from: Map<PointId, StoredPoint>): StoredPoint[] {
  const found: StoredPoint[] = []
  for (const id of ids) {
    const point = from.get(id)
    if (point) found.push(point)
  }
  return found
}
