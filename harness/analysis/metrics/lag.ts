import type { Distribution } from '../../base/histogram.ts'
import type { RegionName, Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import type { RegionState } from '../facts/region-state.ts'
import type { Stations } from '../facts/stations.ts'
import { placeOf, type Version, type Versions } from '../facts/versions.ts'
import { type Cells, cellsBy } from './cells.ts'

const NEVER = Number.POSITIVE_INFINITY

/** One acknowledged write, where it entered, and what became of it in one other region. */
export type Crossing = {
  version: Version
  origin: RegionName
  target: RegionName
  link: string
  ackUs: Us
  /** When searches there first saw it or what replaced it; else when it was found older there; ∞ if neither. */
  arrivedUs: Us
  there: Readonly<Stations>
}

/** Every acknowledged write × every other region that holds its point, in order of the record. */
export function* crossings(facts: Facts): Iterable<Crossing> {
  for (const op of facts.history.ops) yield* crossingsOf(facts, op)
}

/** One for every other region that holds the point of an acknowledged write; none of any other operation. */
export function* crossingsOf(
  { history, layout, versions, journeys, states }: Facts,
  op: Op,
): Iterable<Crossing> {
  if (op.outcome !== 'ok' || op.done === null) return
  const version = versions.get(op.id, op.op)
  if (!version) return
  const origin = op.gateway
  const holders = layout.holders(op.id)
  for (const target of history.plan.regions) {
    if (target === origin || !holders.includes(target)) continue
    const there = journeys.at(op.op, target)
    const state = states.get(target)
    const replaced = state ? replacedUs(version, state, versions) : NEVER
    const seenUs = Math.min(there.visible, replaced)
    const arrivedUs = seenUs === NEVER ? there.older : seenUs
    const link = `${origin}>${target}`
    yield { version, origin, target, link, ackUs: op.done, arrivedUs, there }
  }
}

/** When searches of a region first saw a later version than this write; ∞ if they never did. */
function replacedUs(version: Version, state: RegionState, versions: Versions): Us {
  const { times, writes } = state.sightings(version.id)
  const at = writes.findIndex((write) => {
    const other = versions.get(version.id, write)
    return other !== undefined && placeOf(other) > version.ack
  })
  return times[at] ?? NEVER
}

/**
 * Lag of every acknowledged write in every other region, acknowledged -> searchable, and of each hop on the way;
 * by link and phase of the acknowledgement. Nothing is clamped: a hop may be negative. What has not happened by the
 * end of the record is a lower bound.
 */
export function measureLag(facts: Facts, cells: Cells): void {
  const { history, phaseOf, journeys } = facts
  const { endUs } = history
  const lags = cellsBy((link, phase) => cells.at({ metric: 'lag', link, phase }))
  const byHop = (hop: string) =>
    cellsBy((link, phase) => cells.at({ metric: 'lag', link, phase, hop }))
  const hops: Record<HopOnTheWay, ReturnType<typeof byHop>> = {
    'logged-mirrored': byHop('logged-mirrored'),
    'mirrored-applied': byHop('mirrored-applied'),
    'applied-searchable': byHop('applied-searchable'),
  }
  for (const crossing of crossings(facts)) {
    const { link, ackUs, arrivedUs } = crossing
    const phase = phaseOf(ackUs)
    span(lags(link, phase), ackUs, arrivedUs, endUs)
    const { logged } = journeys.at(crossing.version.write, crossing.origin)
    for (const { hop, fromUs, toUs } of hopsOf(crossing, logged))
      span(hops[hop](link, phase), fromUs, toUs, endUs)
  }
  measureOriginHops(facts, cells)
}

/** The hops a write takes before it leaves, once per write: by region and phase of the acknowledgement. */
function measureOriginHops({ history, versions, journeys, phaseOf }: Facts, cells: Cells): void {
  const someLog = history.hops.some(({ hop }) => hop === 'logged')
  const by = (hop: string) =>
    cellsBy((region, phase) => cells.at({ metric: 'lag', region, phase, hop }))
  const acknowledged = by('intended-acknowledged')
  const inLog = by('acknowledged-logged')
  for (const op of history.ops) {
    if (op.outcome !== 'ok' || op.done === null || !versions.get(op.id, op.op)) continue
    const phase = phaseOf(op.done)
    acknowledged(op.gateway, phase).add(op.done - op.intended)
    const { logged } = journeys.at(op.op, op.gateway)
    if (someLog) span(inLog(op.gateway, phase), op.done, logged, history.endUs)
  }
}

export type HopOnTheWay = 'logged-mirrored' | 'mirrored-applied' | 'applied-searchable'

/** From one station to the next; ∞: not by the end of the record. */
type Hop = { hop: HopOnTheWay; fromUs: Us; toUs: Us }

/**
 * The hops of a write to another region, from the log of its origin (∞: it has none) on: those that began, and ended or
 * may still end. What arrived in another way, as by a later write in its place, takes no further hop.
 * A target's log has a write at the latest when its applier has.
 */
export function hopsOf({ there, arrivedUs }: Crossing, logged: Us): Hop[] {
  const decided = Math.min(there.applied, there.visible, there.older, there.duplicate)
  const mirrored = Math.min(there.mirrored, decided)
  const applied = Math.min(there.applied, there.visible)
  const hops: Hop[] = [
    { hop: 'logged-mirrored', fromUs: logged, toUs: mirrored },
    { hop: 'mirrored-applied', fromUs: mirrored, toUs: decided },
    { hop: 'applied-searchable', fromUs: applied, toUs: there.visible },
  ]
  return hops.filter(
    ({ fromUs, toUs }) => fromUs !== NEVER && (toUs !== NEVER || arrivedUs === NEVER),
  )
}

function span(values: Distribution, fromUs: Us, toUs: Us, endUs: Us): void {
  if (toUs === NEVER) values.addBound(endUs - fromUs)
  else values.add(toUs - fromUs)
}
