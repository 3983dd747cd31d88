import type { PointId } from '../model/point.ts'
import type { HopEvent } from '../model/record.ts'
import type { RegionName } from '../model/units.ts'
import type { Facts } from './facts.ts'
import type { Lined } from './history.ts'
import type { Version, Versions } from './versions.ts'

/** A region went back to `back` (or stayed with it) when it already had `over`. */
export type Setback = {
  region: RegionName
  back: Version
  over: Version
  /** Where `over` came to the region, and where `back` was or became the current version. */
  came: Lined<HopEvent>
  current: Lined<HopEvent>
}

export type RegionOrder = { evidence: number; setbacks: Setback[] }

/** Whether `over` may never be followed by `back` in any region. `over` was sent later. */
export type Rule = {
  /** Whether there is any version that must not follow this one. */
  binds: (over: Version) => boolean
  forbids: (back: Version, over: Version) => boolean
}

type Arrival = { version: Version; hop: Lined<HopEvent> }

/** One id in one region. */
type Place = {
  current: Arrival | null
  /** Versions that came and that bind, in order of their sending. */
  came: Arrival[]
  known: Set<Version>
  /** Counted once each. */
  back: Set<Version>
}

/**
 * Follows what is the current version of every id in every region, by what stores acknowledged, and reports each that
 * a rule forbids. What a region finds older, or has already, has come to it too. `evidence` counts arrivals of
 * versions that bind, one for each region.
 */
export function followRegions({ history, versions }: Facts, rule: Rule): RegionOrder {
  const found: RegionOrder = { evidence: 0, setbacks: [] }
  const regions = new Map<RegionName, Map<PointId, Place>>(
    history.plan.regions.map((region) => [region, new Map()]),
  )
  const bindingOf = bindings(versions, rule)
  for (const hop of history.hops) {
    if (hop.hop === 'logged' || hop.hop === 'mirrored' || hop.hop === 'visible') continue
    const binding = bindingOf(hop.id)
    const version = versions.get(hop.id, hop.write)
    const here = regions.get(hop.region)
    if (binding.size === 0 || !version || !here) continue
    let place = here.get(hop.id)
    if (!place) {
      place = { current: null, came: [], known: new Set(), back: new Set() }
      here.set(hop.id, place)
    }
    arrive(place, { version, hop }, binding.has(version), rule, found)
  }
  return found
}

/** The versions of an id that bind: of most ids there are none. */
function bindings(versions: Versions, rule: Rule): (id: PointId) => ReadonlySet<Version> {
  const byId = new Map<PointId, ReadonlySet<Version>>()
  return (id) => {
    let binding = byId.get(id)
    if (!binding) {
      const all = versions.of(id)
      binding = all.length > 1 ? new Set(all.filter(rule.binds)) : none
      byId.set(id, binding)
    }
    return binding
  }
}

const none: ReadonlySet<Version> = new Set()

function arrive(
  place: Place,
  arrival: Arrival,
  binds: boolean,
  rule: Rule,
  found: RegionOrder,
): void {
  const { version, hop } = arrival
  const isNew = binds && !place.known.has(version)
  if (isNew) {
    place.known.add(version)
    found.evidence++
    let at = place.came.length
    while (at > 0 && (place.came[at - 1] as Arrival).version.inv > version.inv) at--
    place.came.splice(at, 0, arrival)
  }
  if (hop.hop === 'applied') {
    place.current = arrival
    for (let i = place.came.length - 1; i >= 0; i--) {
      const over = place.came[i] as Arrival
      if (over.version.inv <= version.inv) break
      if (report(place, over, rule, found)) break
    }
  } else if (isNew) report(place, arrival, rule, found)
}

/** Reports the current version of a place if `over` forbids it, once. */
function report(place: Place, over: Arrival, rule: Rule, { setbacks }: RegionOrder): boolean {
  const { current, back } = place
  if (!current || current.version === over.version || current.version.inv >= over.version.inv)
    return false
  if (!rule.forbids(current.version, over.version)) return false
  if (!back.has(current.version)) {
    back.add(current.version)
    const { region } = over.hop
    setbacks.push({
      region,
      back: current.version,
      over: over.version,
      came: over.hop,
      current: current.hop,
    })
  }
  return true
}
