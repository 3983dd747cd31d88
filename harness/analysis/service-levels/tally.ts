import type { Interval } from '../../base/histogram.ts'
import { Listed } from '../../base/listed.ts'
import { tailOf } from '../../limits/cells.ts'
import type { LimitResult } from '../../model/finding.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { metrics } from '../../model/metric.ts'
import { SECOND } from '../../model/units.ts'
import { pooledRow, rowsAt } from '../limits/limit-rows.ts'
import { intervalOf } from '../limits/measured.ts'
import { isInParts, type MeasuredWindow } from './windows.ts'

/**
 * What an objective used up of what it allows, in samples: `bad` of `count`, where `allowed` may be. Windows by whether
 * each alone keeps the bound; `thin` ones have too few samples to tell.
 */
export type Tally = {
  count: number
  bad: Interval
  allowed: number
  windows: { kept: number; broken: number; open: number; thin: number }
}

/** Of one window: what it adds to the tally, and whether it keeps the bound. */
type Part = {
  count: number
  bad: Interval
  allowed: number
  outcome: 'kept' | 'broken' | 'open' | 'thin'
}

/** The tally of one objective over the windows of its phase; null for what is no share and has no windows. */
export function tallyOf(
  { limit, region, link, phase, operation }: LimitResult,
  windows: readonly MeasuredWindow[],
): Tally | null {
  if (!isInParts(limit.metric) || phase === undefined) return null
  const member = region ?? link
  const own = windows.filter((window) => window.phase === phase)
  const place = { member, ...(operation !== undefined && { operation }) }
  return added(
    own.map((window) =>
      metrics[limit.metric].by === 'samples'
        ? ofValues(limit, place, window)
        : ofRows(limit, place, window),
    ),
  )
}

/** Tallies of several runs, or of the windows of one, together. */
export function addedTallies(tallies: readonly Tally[]): Tally | null {
  const [first, ...others] = tallies
  if (!first) return null
  return others.reduce(
    (sum, { count, bad, allowed, windows }) => ({
      count: sum.count + count,
      bad: { low: sum.bad.low + bad.low, high: sum.bad.high + bad.high },
      allowed: sum.allowed + allowed,
      windows: {
        kept: sum.windows.kept + windows.kept,
        broken: sum.windows.broken + windows.broken,
        open: sum.windows.open + windows.open,
        thin: sum.windows.thin + windows.thin,
      },
    }),
    first,
  )
}

function added(parts: readonly Part[]): Tally | null {
  const none = { kept: 0, broken: 0, open: 0, thin: 0 }
  return addedTallies(
    parts.map(({ outcome, ...part }) => ({ ...part, windows: { ...none, [outcome]: 1 } })),
  )
}

/** One region or link; undefined: all of them pooled. */
type Place = { member: string | undefined; operation?: string }

function ofValues(limit: LimitPlan, { member, operation }: Place, { cells }: MeasuredWindow): Part {
  const values = new Listed()
  for (const { dims, values: own } of cells) {
    if (dims.metric !== limit.metric || dims.hop !== limit.hop) continue
    if (dims.operation !== operation) continue
    if (member === undefined || member === (dims.region ?? dims.link)) values.merge(own)
  }
  const { count } = values
  const { stat, bound, value } = limit
  if (stat.kind !== 'quantile')
    return {
      count,
      bad: NOTHING,
      allowed: Number.NaN,
      outcome: heldBy(limit, count, values.mean()),
    }
  const bad = bound === 'at-most' ? values.above(value) : values.below(value)
  const share = bound === 'at-most' ? 1 - stat.q : stat.q
  // By nearest rank, as the percentile of a phase is found: so many may lie beyond the bound.
  const rank = Math.ceil(stat.q * count - 1e-9)
  const most = bound === 'at-most' ? count - rank : rank - 1
  const thin = count * tailOf(stat.q) < 1 - 1e-9
  const outcome = thin ? 'thin' : bad.high <= most ? 'kept' : bad.low > most ? 'broken' : 'open'
  return { count, bad, allowed: share * count, outcome }
}

const NOTHING: Interval = { low: 0, high: 0 }

function ofRows(limit: LimitPlan, { member, operation }: Place, window: MeasuredWindow): Part {
  const { rows } = window
  const all = rows.flatMap((row) => row.region ?? row.link ?? [])
  const members = member === undefined ? all : [member]
  const phases = [...new Set(rows.map(({ phase }) => phase))]
  const found = phases.flatMap((phase) =>
    rowsAt(limit, rows, {
      members,
      ...(phase !== undefined && { phase }),
      ...(operation !== undefined && { operation }),
    }),
  )
  const row = limit.pool ? pooledRow(limit.metric, found) : found[0]
  if (!row) return { count: 0, bad: NOTHING, allowed: 0, outcome: 'thin' }
  const measured = intervalOf(row)
  return {
    count: row.count,
    ...usedUp(limit, row.count, measured, window),
    outcome: heldBy(limit, row.count, measured),
  }
}

/** Samples that were bad, and that may be. A rate such as goodput is so many of those scheduled, per second. */
function usedUp(
  { metric, bound, value }: LimitPlan,
  count: number,
  { low, high }: Interval,
  { lengthUs }: MeasuredWindow,
): Pick<Part, 'bad' | 'allowed'> {
  if (metrics[metric].evidence === 'whole') return { bad: NOTHING, allowed: Number.NaN }
  const perUnit = metrics[metric].unit === 'per-second' ? lengthUs / SECOND : count
  if (bound === 'at-most')
    return { bad: { low: low * perUnit, high: high * perUnit }, allowed: value * perUnit }
  const bad = { low: count - high * perUnit, high: count - low * perUnit }
  return { bad, allowed: count - value * perUnit }
}

/** Whether a figure of a window keeps a bound, as it is: no sample of anything. */
function heldBy({ bound, value }: LimitPlan, count: number, { low, high }: Interval) {
  if (count === 0) return 'thin'
  if (bound === 'at-most') return high <= value ? 'kept' : low > value ? 'broken' : 'open'
  return low >= value ? 'kept' : high < value ? 'broken' : 'open'
}
