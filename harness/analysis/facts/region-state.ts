import type { Layout } from '../../model/layout.ts'
import type { PointId, WriteId } from '../../model/point.ts'
import type { HopEvent, StoreEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { History } from './history.ts'
import { ShardPlaces } from './shard-places.ts'

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
  private readonly places = new ShardPlaces()
  /** Versions that a tombstone of their own has taken out. */
  private readonly dropped = new Map<PointId, WriteId>()
  /** Stretches in which the store answers nothing, or success with 0 rows. */
  private readonly outages: { until: 'up' | 'loaded'; fromUs: Us; toUs: Us }[] = []

  private readonly keepsBase: (id: PointId) => boolean

  /** `keepsBase`: whether a point of the base was in this region's store from the start. */
  constructor(keepsBase: (id: PointId) => boolean) {
    this.keepsBase = keepsBase
  }

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

  /** The shard of a version at `us`: where searches find it, or where it is to be found; null: as the run began. */
  shardOf(id: PointId, write: WriteId, us: Us): number | null {
    if (this.visible(id, us) === write) return this.places.seenIn(id, write, us)
    return this.places.putInto(id, write, us)
  }

  noteApplied(id: PointId, write: WriteId, us: Us, how: Pick<HopEvent, 'shard' | 'dropped'>): void {
    note(this.appliedTracks, id, how.dropped ? ABSENT : write, us)
    if (how.dropped) this.dropped.set(id, write)
    else this.dropped.delete(id)
    this.appliedWrites.add(write)
    if (how.shard !== undefined) this.places.noteApplied(id, write, us, how.shard)
  }

  /** What is visible was applied, even where nobody saw it being applied. */
  noteVisible(id: PointId, write: WriteId, us: Us): void {
    if (!this.appliedWrites.has(write)) this.noteUnseen(id, write, us)
    note(this.visibleTracks, id, this.dropped.get(id) === write ? ABSENT : write, us)
    this.places.noteVisible(id, write, us)
  }

  /** What the agent found there was applied, even where neither it nor searches saw it come. */
  noteFound(id: PointId, write: WriteId, us: Us): void {
    if (write !== 0 && !this.appliedWrites.has(write)) this.noteApplied(id, write, us, {})
  }

  /**
   * The store took it and did not say so in time. Searches come to see versions in the order the store took them: what
   * was applied and not seen yet came after it.
   */
  private noteUnseen(id: PointId, write: WriteId, us: Us): void {
    const track = this.appliedTracks.get(id)
    const seen = this.visibleTracks.get(id)
    let at = track?.times.length ?? 0
    const lastSeenUs = seen?.times.at(-1) ?? Number.NEGATIVE_INFINITY
    const isSeen = (i: number) => {
      const other = track?.writes[i] as WriteId
      return (track?.times[i] as Us) <= lastSeenUs && (seen?.writes.includes(other) ?? false)
    }
    while (at > 0 && !isSeen(at - 1)) at--
    this.appliedWrites.add(write)
    if (!track || at === track.times.length) note(this.appliedTracks, id, write, us)
    else {
      track.times.splice(at, 0, track.times[at] as Us)
      track.writes.splice(at, 0, write)
    }
  }

  /** The store's content changed all at once; `ABSENT`: the point is gone. */
  noteReplaced({ ids = [], writes = [], t }: StoreEvent): void {
    for (const [i, id] of ids.entries()) {
      note(this.appliedTracks, id, writes[i] as WriteId, t)
      note(this.visibleTracks, id, writes[i] as WriteId, t)
    }
  }

  noteStore(what: StoreEvent['what'], us: Us): void {
    const until = what === 'down' ? 'up' : what === 'unloaded' ? 'loaded' : null
    if (until) this.outages.push({ until, fromUs: us, toUs: Number.POSITIVE_INFINITY })
    for (const outage of this.outages)
      if (outage.until === what && outage.toUs === Number.POSITIVE_INFINITY) outage.toUs = us
  }

  private at(track: Track | undefined, id: PointId, us: Us): WriteId {
    const first = this.keepsBase(id) ? 0 : ABSENT
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

/** The state of every region, from hops in order of the record; a point of the base is where its holders are. */
export function regionStates(history: History, layout: Layout): Map<RegionName, RegionState> {
  const { plan, hops, stores } = history
  const { base } = plan.data
  const states = new Map(
    plan.regions.map((region) => {
      const keeps = (id: PointId) => id >= 0 && id < base && layout.holders(id).includes(region)
      return [region, new RegionState(keeps)] as const
    }),
  )
  const replaced = stores.filter(({ what }) => what === 'replaced')
  let done = 0
  const replaceBefore = (line: number) => {
    for (let next = replaced[done]; next && next.line < line; next = replaced[++done])
      states.get(next.region)?.noteReplaced(next)
  }
  for (const event of hops) {
    const { region, hop, id, write, t, line } = event
    replaceBefore(line)
    const state = states.get(region)
    if (hop === 'applied') state?.noteApplied(id, write, t, event)
    else if (hop === 'visible') state?.noteVisible(id, write, t)
    else if (hop === 'duplicate') state?.noteFound(id, write, t)
  }
  replaceBefore(Number.POSITIVE_INFINITY)
  for (const { region, what, t } of stores) states.get(region)?.noteStore(what, t)
  return states
}
