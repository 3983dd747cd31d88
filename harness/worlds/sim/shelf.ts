import type { IndexPlan } from '../../model/plan.ts'
import { BASE_STAMP, NO_ROW, SENTINEL_ID, type StoredPoint } from '../../model/point.ts'
import type { RecordEvent } from '../../model/record.ts'
import type { RegionName } from '../../model/units.ts'
import { Collection, type CollectionSetting } from './collection.ts'
import type { VectorIndex } from './index-flat.ts'
import { Sightings } from './sightings.ts'

type ShelfSetting = Pick<CollectionSetting, 'timeline' | 'profile' | 'process'> & {
  region: RegionName
  emit: (event: RecordEvent) => void
  openIndex: (index?: IndexPlan) => VectorIndex
}

/** Name of the collection that is there from the start. */
const FIRST = 'live'

const sentinel: StoredPoint = {
  id: SENTINEL_ID,
  row: NO_ROW,
  write: 0,
  stamp: BASE_STAMP,
  deleted: true,
}

/** The collections of a store, each with a sentinel, and the alias that says which of them is served. */
export class Shelf {
  private readonly collections = new Map<string, Collection>()
  private readonly sightings: Sightings
  private alias = FIRST

  private readonly setting: ShelfSetting

  constructor(setting: ShelfSetting, base: readonly StoredPoint[]) {
    this.setting = setting
    this.sightings = new Sightings(setting)
    this.open(FIRST, base)
  }

  /** Name of the collection the alias points at. */
  get aliased(): string {
    return this.alias
  }

  served(): Collection {
    return this.collections.get(this.alias) as Collection
  }

  /** Without a name: the one that is served. */
  find(name: string = this.alias): Collection | undefined {
    return this.collections.get(name)
  }

  took(collection: Collection, points: readonly StoredPoint[]): void {
    if (collection === this.served()) this.sightings.applied(points)
  }

  names(): string[] {
    return [...this.collections.keys()]
  }

  /** This and what follows: null, or why it was refused. */
  create(name: string, index: IndexPlan): string | null {
    if (this.collections.has(name)) return `there is a collection "${name}" already`
    this.open(name, [], index)
    return null
  }

  pointAlias(name: string): string | null {
    const next = this.collections.get(name)
    if (!next) return `there is no collection "${name}"`
    const before = this.served()
    this.alias = name
    if (next !== before) this.sightings.swapped(before, next)
    return null
  }

  drop(name: string): string | null {
    const dropped = this.collections.get(name)
    if (!dropped) return `there is no collection "${name}"`
    if (name === this.alias) return `the alias points at "${name}"`
    dropped.dropped = true
    this.collections.delete(name)
    return null
  }

  rebuild(): void {
    for (const collection of this.collections.values()) collection.rebuild()
  }

  unload(): void {
    for (const collection of this.collections.values()) collection.unload()
  }

  load(): void {
    for (const collection of this.collections.values()) collection.load()
  }

  /** All collections are gone; what is there when the store starts again is empty but for the sentinel. */
  wipe(): void {
    this.sightings.lost(this.served())
    for (const collection of this.collections.values()) collection.dropped = true
    this.collections.clear()
    this.alias = FIRST
    this.open(FIRST, []).unload()
  }

  private open(name: string, first: readonly StoredPoint[], index?: IndexPlan): Collection {
    const { timeline, profile, process, openIndex } = this.setting
    const collection = new Collection(
      {
        timeline,
        profile,
        process,
        openIndex: () => openIndex(index),
        onVisible: (point) => {
          if (name === this.alias) this.sightings.visible(point)
        },
      },
      [...first, sentinel],
    )
    this.collections.set(name, collection)
    return collection
  }
}
