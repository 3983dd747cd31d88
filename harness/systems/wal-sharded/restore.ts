import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import { CallError } from '../../ports/errors.ts'
import type { Stop, Terrain } from '../../ports/system.ts'
import { copyStore } from '../shared/store-copy.ts'
import type { WalApplier } from './applier.ts'
import type { WalPositions } from './positions.ts'

/** Answered only by a region that has its data: what load balancers ask before they send users. */
export const READY = 'ready'
const READ_OF_YOURS = 'read-of-your-log'
const BORN = 'born'
const ASK_US: Us = 2 * SECOND

type Restoring = {
  terrain: Terrain
  topic: string
  positions: ReadonlyMap<RegionName, WalPositions>
  applier: WalApplier
}

/**
 * A region whose disks are gone begins with an empty log, while others have read more of it than there is: that is how
 * it knows. It takes no users until it has the stores of the others; and the others, one of which may have records of
 * it that the other has not, compare their stores.
 */
export class WalRestore {
  /** False until the region is known to have its data. */
  ready = false

  private readonly work: Restoring

  constructor(work: Restoring) {
    this.work = work
    const { terrain, positions } = work
    terrain.network.serve(READY, async () => {
      this.check()
      return { kind: READY, bytes: 48, body: null }
    })
    terrain.network.serve(READ_OF_YOURS, async (_message, from) => {
      const body = positions.get(from)?.everRead() ?? []
      return { kind: READ_OF_YOURS, bytes: 16 + 8 * body.length, body }
    })
  }

  /** Throws while there is no data to answer from. */
  check(): void {
    if (!this.ready)
      throw new CallError(`${this.work.terrain.region} has no data yet`, { definite: true })
  }

  async run(stop: Stop): Promise<void> {
    const { clock, durable } = this.work.terrain
    if ((await durable.load(BORN)) !== undefined) this.ready = true
    const owed = new Set<RegionName>()
    let asked = this.ready
    while ((!asked || owed.size > 0) && !stop.fired) {
      try {
        if (!asked && (await this.lost())) for (const other of this.others()) owed.add(other)
        asked = true
        for (const other of owed) await this.fetch(other, owed)
        this.ready ||= owed.size < Math.max(1, this.others().length)
        if (owed.size === 0) await durable.save(BORN, 1)
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
      if (!asked || owed.size > 0) await clock.sleep(SECOND)
    }
  }

  /** The log of `origin` begins anew: this region has what it had of it, another may have more. */
  async compare(origin: RegionName): Promise<void> {
    const { terrain } = this.work
    const { region, regions, journal } = terrain
    for (const other of regions) {
      if (other === region || other === origin) continue
      const points = await this.copyFrom(other)
      if (points > 0) journal.repaired('anti-entropy', points, other)
    }
  }

  /** Whether anybody has read more of this region's log than it holds. */
  private async lost(): Promise<boolean> {
    const { terrain, topic } = this.work
    const { network, log } = terrain
    const edges = await log.edges(topic, { op: 0, deadlineUs: ASK_US })
    const message = { kind: READ_OF_YOURS, bytes: 48, body: null }
    let answers = 0
    for (const other of this.others()) {
      try {
        const read = (await network.call(other, message, ASK_US)).body as number[]
        if (read.some((offset, p) => offset > (edges[p]?.next ?? 0))) return true
        answers++
      } catch (error) {
        if (!(error instanceof CallError)) throw error
      }
    }
    if (answers === 0 && this.others().length > 0)
      throw new CallError('no other region answers', { definite: true })
    return false
  }

  /** One region's data are enough to begin with; but each of the others may have what no other has. */
  private async fetch(other: RegionName, owed: Set<RegionName>): Promise<void> {
    const { terrain } = this.work
    try {
      const points = await this.copyFrom(other)
      terrain.journal.repaired('snapshot', points, other)
      owed.delete(other)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
    }
  }

  private copyFrom(other: RegionName): Promise<number> {
    const { terrain, applier } = this.work
    return copyStore(terrain, other, 'different', (points) => applier.merge(points))
  }

  private others(): RegionName[] {
    const { region, regions } = this.work.terrain
    return regions.filter((other) => other !== region)
  }
}
