import { linkText } from '../../model/fault.ts'
import type { MetricRow } from '../../model/metric.ts'
import type { WriteId } from '../../model/point.ts'
import type { RegionName } from '../../model/units.ts'
import type { History } from '../facts/history.ts'
import type { Hop } from '../facts/hops.ts'

/** A record that a mirror wrote once more into a target's log. */
type Repeat = { link: string; hop: Hop }

/**
 * Copies beyond the first of one record of a log in another region's log. A writer that appends a write twice makes
 * two records of it: a mirror that copies both repeats nothing. Nor does one that fills a log whose disk was lost.
 */
export function repeatsOf({
  hops,
  logs = [],
}: Pick<History, 'hops'> & Partial<Pick<History, 'logs'>>): Repeat[] {
  const logged = new Map<RegionName, Standing>()
  for (const hop of hops)
    if (hop.hop === 'logged') standingIn(logged, hop.region).add(hop.write, placeOf(hop))
  const lost = logs.filter(({ what }) => what === 'lost')
  const copied = new Map<RegionName, Map<string, Standing>>()
  const repeats: Repeat[] = []
  for (const hop of hops) {
    const { region: to, from, write } = hop
    if (hop.hop !== 'mirrored' || from === undefined) continue
    const link = linkText({ from, to })
    for (let [next] = lost; next && next.line < hop.line; [next] = lost) {
      copied.delete(next.region)
      lost.shift()
    }
    const here = copied.get(to) ?? new Map<string, Standing>()
    copied.set(to, here)
    const isNew = standingIn(here, link).add(write, placeOf(hop))
    const records = Math.max(1, logged.get(from)?.count(write) ?? 0)
    if (isNew && standingIn(here, link).count(write) > records) repeats.push({ link, hop })
  }
  return repeats
}

/** How many copies mirrors made twice, of all they made: of the run and of each link. No row where none was seen. */
export function copyRows({ history }: { history: History }): MetricRow[] {
  const repeats = repeatsOf(history)
  const copies = new Map<string, number>()
  for (const { hop, from, region: to } of history.hops)
    if (hop === 'mirrored' && from !== undefined) {
      const link = linkText({ from, to })
      copies.set(link, (copies.get(link) ?? 0) + 1)
    }
  if (copies.size === 0) return []
  const at = { metric: 'mirror-duplicates', unit: 'count' } as const
  const all = [...copies.values()].reduce((sum, count) => sum + count, 0)
  return [
    { ...at, count: all, value: repeats.length },
    ...[...copies].map(([link, count]) => {
      const value = repeats.filter((repeat) => repeat.link === link).length
      return { ...at, link, count, value }
    }),
  ]
}

const placeOf = ({ partition, offset }: Hop): string => `${partition}/${offset}`

/** Where the writes of one log stand in it: nearly all at one place. */
class Standing {
  private readonly first = new Map<WriteId, string>()
  private readonly further = new Map<WriteId, Set<string>>()

  /** Whether the write was not known to stand there. */
  add(write: WriteId, place: string): boolean {
    const first = this.first.get(write)
    if (first === undefined) {
      this.first.set(write, place)
      return true
    }
    const further = this.further.get(write) ?? new Set()
    if (first === place || further.has(place)) return false
    this.further.set(write, further.add(place))
    return true
  }

  count(write: WriteId): number {
    return (this.first.has(write) ? 1 : 0) + (this.further.get(write)?.size ?? 0)
  }
}

function standingIn<K>(logs: Map<K, Standing>, log: K): Standing {
  const known = logs.get(log) ?? new Standing()
  logs.set(log, known)
  return known
}
