import type { FaultPlan } from '../../model/fault.ts'
import type { Operation } from '../../model/operation.ts'
import { arrivalsEndUs, type LoadPlan, loadName, type Plan } from '../../model/plan.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { SECOND } from '../../model/units.ts'

/** A plan with its operations written out. */
export type ListedPlan = Plan & { operations: Operation[] }

/**
 * Ways to make a plan smaller. Each gives another plan and changes none. Settling is never shortened: regions that had
 * no time to agree would look like what is searched for.
 */

/** The end of arrivals earlier: what is wanted after it is left out, and so is what is broken after it. */
export function endingAt(plan: ListedPlan, endUs: Us): ListedPlan {
  const { timeline, operations, faults } = plan
  return {
    ...plan,
    timeline: { ...timeline, runUs: Math.max(1, endUs - timeline.warmupUs) },
    operations: operations.filter(({ intendedUs }) => intendedUs < endUs),
    faults: faults
      .filter(({ atUs }) => atUs < endUs)
      .map((fault) => ({ ...fault, untilUs: Math.min(fault.untilUs, endUs) })),
  }
}

/** Everything that is wanted or broken, so much earlier. Nothing comes before 0. */
export function earlierBy(plan: ListedPlan, us: Us): ListedPlan {
  const { timeline, operations, faults } = plan
  const warmupUs = Math.min(timeline.warmupUs, SECOND)
  const endUs = Math.max(warmupUs + 1, arrivalsEndUs(plan) - us)
  return {
    ...plan,
    timeline: { ...timeline, warmupUs, runUs: endUs - warmupUs },
    operations: operations.map((one) => ({ ...one, intendedUs: Math.max(0, one.intendedUs - us) })),
    faults: faults.map((fault) => ({
      ...fault,
      atUs: Math.max(0, fault.atUs - us),
      untilUs: Math.max(1, fault.untilUs - us),
    })),
  }
}

/** Without a region, its users, its links and what is broken there. */
export function without(plan: ListedPlan, region: RegionName): ListedPlan {
  const touches = ({ from, to }: { from: RegionName; to: RegionName }) =>
    from === region || to === region
  return {
    ...plan,
    regions: plan.regions.filter((other) => other !== region),
    links: plan.links.filter((link) => !touches(link)),
    load: plan.load.filter((load) => load.region !== region),
    operations: plan.operations.filter((operation) => operation.region !== region),
    limits: plan.limits.filter((limit) => limit.region !== region),
    faults: plan.faults.flatMap((fault): FaultPlan[] => {
      if (!('links' in fault)) return fault.region === region ? [] : [fault]
      const links = fault.links.filter((link) => !touches(link))
      return links.length === 0 ? [] : [{ ...fault, links }]
    }),
  }
}

/** Shorter times of one fault, the shortest first: a part of its end, then of its beginning, left out. */
export function shorterFaults(fault: FaultPlan): FaultPlan[] {
  const lengthUs = fault.untilUs - fault.atUs
  const shares = [1 / 16, 1 / 4, 1 / 2]
  const lengths = shares.map((share) => Math.round(lengthUs * share)).filter((us) => us > 0)
  return [
    ...lengths.map((us) => ({ ...fault, untilUs: fault.atUs + us })),
    ...lengths.map((us) => ({ ...fault, atUs: fault.untilUs - us })),
  ]
}

/** Links that neither jitter nor lose. */
export const calmLinks = (plan: ListedPlan): ListedPlan => ({
  ...plan,
  links: plan.links.map((link) => ({ ...link, jitterUs: 0, lossShare: 0 })),
})

/** Load entries that say what the list of operations holds: rates, clients, fetches. */
export function loadAsListed(plan: ListedPlan): ListedPlan {
  const seconds = arrivalsEndUs(plan) / SECOND
  const load = plan.load.map((entry): LoadPlan => {
    const counts = { search: 0, upsert: 0, delete: 0, fetch: 0 }
    const listed = plan.operations.filter((one) => loadName(one) === loadName(entry))
    for (const { kind } of listed) counts[kind]++
    return {
      ...entry,
      clients: Math.max(1, new Set(listed.map(({ client }) => client)).size),
      searchPerSec: counts.search / seconds,
      upsertPerSec: counts.upsert / seconds,
      deletePerSec: counts.delete / seconds,
      fetchOwn: counts.upsert === 0 ? 0 : Math.min(1, counts.fetch / counts.upsert),
    }
  })
  return { ...plan, load }
}

/** Operations that stand or fall together: all of one key, and all that have none by client. */
export function byKey(operations: readonly Operation[]): Operation[][] {
  return grouped(operations, (one) => ('id' in one ? `id ${one.id}` : `client ${one.client}`))
}

export function grouped(
  operations: readonly Operation[],
  keyOf: (operation: Operation) => string,
): Operation[][] {
  const groups = new Map<string, Operation[]>()
  for (const operation of operations) {
    const key = keyOf(operation)
    const group = groups.get(key)
    if (group) group.push(operation)
    else groups.set(key, [operation])
  }
  return [...groups.values()]
}

/** Groups as one list again, in order of intended time. */
export const inOrder = (groups: readonly (readonly Operation[])[]): Operation[] =>
  groups.flat().sort((a, b) => a.intendedUs - b.intendedUs || a.op - b.op)
