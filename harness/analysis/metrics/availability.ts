import type { MetricRow, PhaseSpan } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import type { Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { isOpen } from '../facts/history.ts'
import type { Op } from '../facts/op.ts'
import { phaseLengthUs } from '../facts/phases.ts'

type Tally = {
  region: string
  phase: string
  operation: string
  scheduled: number
  ok: number
  open: number
}

/**
 * Share of scheduled operations answered ok within their deadline, by region of the client, phase of the intended
 * time and operation: `search`, `fetch`, `write`, and of the writes `upsert` and `delete` apart. Operations that still
 * ran when a run was broken off may have gone either way: the share is then known by its two ends only.
 */
export function availabilityRows({ history, phaseOf }: Facts): MetricRow[] {
  const tallies = new Map<string, Tally>()
  for (const op of history.ops) {
    const phase = phaseOf(op.intended)
    for (const operation of operationsOf(op)) {
      const key = `${op.region}|${phase}|${operation}`
      let tally = tallies.get(key)
      if (!tally) {
        tally = { region: op.region, phase, operation, scheduled: 0, ok: 0, open: 0 }
        tallies.set(key, tally)
      }
      tally.scheduled++
      if (op.outcome === 'ok') tally.ok++
      else if (isOpen(history, op)) tally.open++
    }
  }
  return [...tallies.values()].map(({ region, phase, operation, scheduled, ok, open }) => ({
    metric: 'availability',
    unit: 'ratio',
    region,
    phase,
    operation,
    count: scheduled,
    ...figure(ok / scheduled, (ok + open) / scheduled),
  }))
}

/** One figure, or the two ends it lies between. */
const figure = (low: number, high: number): Pick<MetricRow, 'value' | 'low' | 'high'> =>
  low === high ? { value: low } : { low, high }

const writeKinds = { upsert: ['write', 'upsert'], delete: ['write', 'delete'] }

/** Names an operation is counted under. */
export function operationsOf({ kind }: Op): string[] {
  return kind === 'search' || kind === 'fetch' ? [kind] : writeKinds[kind]
}

/** The limit a search must meet to count as goodput; null if the plan sets none for this region and phase. */
function responseLimitUs(plan: Plan, region: string, phase: string): Us | null {
  const values = plan.limits
    .filter(({ metric, bound }) => metric === 'search.response' && bound === 'at-most')
    .filter((limit) => limit.region === null || limit.region === region)
    .filter((limit) => limit.phase === null || limit.phase === phase)
    .map(({ value }) => value)
  return values.length === 0 ? null : Math.min(...values)
}

/** The same by region and phase, looked up once for each. */
export function responseLimits(plan: Plan): (region: string, phase: string) => Us | null {
  const known = new Map<string, Us | null>()
  return (region, phase) => {
    const key = `${region}|${phase}`
    let limitUs = known.get(key)
    if (limitUs === undefined) {
      limitUs = responseLimitUs(plan, region, phase)
      known.set(key, limitUs)
    }
    return limitUs
  }
}

/** Whether a search was answered ok within a response time. */
export function inTime(op: Op, limitUs: Us): boolean {
  return op.outcome === 'ok' && op.done !== null && op.done - op.intended <= limitUs
}

/**
 * Searches answered ok within the response limit, per second of the phase; no limit or no schedule, no goodput. Searches
 * of a run that was broken off, which could still have been in time, leave two ends.
 */
export function goodputRows({ history, phaseOf, spans }: Facts): MetricRow[] {
  const limitFor = responseLimits(history.plan)
  const tallies = new Map<string, { region: string; phase: string; limitUs: Us; ops: Op[] }>()
  for (const op of history.ops) {
    if (op.kind !== 'search' || op.closed) continue
    const phase = phaseOf(op.intended)
    const key = `${op.region}|${phase}`
    const known = tallies.get(key)
    if (known) known.ops.push(op)
    else {
      const limitUs = limitFor(op.region, phase)
      if (limitUs === null) continue
      tallies.set(key, { region: op.region, phase, limitUs, ops: [op] })
    }
  }
  const couldBeInTime = (op: Op, limitUs: Us): boolean =>
    isOpen(history, op) && history.endUs - op.intended < limitUs
  const rateOf = (searches: readonly Op[], limitUs: Us, phase: string) => {
    const answered = searches.filter((op) => inTime(op, limitUs)).length
    const open = searches.filter((op) => couldBeInTime(op, limitUs)).length
    return figure(perSecond(answered, spans, phase), perSecond(answered + open, spans, phase))
  }
  return [...tallies.values()].map(({ region, phase, limitUs, ops: searches }) => ({
    metric: 'goodput',
    unit: 'per-second',
    region,
    phase,
    operation: 'search',
    count: searches.length,
    ...rateOf(searches, limitUs, phase),
  }))
}

function perSecond(count: number, spans: readonly PhaseSpan[], phase: string): number {
  return (count * 1_000_000) / phaseLengthUs(spans, phase)
}
