import { effectOf, type LinkName } from '../../model/fault.ts'
import type { PointId, WriteId } from '../../model/point.ts'
import type { ModeEvent, RepairEvent } from '../../model/record.ts'
import { type RegionName, SECOND, type Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { type FaultStory, overUs } from '../facts/faults.ts'
import { type Op, storesOf } from '../facts/op.ts'
import type { MissCause } from '../metrics/causes.ts'
import type { RecallSamples } from '../metrics/recall-samples.ts'

/** How often a run was in a state; 0: never. Of the samples those are looked for that lost something. */
type StateCount = (facts: Facts, samples: Pick<RecallSamples, 'filter'>) => number

/** Events of one kind that say one thing. */
const repairs =
  (how: RepairEvent['how']): StateCount =>
  ({ history }) =>
    history.repairs.reduce((sum, event) => sum + (event.how === how ? event.points : 0), 0)
const modes =
  (what: ModeEvent['what']): StateCount =>
  ({ history }) =>
    history.modes.filter((event) => event.what === what).length

/** Clocks further off than the fastest link takes. */
const skewBeyondLatency: StateCount = ({ faults, history: { plan } }) => {
  const fastest = Math.min(...plan.links.map(({ latencyUs }) => latencyUs))
  return faults.filter(
    ({ plan: fault, confirmedUs }) =>
      confirmedUs !== null &&
      (fault.kind === 'clock-skew' || fault.kind === 'clock-strobe') &&
      Math.abs(fault.offsetUs) > fastest,
  ).length
}

/**
 * States the library must have been in at least once: what never happened was never tested. Each counts how often a
 * run was in it. The list is committed; a state that no scenario reaches any more is a hole in the library.
 */
export const states = {
  'partition with a backlog at its end': cutsWithBacklog,
  'heal while another link is down': healsWhileAnotherIsDown,
  'delete met by an older upsert': deleteMetOlder,
  'duplicate delivered after the winner was replaced': duplicateAfterReplacement,
  'stamps equal but for the region': ({ history }) => history.hops.count(({ tie }) => tie === true),
  'applier restarted between apply and commit': afterRestart,
  'fail-over while a backlog drains': failoverWhileDraining,
  'skew beyond the one-way latency': skewBeyondLatency,
  'query of a region behind lost a point to replication': lostInDivergence('replication'),
  'query of a region behind lost a point to visibility': lostInDivergence('visibility'),
  'query of a region behind lost a point to a ghost': lostInDivergence('ghost'),
  'query of a region behind lost a point to the index': lostInDivergence('index'),
  'query of a region behind lost a point to routing': lostInDivergence('routing'),
  'query of a region behind lost a point to a cache': lostInDivergence('cache'),
  'answer flagged as stale': ({ history }) => history.ops.count(({ stale }) => stale),
  'answer flagged as partial': ({ history }) => history.ops.count(({ partial }) => partial),
  'write of unknown outcome applied later': writesThatCameLate,
  'write refused during a cut': writesRefusedInCuts,
  'operation shed at the in-flight cap': ({ history }) =>
    history.ops.count(({ shed }) => shed === 'in-flight cap'),
  'operation answered after a retry': ({ history }) =>
    history.ops.count(({ asked, outcome }) => asked.length > 1 && outcome === 'ok'),
  'mirror resumed where it had been before': mirrorsGoneBack,
  'mirror fell behind retention': ({ history }) =>
    history.mirrors.filter(({ what }) => what === 'skipped').length,
  'tombstone collected': ({ history }) =>
    history.tombstones.reduce((sum, { ids }) => sum + ids.length, 0),
  'lease taken over': takeovers,
  'write of an older epoch refused': ({ history }) =>
    history.epochs.filter(({ what }) => what === 'rejected').length,
  'repaired by a read': repairs('read-repair'),
  'repaired by anti-entropy': repairs('anti-entropy'),
  'caught up by delta': repairs('delta'),
  'restored from a snapshot': repairs('snapshot'),
  'region read-only': modes('read-only'),
  'pinned points sent over a link': ({ history }) => history.carried.length,
  'store answered without its data': answeredWithoutData,
} satisfies Record<string, StateCount>

export type StateName = keyof typeof states

/** How often a run was in each state that it was in at all. */
export function statesReached(
  facts: Facts,
  samples: RecallSamples,
): Partial<Record<StateName, number>> {
  const reached: Partial<Record<StateName, number>> = {}
  for (const [name, count] of Object.entries(states)) {
    const times = count(facts, samples)
    if (times > 0) reached[name as StateName] = times
  }
  return reached
}

/** A fault that canaries saw, on links that let nothing through while it lasts. */
type Cut = { name: string; links: readonly LinkName[]; fromUs: Us; untilUs: Us }

function cutsOf(faults: readonly FaultStory[]): Cut[] {
  return faults.flatMap((fault) => {
    const { plan, confirmedUs } = fault
    if (effectOf(plan) !== 'link-cut' || !('links' in plan) || confirmedUs === null) return []
    return [{ name: plan.name, links: plan.links, fromUs: confirmedUs, untilUs: overUs(fault) }]
  })
}

/** Cuts at whose end some write was not settled beyond them that would have been there long before without them. */
function cutsWithBacklog({ faults, settled }: Facts): number {
  const heldUp = ({ links, fromUs, untilUs }: Cut) =>
    settled.some(
      ({ version: { op, ack }, region, atUs }) =>
        ack >= fromUs &&
        ack + SECOND < untilUs &&
        atUs > untilUs &&
        links.some(({ from, to }) => from === op?.gateway && to === region),
    )
  return cutsOf(faults).filter(heldUp).length
}

/** Cuts that ended while another one went on. */
function healsWhileAnotherIsDown({ faults }: Facts): number {
  const cuts = cutsOf(faults)
  return cuts.filter(({ name, untilUs }) =>
    cuts.some((other) => other.name !== name && other.fromUs < untilUs && other.untilUs > untilUs),
  ).length
}

/** Writes that were refused for certain while a link was cut. */
function writesRefusedInCuts({ faults, history }: Facts): number {
  const cuts = cutsOf(faults)
  const inCut = (us: Us) => cuts.some(({ fromUs, untilUs }) => us >= fromUs && us < untilUs)
  return history.ops.filter(
    ({ kind, outcome, intended }) =>
      outcome === 'fail' && (kind === 'upsert' || kind === 'delete') && inCut(intended),
  ).length
}

/** Upserts that came to a region in which a delete stood that had won over them. */
function deleteMetOlder({ history, states, versions }: Facts): number {
  let met = 0
  for (const { hop, region, id, write, t } of history.hops) {
    if (hop !== 'older') continue
    const arriving = versions.get(id, write)
    const there = versions.get(id, states.get(region)?.applied(id, t) ?? -1)
    if (arriving && !arriving.deleted && there?.deleted) met++
  }
  return met
}

/** Copies of a write that came again after another write had taken its place. */
function duplicateAfterReplacement({ history }: Facts): number {
  const applied = new Map<string, { writes: Set<WriteId>; last: WriteId }>()
  let again = 0
  for (const { hop, region, id, write } of history.hops) {
    const key = `${region} ${id}`
    const here = applied.get(key)
    if (hop === 'applied') {
      if (here) {
        here.writes.add(write)
        here.last = write
      } else applied.set(key, { writes: new Set([write]), last: write })
    } else if (
      (hop === 'older' || hop === 'duplicate' || hop === 'again') &&
      here?.writes.has(write)
    )
      if (here.last !== write) again++
  }
  return again
}

/** Writes that one incarnation applied and a later one was given again. */
function afterRestart({ history }: Facts): number {
  if (history.agents.every(({ what }) => what !== 'crash')) return 0
  const first = new Map<string, number>()
  let again = 0
  for (const { hop, region, write, incarnation } of history.hops) {
    if (incarnation === undefined) continue
    const key = `${region} ${write}`
    const before = first.get(key)
    if (hop === 'applied' && before === undefined) first.set(key, incarnation)
    else if ((hop === 'duplicate' || hop === 'again' || hop === 'applied') && before !== undefined)
      if (incarnation > before) again++
  }
  return again
}

/**
 * Operations that went to another region than their client's while a region was catching up, of clients who in calm
 * times are served at home.
 */
function failoverWhileDraining({ history, phaseOf }: Facts): number {
  const away = history.ops.filter(
    ({ gateway, region, dispatched }) => gateway !== region && dispatched !== null,
  )
  const inPhase = ({ dispatched }: Op, phase: string) => phaseOf(dispatched ?? 0).startsWith(phase)
  const roaming = new Set(away.filter((op) => inPhase(op, 'baseline')).map(({ region }) => region))
  return away.filter((op) => inPhase(op, 'recovery:') && !roaming.has(op.region)).length
}

/** Writes whose client had no answer, and which were applied after it had given up. */
function writesThatCameLate({ history }: Facts): number {
  const unknown = new Map<WriteId, { id: PointId; done: number }>()
  for (const { op, id, kind, outcome, done } of history.ops)
    if (outcome === 'unknown' && done !== null && (kind === 'upsert' || kind === 'delete'))
      unknown.set(op, { id, done })
  if (unknown.size === 0) return 0
  const late = new Set<WriteId>()
  for (const { hop, write, t } of history.hops) {
    const given = unknown.get(write)
    if (given && hop === 'applied' && t > given.done) late.add(write)
  }
  return late.size
}

/** From `fromUs` on a region lacked a write that it should have had, until `untilUs`. */
type Window = { fromUs: Us; untilUs: Us }

/** What takes no longer than this to arrive is on its way: every region is that far behind under any load. */
const ON_ITS_WAY_US: Us = SECOND

/** When each region was behind: stretches that do not meet, in order. */
function divergenceWindows({ settled }: Facts): ReadonlyMap<RegionName, readonly Window[]> {
  const behind = new Map<RegionName, Window[]>()
  for (const { version, region, atUs } of settled) {
    const fromUs = version.ack + ON_ITS_WAY_US
    if (atUs <= fromUs) continue
    const here = behind.get(region)
    if (here) here.push({ fromUs, untilUs: atUs })
    else behind.set(region, [{ fromUs, untilUs: atUs }])
  }
  return new Map([...behind].map(([region, windows]) => [region, merged(windows)]))
}

function merged(windows: readonly Window[]): Window[] {
  const found: Window[] = []
  for (const window of [...windows].sort((a, b) => a.fromUs - b.fromUs)) {
    const last = found.at(-1)
    if (last && window.fromUs <= last.untilUs) last.untilUs = Math.max(last.untilUs, window.untilUs)
    else found.push({ ...window })
  }
  return found
}

/** Searches of a store that was behind in which a point was lost to one cause. */
function lostInDivergence(cause: MissCause): StateCount {
  return (facts, samples) => {
    const losing = samples.filter(({ causes }) => causes.includes(cause))
    if (losing.length === 0) return 0
    const windows = divergenceWindows(facts)
    const isBehind = (region: RegionName, us: Us) =>
      (windows.get(region) ?? []).some(({ fromUs, untilUs }) => fromUs <= us && us < untilUs)
    return losing.filter(({ op }) =>
      storesOf(op).some((region) => isBehind(region, op.dispatched ?? op.intended)),
    ).length
  }
}

/** How often the lease came to a region that had not held it last. */
function takeovers({ history }: Facts): number {
  let last: RegionName | null = null
  let moves = 0
  for (const { what, region } of history.epochs) {
    if (what !== 'acquired') continue
    if (last !== null && last !== region) moves++
    last = region
  }
  return moves
}

/** Searches answered from a store that was up and had none of its data. */
function answeredWithoutData({ history }: Facts): number {
  const empty: { region: RegionName; fromUs: Us; untilUs: Us }[] = []
  for (const { region, what, t } of history.stores) {
    if (what === 'unloaded') empty.push({ region, fromUs: t, untilUs: Number.POSITIVE_INFINITY })
    if (what !== 'loaded') continue
    for (const span of empty) if (span.region === region) span.untilUs = Math.min(span.untilUs, t)
  }
  return history.ops.filter((op) => {
    const { kind, outcome, dispatched, done } = op
    if (kind !== 'search' || outcome !== 'ok' || dispatched === null || done === null) return false
    const stores = storesOf(op)
    return empty.some(
      ({ region, fromUs, untilUs }) =>
        stores.includes(region) && dispatched >= fromUs && done < untilUs,
    )
  }).length
}

/** Starts of a mirror after which it copied again what it had copied before. */
function mirrorsGoneBack({ mirrorings }: Facts): number {
  let gone = 0
  for (const { mirror, copies } of mirrorings) {
    const first = new Map<string, Us>()
    const again: { fromUs: Us; untilUs: Us }[] = []
    for (const { hop, source } of copies) {
      const key = `${source.lane} ${source.offset}`
      const fromUs = first.get(key)
      if (fromUs === undefined) first.set(key, hop.t)
      else again.push({ fromUs, untilUs: hop.t })
    }
    gone += mirror.filter(
      ({ what, t }) =>
        what === 'resumed' && again.some(({ fromUs, untilUs }) => fromUs < t && t <= untilUs),
    ).length
  }
  return gone
}
