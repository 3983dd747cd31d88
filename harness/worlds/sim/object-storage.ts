import type { Profile } from '../../model/profile.ts'
import { MS, type RegionName, type Us } from '../../model/units.ts'
import type { Snapshot } from '../../ports/store.ts'
import type { Process } from './process.ts'
import type { Timeline } from './timeline.ts'
import type { Answer } from './wire.ts'

/** Until a request to object storage is under way: assumed, as nobody measured one here. */
const REQUEST_US: Us = 50 * MS

/**
 * Where snapshots are kept: outside all regions and their links, so that no fault reaches it. A snapshot takes as long
 * as a scan of as many points, either way.
 */
export class ObjectStorage {
  private readonly snapshots = new Map<RegionName, Snapshot>()

  private readonly timeline: Timeline
  private readonly profile: Pick<Profile['store'], 'scanPerThousandUs'>

  constructor(timeline: Timeline, profile: Pick<Profile['store'], 'scanPerThousandUs'>) {
    this.timeline = timeline
    this.profile = profile
  }

  /** Whole or not at all: what its maker did not live to send leaves nothing behind. */
  save(region: RegionName, snapshot: Snapshot, maker: Process, answer: Answer<void>): void {
    const { points, offsets } = snapshot
    const kept = { points: [...points], offsets: structuredClone(offsets) }
    this.timeline.after(this.transferUs(kept), () =>
      maker.run(() => {
        this.snapshots.set(region, kept)
        answer.value(undefined, 0)
      }),
    )
  }

  latest(region: RegionName, answer: Answer<Snapshot | undefined>): void {
    const found = this.snapshots.get(region)
    this.timeline.after(this.transferUs(found), () => answer.value(found, 0))
  }

  private transferUs(snapshot: Snapshot | undefined): Us {
    const thousands = (snapshot?.points.length ?? 0) / 1000
    return REQUEST_US + Math.ceil(thousands * this.profile.scanPerThousandUs)
  }
}
