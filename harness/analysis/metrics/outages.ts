import { effectOf, type FaultPlan } from '../../model/fault.ts'
import type { MetricRow } from '../../model/metric.ts'
import type { WriteId } from '../../model/point.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { type Bracket, lengthBetween } from '../facts/bracket.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import type { Settlement } from '../facts/settlement.ts'

/** A whole region that was gone for a while: it went within `leaving` and came back within `coming`. */
type Outage = { region: RegionName; leaving: Bracket; coming: Bracket; phase: string }

/** Whether a fault takes a region away from its users as a whole. */
export const isOutage = (fault: FaultPlan): fault is FaultPlan & { region: RegionName } =>
  ['region-stopped', 'region-lost'].includes(effectOf(fault)) && 'region' in fault

function outagesOf({ faults, history: { endUs } }: Facts): Outage[] {
  return faults.flatMap(({ plan, injecting, healing }) => {
    if (injecting === null || !isOutage(plan)) return []
    const { region, name } = plan
    const phase = `recovery:${name}`
    return [{ region, leaving: injecting, coming: healing ?? [endUs, endUs], phase }]
  })
}

/**
 * What an outage would have cost had the region never come back, and how long its users went without: `rpo`, `rpo-time`
 * and `rto`, one row for each fault of a region. Intervals where it took time to take the region away or to bring it
 * back: they hold for every moment of it.
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
function lossRowsOf({ region, leaving, coming, phase }: Outage, facts: Facts): MetricRow[] {
  const { endUs } = facts.history
  const least = goneWith(region, leaving[0], coming[1], facts)
  const most = goneWith(region, leaving[1], coming[0], facts)
  if (most.had === 0) return []
  const at = { phase, count: most.had } as const
  return [
    { metric: 'rpo', unit: 'count', ...at, ...lengthBetween(least.gone, most.gone, 0) },
    { metric: 'rpo-time', unit: 'us', ...at, ...lengthBetween(least.ageUs, most.ageUs, endUs) },
  ]
}

/** Had the region gone at `fromUs`, and whatever others had by `toUs` been all there is. */
function goneWith(region: RegionName, fromUs: Us, toUs: Us, facts: Facts) {
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
  const gone = had.filter(({ op }) => !elsewhere.has(op) && !inLog(op))
  const oldestUs = gone.reduce((oldest, { done }) => Math.min(oldest, done ?? fromUs), fromUs)
  return { had: had.length, gone: gone.length, ageUs: fromUs - oldestUs }
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

const kinds = ['search', 'fetch', 'write'] as const

/**
 * `rto`: from the beginning of the outage until the first operation that a user of the region sent since was answered ok,
 * for searches, fetches and writes apart. A lower bound if none was.
 */
function returnRowsOf(
  { region, leaving: [fromUs, toUs], phase }: Outage,
  { history: { ops, endUs } }: Facts,
): MetricRow[] {
  const own = ops.filter((op) => op.region === region)
  return kinds.flatMap((operation): MetricRow[] => {
    const sent = own.filter(({ kind }) => operationOf(kind) === operation)
    const count = sent.filter(({ dispatched }) => dispatched !== null && dispatched >= toUs).length
    if (count === 0) return []
    const low = firstOkUs(sent, fromUs) - toUs
    const high = firstOkUs(sent, toUs) - fromUs
    const figure = lengthBetween(low, high, endUs - toUs)
    return [{ metric: 'rto', unit: 'us', phase, operation, count, ...figure }]
  })
}

const operationOf = (kind: Op['kind']): (typeof kinds)[number] =>
  kind === 'search' || kind === 'fetch' ? kind : 'write'

function firstOkUs(ops: readonly Op[], sinceUs: Us): Us {
  let firstUs = Number.POSITIVE_INFINITY
  for (const { dispatched, outcome, done } of ops)
    if (dispatched !== null && dispatched >= sinceUs && outcome === 'ok' && done !== null)
      firstUs = Math.min(firstUs, done)
  return firstUs
}
