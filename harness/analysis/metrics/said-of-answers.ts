import type { MetricName, MetricRow } from '../../model/metric.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'

/** What answers say of themselves, and of which reads. */
const notes = {
  'cache-hits': ({ cacheAge }) => cacheAge !== null,
  'stale-answers': ({ stale }) => stale,
  'partial-answers': ({ partial }) => partial,
} as const satisfies Partial<Record<MetricName, (op: Op) => boolean>>

type Tally = { region: string; phase: string; operation?: string; count: number; said: number }

/**
 * Share of reads answered ok that a cache answered, that call themselves stale, and that call themselves partial; by
 * region of the client and phase, all reads together and searches and fetches apart. Most systems never say such a
 * thing: there are rows only where some answer of the run did, or where a limit asks.
 */
export function noteRows({ history, phaseOf }: Facts): MetricRow[] {
  const { limits } = history.plan
  const reads = history.ops.filter(
    ({ kind, outcome }) => outcome === 'ok' && (kind === 'search' || kind === 'fetch'),
  )
  return (Object.keys(notes) as (keyof typeof notes)[]).flatMap((metric) => {
    const says = notes[metric]
    if (!limits.some((limit) => limit.metric === metric) && !reads.some(says)) return []
    return talliesOf(reads, says, phaseOf).map(
      ({ said, count, ...where }): MetricRow => ({
        ...{ metric, unit: 'ratio', ...where, count },
        value: said / count,
      }),
    )
  })
}

function talliesOf(
  reads: readonly Op[],
  says: (op: Op) => boolean,
  phaseOf: Facts['phaseOf'],
): Tally[] {
  const tallies = new Map<string, Tally>()
  for (const op of reads) {
    const { region } = op
    const phase = phaseOf(op.intended)
    const said = says(op) ? 1 : 0
    for (const operation of [undefined, op.kind]) {
      const key = `${region}|${phase}|${operation}`
      const known = tallies.get(key)
      const tally = known ?? { region, phase, ...(operation && { operation }), count: 0, said: 0 }
      tally.count++
      tally.said += said
      tallies.set(key, tally)
    }
  }
  return [...tallies.values()]
}
