import type { Series } from '../../model/finding.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Facts } from '../facts/facts.ts'
import { Buckets } from './buckets.ts'

/** Stretches of time a heat map has at most. */
const COLUMNS = 100

/** Lower ends of the rows of a decade: 10^(i/8), to three figures. */
const ROWS = [100, 133, 178, 237, 316, 422, 562, 750]

/** Ends of all rows, 100 µs to 1,000 s; what is shorter is in the first, what is longer in the last. */
const ends: Us[] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].flatMap((decade) =>
  ROWS.map((low) => low * decade),
)

/** The row a response of so many µs is in, as its two ends: `3160-4220us`. */
export function rowOf(us: Us): string {
  const next = ends.findIndex((end) => end > us)
  const at = next === -1 ? ends.length - 1 : Math.max(1, next)
  return `${ends[at - 1]}-${ends[at]}us`
}

/**
 * How many searches took how long, by intended start: a series for each region and row of responses that has any, and
 * `unanswered` for those that nobody answered ok. Searches of a closed loop have no intended start and are left out.
 */
export function heatSeries({ history }: Facts): Series[] {
  const widthUs = Math.max(SECOND, Math.ceil((history.endUs + 1) / COLUMNS / SECOND) * SECOND)
  const rows = new Map<string, Buckets>()
  for (const op of history.ops) {
    if (op.kind !== 'search' || op.closed) continue
    const answered = op.outcome === 'ok' && op.done !== null
    const row = answered ? rowOf((op.done as Us) - op.intended) : 'unanswered'
    const buckets = rows.get(row) ?? new Buckets(widthUs)
    rows.set(row, buckets)
    buckets.at(op.region, op.intended).known.push(1)
  }
  return [...rows]
    .sort(([a], [b]) => Number.parseInt(a, 10) - Number.parseInt(b, 10) || (a < b ? -1 : 1))
    .flatMap(([row, buckets]) =>
      buckets.series('heat', [{ name: row, of: ({ known }) => sum(known) }]),
    )
}

const sum = ({ length }: readonly number[]): { low: number; high: number } => ({
  low: length,
  high: length,
})
