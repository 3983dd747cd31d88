import type { MetricName, MetricRow } from '../../model/metric.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'

/** How an answer is flagged, by the metric that counts it. */
const flags = {
  'cache-hits': ({ cacheAge }) => cacheAge !== null,
  'stale-answers': ({ stale }) => stale,
  'partial-answers': ({ partial }) => partial,
} as const satisfies Partial<Record<MetricName, (op: Op) => boolean>>

type Tally = { region: string; phase: string; operation?: string; count: number; flagged: number }

/**
 * Share of reads answered ok that a cache answered, that call themselves stale, and that call themselves partial; by
 * region of the client and phase, all reads together and searches and fetches apart. Most systems never say such a
 * thing: there are rows only where some answer of the run did, or where a limit asks.
 */
export function flagRows({ history, phaseOf }: Facts): MetricRow[] {
  const { limits } = history.plan
  const reads = history.ops.filter(
    ({ kind, outcome }) => outcome === 'ok' && (kind === 'search' || kind === 'fetch'),
  )
  return (Object.keys(flags) as (keyof typeof flags)[]).flatMap((metric) => {
    const isFlagged = flags[metric]
    if (!limits.some((limit) => limit.metric === metric) && !reads.some(isFlagged)) return []
    return talliesOf(reads, isFlagged, phaseOf).map(
      ({ flagged, count, ...where }): MetricRow => ({
        ...{ metric, unit: 'ratio', ...where, count },
        value: flagged / count,
      }),
    )
  })
}

function talliesOf(
  reads: readonly Op[],
  isFlagged: (op: Op) => boolean,
  phaseOf: Facts['phaseOf'],
): Tally[] {
  const tallies = new Map<string, Tally>()
  for (const op of reads) {
    const { region } = op
    const phase = phaseOf(op.intended)
    const flagged = isFlagged(op) ? 1 : 0
    for (const operation of [undefined, op.kind]) {
      const key = `${region}|${phase}|${operation}`
      const known = tallies.get(key)
      const tally = known ?? {
        region,
        phase,
        ...(operation && { operation }),
        count: 0,
        flagged: 0,
      }
      tally.count++
      tally.flagged += flagged
      tallies.set(key, tally)
    }
  }
  return [...tallies.values()]
}
