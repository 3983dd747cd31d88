import type { FaultPlan } from '../model/fault.ts'
import type { MetricRow } from '../model/metric.ts'
import type { WriteId } from '../model/point.ts'
import type { RegionName, Us } from '../model/units.ts'
import type { Facts } from './facts.ts'
import type { Op } from './op.ts'
import type { Settlement } from './settlement.ts'

const NEVER = Number.POSITIVE_INFINITY

/** A whole region that was gone for a while. */
type Outage = { region: RegionName; fromUs: Us; toUs: Us; phase: string }

/** Whether a fault takes a region away from its users as a whole. */
export const isOutage = (fault: FaultPlan): fault is FaultPlan & { region: RegionName } =>
  fault.kind.startsWith('region-') && 'region' in fault

function outagesOf({ faults, history }: Facts): Outage[] {
  return faults.flatMap(({ plan, injectedUs, healedUs }) => {
    if (injectedUs === null || !isOutage(plan)) return []
    const { region, name } = plan
    return [
      { region, fromUs: injectedUs, toUs: healedUs ?? history.endUs, phase: `recovery:${name}` },
    ]
  })
}

/**
 * What an outage would have cost had the region never come back, and how long its users went without: `rpo`, `rpo-time`
 * and `rto`, one row for each fault of a region.
 */
export function outageRows(facts: Facts): MetricRow[] {
  return outagesOf(facts).flatMap((outage) => [
    ...lossRowsOf(outage, facts),
    ...returnRowsOf(outage, facts),
  ])
}

/**
 * `rpo`: of the writes acknowledged before the outage that the region had or had acknowledged, how many no other region
 * has had by its end, neither in its store nor in its log. `rpo-time`: how old the oldest of them was when it began.
 */
function lossRowsOf({ region, fromUs, toUs, phase }: Outage, facts: Facts): MetricRow[] {
  const { history, journeys, settled } = facts
  const elsewhere = new Set<WriteId>()
  for (const one of settled)
    if (survivesElsewhere(one, region, toUs)) elsewhere.add(one.version.write)
  const others = history.plan.regions.filter((other) => other !== region)
  const inLog = (write: WriteId) =>
    others.some((other) => {
      const { logged, mirrored } = journeys.at(write, other)
      return Math.min(logged, mirrored) <= toUs
    })
  const had = history.ops.filter((op) => isOwn(op, region, fromUs, facts))
  if (had.length === 0) return []
  const gone = had.filter(({ op }) => !elsewhere.has(op) && !inLog(op))
  const oldestUs = gone.reduce((oldest, { done }) => Math.min(oldest, done ?? fromUs), fromUs)
  const at = { phase, count: had.length } as const
  return [
    { metric: 'rpo', unit: 'count', ...at, value: gone.length },
    { metric: 'rpo-time', unit: 'us', ...at, value: fromUs - oldestUs },
  ]
}

const survivesElsewhere = ({ region, atUs }: Settlement, lost: RegionName, toUs: Us): boolean =>
  region !== lost && atUs <= toUs

/** A write acknowledged before the outage, by the region or with a copy in it. */
function isOwn(op: Op, region: RegionName, fromUs: Us, { versions, journeys }: Facts): boolean {
  if (op.outcome !== 'ok' || op.done === null || op.done > fromUs) return false
  if (!versions.get(op.id, op.op)) return false
  if (op.gateway === region) return true
  const { applied, visible, logged } = journeys.at(op.op, region)
  return Math.min(applied, visible, logged) <= fromUs
}

/**
 * `rto`: from the beginning of the outage until the first operation that a user of the region sent since was answered ok,
 * for searches, fetches and writes apart. A lower bound if none was.
 */
function returnRowsOf({ region, fromUs, phase }: Outage, { history }: Facts): MetricRow[] {
  const { endUs } = history
  const kinds = { search: NEVER, fetch: NEVER, write: NEVER }
  const counts = { search: 0, fetch: 0, write: 0 }
  for (const { kind, region: at, dispatched, outcome, done } of history.ops) {
    if (at !== region || dispatched === null || dispatched < fromUs) continue
    const name = kind === 'search' || kind === 'fetch' ? kind : 'write'
    counts[name]++
    if (outcome === 'ok' && done !== null) kinds[name] = Math.min(kinds[name], done)
  }
  return (['search', 'fetch', 'write'] as const).flatMap((operation): MetricRow[] => {
    const count = counts[operation]
    if (count === 0) return []
    const at = { metric: 'rto', unit: 'us', phase, operation, count } as const
    const firstUs = kinds[operation]
    if (firstUs === NEVER) return [{ ...at, low: endUs - fromUs, censored: 1 }]
    return [{ ...at, value: firstUs - fromUs }]
  })
}
