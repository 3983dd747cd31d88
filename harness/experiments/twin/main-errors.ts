import { median } from 'simple-statistics'
import type { MetricName } from '../../model/metric.ts'
import type { TwinError } from '../../model/profile.ts'
import type { Compared } from './comparison.ts'

/** What a comparison is summed up by, in this order. Percentiles of all parts of a metric count, in all phases. */
const mainMetrics: readonly MetricName[] = [
  'search.response',
  'search.service',
  'write.response',
  'recall',
  'answer-difference',
  'lag',
  'catch-up',
  'convergence',
  'client-recovery',
  'availability',
  'lost-writes',
]

/** A share off by more than this, or a difference of shares, or any difference of counts, needs a reason. */
const SHARE_OFF = 0.2
const DIFFERENCE_OFF = 0.02

/** `lag logged-mirrored p90`; one figure has no name of its own. */
export const nameOf = ({ metric, hop, stat }: Compared): string =>
  [metric, hop, stat === 'value' ? undefined : stat].filter(Boolean).join(' ')

/** `us-east, baseline`; the whole run if it is of no part. */
export const placeOf = ({ region, link, phase, operation }: Compared): string =>
  [region, link, phase, operation].filter(Boolean).join(', ') || 'the whole run'

/**
 * One error for each figure of the main metrics: the median over all cells and the one furthest from 0. Upserts and
 * deletes count as writes. p99 is left out: it depends on a few samples, so that it differs between any two runs.
 */
export function mainErrors(rows: readonly Compared[]): TwinError[] {
  const byName = new Map<string, Compared[]>()
  for (const metric of mainMetrics)
    for (const row of rows) {
      if (row.metric !== metric || row.stat === 'p99' || isPart(row)) continue
      const name = nameOf(row)
      byName.set(name, [...(byName.get(name) ?? []), row])
    }
  return [...byName].flatMap(([metric, all]) => {
    // Where one of them was 0 there is no share: those cells stand in the table.
    const kind = all.some((row) => row.kind === 'share') ? 'share' : 'difference'
    const cells = all.filter((row) => row.kind === kind)
    const judged = cells.filter(({ small }) => !small)
    const worst = worstOf(judged.length > 0 ? judged : cells)
    if (!worst) return []
    return [
      {
        ...{ metric, kind, median: rounded(median(cells.map(({ error }) => error))) },
        ...{ worst: rounded(worst.error), at: placeOf(worst), cells: cells.length },
        ...(judged.length === 0 && { small: true }),
      },
    ]
  })
}

const isPart = ({ metric, operation }: Compared): boolean =>
  operation !== undefined &&
  (metric === 'write.response' ||
    operation === 'upsert' ||
    operation === 'delete' ||
    operation === 'rbo')

function worstOf(rows: readonly Compared[]): Compared | undefined {
  return rows.reduce<Compared | undefined>(
    (worst, row) => (worst && Math.abs(worst.error) >= Math.abs(row.error) ? worst : row),
    undefined,
  )
}

const rounded = (error: number): number => Number(error.toFixed(4))

/** Whether an error is so large that it needs an explanation. */
export function needsReason({ metric, kind, worst, small }: TwinError): boolean {
  if (small) return false
  if (kind === 'share') return Math.abs(worst) > SHARE_OFF
  return metric === 'lost-writes' ? worst !== 0 : Math.abs(worst) > DIFFERENCE_OFF
}

/** Furthest off first; shares before differences, what the worlds cannot tell apart last. */
export const byError = (a: Compared, b: Compared): number => weight(b) - weight(a)

const weight = ({ small, kind, error }: Compared): number =>
  small ? -1 : Math.abs(error) * (kind === 'share' ? 1 : 10)
