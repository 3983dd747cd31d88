import type { PointId, WriteId } from '../model/point.ts'
import type { StoreEvent } from '../model/record.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { History } from './history.ts'

/** Times at which a region's version of one id changed, and to which write. */
type Track = { times: Us[]; writes: WriteId[] }

const nothing: Track = { times: [], writes: [] }

/** No version of the id is there. */
export const ABSENT: WriteId = -1

/** What one region held at any time: in its store (applied), and in what searches of it see (visible). */
export class RegionState {
  private readonly appliedTracks = new Map<PointId, Track>()
  private readonly visibleTracks = new Map<PointId, Track>()
  private readonly appliedWrites = new Set<WriteId>()
  /** Stretches in which the store answers nothing, or success with 0 rows. */
  private readonly outages: { until: 'up' | 'loaded'; fromUs: Us; toUs: Us }[] = []

  constructor(private readonly base: number) {}

  /** Write current in the store at `us`; `ABSENT` if none. */
  applied(id: PointId, us: Us): WriteId {
    return this.at(this.appliedTracks.get(id), id, us)
  }

  /** Write that searches see at `us`; `ABSENT` if none. */
  visible(id: PointId, us: Us): WriteId {
    return this.at(this.visibleTracks.get(id), id, us)
  }

  /** Whether the store is up and has its data at `us`. */
  serving(us: Us): boolean {
    return this.outages.every(({ fromUs, toUs }) => us < fromUs || us >= toUs)
  }

  /** Every time the store took a version of `id`, in order; the base is not among them. */
  applications(id: PointId): Readonly<Track> {
    return this.appliedTracks.get(id) ?? nothing
  }

  /** Every version of `id` that searches came to see, in order; the base is not among them. */
  sightings(id: PointId): Readonly<Track> {
    return this.visibleTracks.get(id) ?? nothing
  }

  noteApplied(id: PointId, write: WriteId, us: Us): void {
    note(this.appliedTracks, id, write, us)
    this.appliedWrites.add(write)
  }

  /** What is visible was applied, even where nobody saw it being applied. */
  noteVisible(id: PointId, write: WriteId, us: Us): void {
    note(this.visibleTracks, id, write, us)
    if (!this.appliedWrites.has(write)) this.noteApplied(id, write, us)
  }

  noteStore(what: StoreEvent['what'], us: Us): void {
    const until = what === 'down' ? 'up' : what === 'unloaded' ? 'loaded' : null
    if (until) this.outages.push({ until, fromUs: us, toUs: Number.POSITIVE_INFINITY })
    for (const outage of this.outages)
      if (outage.until === what && outage.toUs === Number.POSITIVE_INFINITY) outage.toUs = us
  }

  private at(track: Track | undefined, id: PointId, us: Us): WriteId {
    const first = id >= 0 && id < this.base ? 0 : ABSENT
    if (!track) return first
    let low = 0
    let high = track.times.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((track.times[middle] as number) <= us) low = middle + 1
      else high = middle
    }
    return low === 0 ? first : (track.writes[low - 1] as number)
  }
}

function note(tracks: Map<PointId, Track>, id: PointId, write: WriteId, us: Us): void {
  const track = tracks.get(id)
  if (!track) tracks.set(id, { times: [us], writes: [write] })
  else {
    track.times.push(us)
    track.writes.push(write)
  }
}

/** The state of every region, from hops in order of the record. */
export function regionStates(history: History): Map<RegionName, RegionState> {
  const { plan, hops, stores } = history
  const states = new Map(
    plan.regions.map((region) => [region, new RegionState(plan.data.base)] as const),
  )
  for (const { region, hop, id, write, t } of hops) {
    const state = states.get(region)
    if (hop === 'applied') state?.noteApplied(id, write, t)
    else if (hop === 'visible') state?.noteVisible(id, write, t)
  }
  for (const { region, what, t } of stores) states.get(region)?.noteStore(what, t)
  return states
}
