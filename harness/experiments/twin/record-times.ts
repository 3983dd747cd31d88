import type { History } from '../../analysis/facts/history.ts'
import type { Op } from '../../analysis/facts/op.ts'
import type { OperationKind } from '../../model/operation.ts'
import type { StoreEvent } from '../../model/record.ts'
import { SECOND, type Us } from '../../model/units.ts'

/**
 * What the record of a calibration tells, in µs. `search` and `upsert` are from dispatch to answer in the calm part:
 * before the canaries of the first fault. `mirror` is from one log to the other without the link's latency. A
 * restart counts from when its fault was to end; absent if the record does not show its end.
 */
export type RecordTimes = {
  calmUs: Us
  search: Us[]
  upsert: Us[]
  mirror: Us[]
  restarts: { agent?: Us; mirror?: Us; store?: Us; loaded?: Us }
}

/** Canaries look at the world this long before a fault. */
const CANARIES_US: Us = 3 * SECOND

export function recordTimes(history: History): RecordTimes {
  const calm = calmOf(history)
  return {
    calmUs: calm.toUs - calm.fromUs,
    search: serviceTimes(history, calm, 'search'),
    upsert: serviceTimes(history, calm, 'upsert'),
    mirror: mirrorTimes(history, calm),
    restarts: restartsOf(history),
  }
}

type Window = { fromUs: Us; toUs: Us }

function calmOf({ plan }: History): Window {
  const { warmupUs, runUs } = plan.timeline
  const firstUs = Math.min(...plan.faults.map(({ atUs }) => atUs - CANARIES_US), warmupUs + runUs)
  return { fromUs: warmupUs, toUs: Math.max(warmupUs, firstUs) }
}

const isIn = ({ fromUs, toUs }: Window, us: Us): boolean => us >= fromUs && us < toUs

function serviceTimes({ ops }: History, calm: Window, kind: OperationKind): Us[] {
  const answered = (op: Op) => op.kind === kind && op.outcome === 'ok' && op.done !== null
  return ops
    .filter((op) => answered(op) && op.dispatched !== null && isIn(calm, op.dispatched))
    .map((op) => (op.done as Us) - (op.dispatched as Us))
}

/**
 * From a region's log to its copy in another, less the latency of the link, of records before which nothing was
 * logged for two round trips: others may have waited until the mirror asked again.
 */
function mirrorTimes({ plan, hops }: History, calm: Window): Us[] {
  const logged = new Map<number, { t: Us; region: string; alone: boolean }>()
  const lastUs = new Map<string, Us>()
  for (const { hop, t, region, write } of hops) {
    if (hop !== 'logged' || logged.has(write)) continue
    const quietUs = t - (lastUs.get(region) ?? Number.NEGATIVE_INFINITY)
    logged.set(write, { t, region, alone: quietUs > 2 * roundTripUs(plan, region) })
    lastUs.set(region, t)
  }
  return hops.flatMap(({ hop, t, region, write, from }) => {
    const origin = logged.get(write)
    if (hop !== 'mirrored' || !origin?.alone || from !== origin.region || !isIn(calm, origin.t))
      return []
    const link = plan.links.find((one) => one.from === from && one.to === region)
    return link ? [t - origin.t - link.latencyUs] : []
  })
}

const roundTripUs = ({ links }: History['plan'], region: string): Us =>
  Math.max(0, ...links.filter(({ from }) => from === region).map(({ latencyUs }) => 2 * latencyUs))

function restartsOf(history: History): RecordTimes['restarts'] {
  const { plan, stores, hops, faults } = history
  const restarts: RecordTimes['restarts'] = {}
  for (const fault of plan.faults) {
    const since = (us: Us | undefined): Us | undefined =>
      us === undefined || us <= fault.untilUs ? undefined : us - fault.untilUs
    const store = (what: StoreEvent['what']) =>
      stores.find((event) => event.what === what && event.t > fault.untilUs)?.t
    if (fault.kind === 'store-crash') {
      restarts.store = since(store('up'))
      restarts.loaded = since(store('loaded'))
    }
    if (fault.kind === 'mirror-kill') {
      const [link] = fault.links
      restarts.mirror = since(
        hops.find((one) => one.hop === 'mirrored' && isOf(one, link) && one.t > fault.untilUs)?.t,
      )
    }
    if (fault.kind === 'agent-crash') {
      const healed = faults.find(
        ({ name, what }) => name === fault.name && what === 'heal-confirmed',
      )
      restarts.agent = since(healed?.bracket?.[1])
    }
  }
  return restarts
}

const isOf = (hop: { from?: string; region: string }, link?: { from: string; to: string }) =>
  hop.from === link?.from && hop.region === link?.to
