import type { PointId } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Facts } from './facts.ts'
import type { Hop } from './hops.ts'
import type { Version, Versions } from './versions.ts'

/** A region went back to `back` (or stayed with it) when it already had `over`. */
export type Setback = {
  region: RegionName
  back: Version
  over: Version
  /** Where `over` came to the region, and where `back` was or became the current version. */
  came: Hop
  current: Hop
}

export type RegionOrder = { evidence: number; setbacks: Setback[] }

/** Whether `over` may never be followed by `back` in any region. `over` was sent later. */
type Rule = {
  /** Whether there is any version that must not follow this one. */
  binds: (over: Version) => boolean
  forbids: (back: Version, over: Version) => boolean
}

type Arrival = { version: Version; hop: Hop }

class Place {
  current: Arrival | null = null
  /** The one that searches see. */
  shown: Arrival | null = null
  /** Versions that came and that bind, in order of their sending. */
  readonly came: Arrival[] = []
  /** All versions of which the region is known to have had, or to have decided, something. */
  readonly met = new Set<Version>()
  /** Versions that the store was given and did not answer for. */
  readonly unanswered = new Set<Version>()
  /** Counted once each. */
  readonly back = new Set<Version>()
}

/**
 * Follows what is the current version of every id in every region, by what stores acknowledged, and reports each that
 * a rule forbids. What a region finds older, or has already, has come to it too. `evidence` counts arrivals of
 * versions that bind, one for each region.
 *
 * A store may take a version and not say so in time, or say so to an agent that has died. So nothing is concluded from
 * a version that was not seen to come: what searches or the agent meet without that has come by then, and a version
 * that was found older may have been beaten by one that nobody saw.
 */
export function followRegions(facts: Facts, rule: Rule): RegionOrder {
  const { history, versions, journeys } = facts
  const found: RegionOrder = { evidence: 0, setbacks: [] }
  const places = new Map<RegionName, Map<PointId, Place>>(
    history.plan.regions.map((region) => [region, new Map()]),
  )
  const bindingOf = bindings(versions, rule)
  const crashes = crashesOf(facts)
  const lost = lossesOfDisks(facts)
  for (const hop of history.hops) {
    if (hop.hop === 'logged' || hop.hop === 'mirrored' || hop.hop === 'again') continue
    const binding = bindingOf(hop.id)
    const version = versions.get(hop.id, hop.write)
    const here = places.get(hop.region)
    if (binding.size === 0 || !version || !here) continue
    lost(hop, here)
    let place = here.get(hop.id)
    if (!place) {
      place = new Place()
      here.set(hop.id, place)
    }
    const step = { place, arrival: { version, hop }, rule, found }
    const isNew = binding.has(version) && !place.met.has(version)
    const unseen = hop.t < journeys.at(hop.write, hop.region).applied
    if (hop.hop === 'unanswered') place.unanswered.add(version)
    else {
      if (hop.hop === 'applied') applied(step, isNew)
      else if (hop.hop === 'older') foundOlder(step, isNew, versions, crashes)
      else if (unseen) metUnseen(step, isNew)
      if (hop.hop === 'visible') place.shown = step.arrival
      place.met.add(version)
      place.unanswered.delete(version)
    }
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

/** When the agent of a region last died, as of a moment; -∞: never yet. */
function crashesOf({ history }: Facts): (region: RegionName, us: Us) => Us {
  const crashes = history.agents.filter(({ what }) => what === 'crash')
  return (region, us) =>
    crashes.reduce(
      (last, one) => (one.region === region && one.t <= us ? Math.max(last, one.t) : last),
      Number.NEGATIVE_INFINITY,
    )
}

/** Of a point that a region lost with its disk it has nothing to go back from. */
function lossesOfDisks({ history }: Facts): (before: Hop, places: Map<PointId, Place>) => void {
  const losses = history.stores.filter(({ what }) => what === 'replaced')
  const done = new Map<RegionName, number>()
  return ({ region, line }, places) => {
    for (let i = done.get(region) ?? 0; i < losses.length; i++) {
      const loss = losses[i] as (typeof losses)[number]
      if (loss.line > line) break
      done.set(region, i + 1)
      if (loss.region !== region) continue
      for (const [at, id] of (loss.ids ?? []).entries())
        if ((loss.writes ?? [])[at] === -1) places.delete(id)
    }
  }
}

type Step = { place: Place; arrival: Arrival; rule: Rule; found: RegionOrder }

function come({ place, arrival, found }: Step): void {
  found.evidence++
  let at = place.came.length
  while (at > 0 && (place.came[at - 1] as Arrival).version.inv > arrival.version.inv) at--
  place.came.splice(at, 0, arrival)
}

function applied(step: Step, isNew: boolean): void {
  const { place, arrival } = step
  if (isNew) come(step)
  place.current = arrival
  for (let i = place.came.length - 1; i >= 0; i--) {
    const over = place.came[i] as Arrival
    if (over.version.inv <= arrival.version.inv) break
    if (report(step, arrival, over)) break
  }
}

/** The region kept what it had: that, unless something came unseen that may stand above both. */
function foundOlder(
  step: Step,
  isNew: boolean,
  versions: Versions,
  crashes: (region: RegionName, us: Us) => Us,
): void {
  if (!isNew) return
  const { place, arrival, rule } = step
  const { version, hop } = arrival
  come(step)
  if (!place.current) return
  const crashUs = crashes(hop.region, hop.t)
  const excuses = versions
    .of(hop.id)
    .some(
      (other) =>
        other !== version &&
        (place.unanswered.has(other) || (other.inv <= crashUs && !place.met.has(other))) &&
        !(other.inv < version.inv && rule.forbids(other, version)),
    )
  if (!excuses) report(step, place.current, arrival)
}

/** It is there, and nobody saw when it came: only what searches saw before it was certainly there before. */
function metUnseen(step: Step, isNew: boolean): void {
  const { place, arrival } = step
  if (isNew) come(step)
  if (!place.current || place.current.version.inv < arrival.version.inv) place.current = arrival
  if (place.shown && arrival.hop.hop === 'visible') report(step, arrival, place.shown)
}

/** Reports `back` if `over` forbids it, once. */
function report({ place, rule, found }: Step, back: Arrival, over: Arrival): boolean {
  if (back.version === over.version || back.version.inv >= over.version.inv) return false
  if (!rule.forbids(back.version, over.version)) return false
  if (place.back.has(back.version)) return true
  place.back.add(back.version)
  found.setbacks.push({
    region: over.hop.region,
    back: back.version,
    over: over.version,
    came: over.hop,
    current: back.hop,
  })
  return true
}
