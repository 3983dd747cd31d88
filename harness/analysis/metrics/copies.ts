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
  const logged = new Map<string, Set<string>>()
  for (const hop of hops)
    if (hop.hop === 'logged') placesOf(logged, recordOf(hop.region, hop.write)).add(placeOf(hop))
  const lost = logs.filter(({ what }) => what === 'lost')
  const copied = new Map<RegionName, Map<string, Set<string>>>()
  const repeats: Repeat[] = []
  for (const hop of hops) {
    const { region: to, from, write } = hop
    if (hop.hop !== 'mirrored' || from === undefined) continue
    const link = linkText({ from, to })
    for (let [next] = lost; next && next.line < hop.line; [next] = lost) {
      copied.delete(next.region)
      lost.shift()
    }
    const here = copied.get(to) ?? new Map<string, Set<string>>()
    copied.set(to, here)
    const places = placesOf(here, recordOf(link, write))
    const before = places.size
    places.add(placeOf(hop))
    const records = logged.get(recordOf(from, write))?.size ?? 1
    if (places.size > before && places.size > records) repeats.push({ link, hop })
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

const recordOf = (where: string, write: WriteId): string => `${where} ${write}`

const placeOf = ({ partition, offset }: Hop): string => `${partition}/${offset}`

function placesOf(known: Map<string, Set<string>>, key: string): Set<string> {
  const places = known.get(key) ?? new Set()
  known.set(key, places)
  return places
}
