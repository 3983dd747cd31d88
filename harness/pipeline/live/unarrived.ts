import type { Layout } from '../../model/layout.ts'
import type { PointId, WriteId } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'

/** A write that somebody may still wait for. */
type Write = {
  op: WriteId
  id: PointId
  /** Where it stands in the order of writes: its acknowledgement, and its sending as long as there is none. */
  placeUs: Us
  acknowledged: boolean
  /** When it came where, and whether searches see it there. */
  seen: Map<RegionName, { us: Us; shown: boolean }>
}

/** What one region acknowledged and another does not have yet, the oldest first. `lastUs`: the lag of what came last. */
export type LinkLag = { awaited: Map<WriteId, Write>; arrived: number; lastUs: Us | null }

/**
 * Which acknowledged writes have not arrived where, as far as it has been heard: lag while a run lasts. A write has arrived
 * where searches see it or a later one of its point, or where it was found older. What has arrived everywhere is forgotten.
 */
export class Unarrived {
  readonly links = new Map<string, LinkLag>()
  private readonly writes = new Map<WriteId, Write>()
  /** By target and point: what is awaited there, and on which link. */
  private readonly awaitedAt = new Map<string, Map<Write, LinkLag>>()

  private readonly layout: Layout

  constructor(regions: readonly RegionName[], layout: Layout) {
    this.layout = layout
    for (const from of regions)
      for (const to of regions)
        if (from !== to)
          this.links.set(`${from}>${to}`, { awaited: new Map(), arrived: 0, lastUs: null })
  }

  sent(op: WriteId, id: PointId, us: Us): void {
    this.writes.set(op, { op, id, placeUs: us, acknowledged: false, seen: new Map() })
  }

  /** It certainly did not happen. */
  failed(op: WriteId): void {
    this.writes.delete(op)
  }

  acknowledged(op: WriteId, origin: RegionName, us: Us): void {
    const write = this.writes.get(op)
    if (!write) return
    write.placeUs = us
    write.acknowledged = true
    for (const target of this.layout.holders(write.id)) {
      const link = this.links.get(`${origin}>${target}`)
      const seen = write.seen.get(target)
      if (seen?.shown) this.supersede(write, target, seen.us)
      if (!link) continue
      if (seen) arrive(link, seen.us - us)
      else this.await(write, target, link)
    }
    this.forget(write)
  }

  /** `region` has it: searches see it there (`shown`), or it was found older than what is there. */
  came(op: WriteId, region: RegionName, us: Us, shown: boolean): void {
    const write = this.writes.get(op)
    if (!write || write.seen.get(region)?.shown) return
    write.seen.set(region, { us, shown })
    this.settle(write, region, us)
    if (shown) this.supersede(write, region, us)
    this.forget(write)
  }

  private await(write: Write, target: RegionName, link: LinkLag): void {
    link.awaited.set(write.op, write)
    const key = `${target}/${write.id}`
    const there = this.awaitedAt.get(key) ?? new Map<Write, LinkLag>()
    this.awaitedAt.set(key, there)
    there.set(write, link)
  }

  /** Nobody waits for what was acknowledged before the place of one that searches see. */
  private supersede(write: Write, region: RegionName, us: Us): void {
    for (const other of this.awaitedAt.get(`${region}/${write.id}`)?.keys() ?? [])
      if (other !== write && other.placeUs < write.placeUs) this.settle(other, region, us)
  }

  private settle(write: Write, region: RegionName, us: Us): void {
    const key = `${region}/${write.id}`
    const there = this.awaitedAt.get(key)
    const link = there?.get(write)
    if (!there || !link) return
    link.awaited.delete(write.op)
    there.delete(write)
    if (there.size === 0) this.awaitedAt.delete(key)
    arrive(link, us - write.placeUs)
  }

  private forget(write: Write): void {
    if (!write.acknowledged) return
    if (this.layout.holders(write.id).every((region) => write.seen.has(region)))
      this.writes.delete(write.op)
  }
}

function arrive(link: LinkLag, lagUs: Us): void {
  link.lastUs = lagUs
  link.arrived++
}

/** How long ago the oldest write was acknowledged that is awaited; 0 if none is. */
export function oldestUs({ awaited }: LinkLag, nowUs: Us): Us {
  const [oldest] = awaited.values()
  return oldest === undefined ? 0 : Math.max(0, nowUs - oldest.placeUs)
}
