import {
  effectOf,
  type FaultEffect,
  type FaultPlan,
  type LinkName,
  linkText,
} from '../../model/fault.ts'
import type { WriteId } from '../../model/point.ts'
import type { MirrorEvent } from '../../model/record.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { FaultStory } from './faults.ts'
import type { History, Lined } from './history.ts'
import type { Hop } from './hops.ts'
import type { Pace } from './pace.ts'

/**
 * A record of a log at its place. Offsets count up within a `lane`: a partition of a log, until its disk is lost and
 * they begin again.
 */
export type Placed = Pick<Hop, 'write' | 'id' | 't' | 'region' | 'line'> & {
  partition: number
  offset: number
  lane: number
}

/** A record as a mirror copied it; `source` is where it stands in the log it was copied from. */
export type Copy = { hop: Placed; source: Placed }

/** What one region logged itself, and what mirrors brought of it into another region's log, as the record has them. */
export type Mirroring = LinkName & {
  link: string
  records: readonly Placed[]
  copies: readonly Copy[]
  mirror: readonly Lined<MirrorEvent>[]
  /** When the disk of the source log was lost. */
  lostUs: readonly Us[]
}

/** One for each ordered pair of regions between which a mirror was seen at work. */
export function mirroringsOf(history: History): Mirroring[] {
  const lost = history.logs.filter(({ what }) => what === 'lost')
  const lossesOf = (region: RegionName) =>
    lost.filter((event) => event.region === region).map(({ t }) => t)
  const logged = new Map<RegionName, Placed[]>()
  const copied = new Map<string, Placed[]>()
  for (const hop of history.hops) {
    const placed = placedOf(hop, lossesOf)
    if (!placed) continue
    if (hop.hop === 'logged') listOf(logged, hop.region).push(placed)
    if (hop.hop === 'mirrored' && hop.from !== undefined)
      listOf(copied, linkText({ from: hop.from, to: hop.region })).push(placed)
  }
  return history.plan.links.flatMap(({ from, to }) => {
    const link = linkText({ from, to })
    const mirror = history.mirrors.filter((event) => event.from === from && event.to === to)
    const copies = copied.get(link) ?? []
    if (mirror.length === 0 && copies.length === 0) return []
    const records = logged.get(from) ?? []
    const lostUs = lossesOf(from)
    return [{ from, to, link, records, copies: withSources(copies, records), mirror, lostUs }]
  })
}

/** More partitions than any log has: lanes of different lives never meet. */
const LIFE = 1_000_000

/** The lane of a partition at a moment, by when the log lost its disk. */
export const laneOf = (partition: number, us: Us, lostUs: readonly Us[]): number =>
  partition + LIFE * lostUs.filter((lost) => lost <= us).length

function placedOf(hop: Hop, lossesOf: (region: RegionName) => readonly Us[]): Placed | null {
  const { write, id, t, region, line, partition, offset } = hop
  if (partition === undefined || offset === undefined) return null
  const lane = laneOf(partition, t, lossesOf(region))
  return { write, id, t, region, line, partition, offset, lane }
}

function listOf<K>(lists: Map<K, Placed[]>, key: K): Placed[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

/**
 * Finds the record that each copy was made of. A write that was logged twice has two: a copy is of the next one that
 * was not copied yet, and beyond the last of them of the first again. Where the log began anew, a copy is of what was
 * logged since, if its write was.
 */
function withSources(copies: readonly Placed[], records: readonly Placed[]): Copy[] {
  const places = new Map<WriteId, Placed[]>()
  for (const record of records) listOf(places, record.write).push(record)
  const made = new Map<string, number>()
  return copies.flatMap((hop) => {
    const all = places.get(hop.write)
    if (!all) return []
    const life = lifeOf(all.findLast(({ t }) => t <= hop.t) ?? (all[0] as Placed))
    const own = all.filter((record) => lifeOf(record) === life)
    const key = `${hop.write} ${life}`
    const count = made.get(key) ?? 0
    made.set(key, count + 1)
    return [{ hop, source: own[count % own.length] as Placed }]
  })
}

const lifeOf = ({ lane }: Placed): number => Math.floor(lane / LIFE)

/** Of faults in a region, those that leave its log and its mirrors alone. */
const beside: readonly FaultEffect[] = [
  'agent-stopped',
  'store-stopped',
  'store-slow',
  'clock-wrong',
  'log-clock-wrong',
]

/**
 * Whether a planned fault explains that a mirror stands still or repeats itself. A mirror that stalls in silence is
 * explained by nothing: that is what has to be found out.
 */
export function disturbs(fault: FaultPlan, { from, to }: LinkName): boolean {
  if (fault.kind === 'mirror-stall') return false
  if ('links' in fault)
    return fault.links.some(
      (link) => (link.from === from && link.to === to) || (link.from === to && link.to === from),
    )
  return !beside.includes(effectOf(fault)) && (fault.region === from || fault.region === to)
}

/**
 * Whether anything by `us` explains repeated copies: a mirror that started again, a fault on its way, or a machine so
 * busy that a mirror that copies at least once waited in vain for an answer and sent again.
 */
export function mayRepeat(
  { from, to, mirror }: Pick<Mirroring, 'from' | 'to' | 'mirror'>,
  { faults, pace, history }: { faults: readonly FaultStory[]; pace: Pace; history: History },
  us: Us,
): boolean {
  if (!pace.keptUp && history.plan.mirror.delivery === 'at-least-once') return true
  const starts = mirror.filter(({ what, t }) => what === 'start' && t <= us)
  if (starts.length > 1) return true
  return faults.some(
    ({ plan, injecting }) =>
      injecting !== null && injecting[0] <= us && disturbs(plan, { from, to }),
  )
}
