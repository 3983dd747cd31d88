import type { Layout } from '../../model/layout.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { RegionState } from './region-state.ts'
import { inStoreFrom, type Journeys } from './stations.ts'
import { before, placeOf, type Version, type Versions } from './versions.ts'

/** From when on one region needs one acknowledged write no more: applied there, or superseded. ∞ = never. */
export type Settlement = { version: Version; region: RegionName; atUs: Us }

/**
 * When each acknowledged write was applied or superseded in each region that holds its point. Superseded means that
 * the region found a newer version in its place, or applied one that was acknowledged later (one without
 * acknowledgement counts by its invocation). A write that never came is superseded by one that ran at the same time, if
 * that is what the region holds in the end: either may have won.
 */
export function settlements(
  versions: Versions,
  states: ReadonlyMap<RegionName, RegionState>,
  journeys: Journeys,
  layout: Layout,
): Settlement[] {
  const found: Settlement[] = []
  for (const id of versions.ids()) {
    const holders = layout.holders(id)
    for (const version of versions.of(id)) {
      if (version.write === 0 || version.ack === Number.POSITIVE_INFINITY) continue
      for (const [region, state] of states) {
        if (!holders.includes(region)) continue
        const stations = journeys.at(version.write, region)
        const here = Math.min(inStoreFrom(stations), stations.older)
        found.push({ version, region, atUs: supersededBy(version, state, versions, here) })
      }
    }
  }
  return found
}

/** When the last write acknowledged before `us` was settled; -∞ if there is none. */
export function lastSettledUs(settled: readonly Settlement[], us: Us): Us {
  let last = Number.NEGATIVE_INFINITY
  for (const { version, atUs } of settled) if (version.ack < us && atUs > last) last = atUs
  return last
}

/** `here`, or earlier if the region applied a later version before that. */
function supersededBy(version: Version, state: RegionState, versions: Versions, here: Us): Us {
  const { times, writes } = state.applications(version.id)
  for (const [i, us] of times.entries()) {
    if (us >= here) break
    const other = versions.get(version.id, writes[i] as number)
    if (other && placeOf(other) > version.ack) return us
  }
  const last = versions.get(version.id, writes.at(-1) ?? -1)
  const instead = here === Number.POSITIVE_INFINITY && last !== undefined && !before(last, version)
  return instead ? (times.at(-1) ?? here) : here
}
