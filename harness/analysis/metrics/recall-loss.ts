import type { MetricRow } from '../../model/metric.ts'
import type { Facts } from '../facts/facts.ts'
import type { Op } from '../facts/op.ts'
import { answeringOf, causeOf, type MissCause, missCauses } from './causes.ts'
import { type JudgedSearch, judgeSearch, type Neighbours } from './recall.ts'
import { RecallSamples } from './recall-samples.ts'

/** Judges every search that was answered in time and had anything to find. */
export function recallSamples(facts: Facts, neighbours: Neighbours): RecallSamples {
  const { history, versions, phaseOf } = facts
  const samples = new RecallSamples(history.ops)
  let at = -1
  for (const op of history.ops) {
    at++
    if (op.kind !== 'search' || op.outcome !== 'ok') continue
    const { query, k, dispatched, done, ids, writes } = op
    if (dispatched === null || done === null) continue
    const judged = judgeSearch({ query, k, dispatched, done, ids, writes }, versions, neighbours)
    if (!judged) continue
    const causes = causesOf(op, judged, facts, neighbours)
    const { k: slots, hits, undetermined, missed, old } = judged
    samples.add({
      ...{ at, phase: phaseOf(op.intended), k: slots, hits, undetermined, causes },
      missed: missed.length,
      staleHits: missed.filter(
        ({ version }, i) => causes[i] === 'replication' && old.has(version.id),
      ).length,
    })
  }
  return samples
}

const none: readonly MissCause[] = []

function causesOf(
  op: Op,
  { missed }: JudgedSearch,
  facts: Facts,
  neighbours: Neighbours,
): readonly MissCause[] {
  const answering = missed.length === 0 ? null : answeringOf(op, facts)
  if (!answering) return none
  return missed.map((slot) => causeOf(slot, answering, facts.versions, neighbours))
}

type Tally = {
  region: string
  phase: string
  queries: number
  low: number
  high: number
  slots: number
  missed: Record<MissCause, number>
  staleHits: number
  /** Causes that can occur here: most systems have no cache and no shards. */
  possible: Set<MissCause>
}

const always: readonly MissCause[] = ['replication', 'visibility', 'ghost', 'index']

/**
 * `recall` (low … high: the mean of both ends) and `recall-loss` by cause, of the client's region and the phase of
 * the intended time. Causes are shares of all slots. The row with operation `stale-hit` is the part of cause
 * `replication` where an older version was returned instead; it is not a cause of its own. A cause that cannot occur
 * here has no row: `cache` where no cache answered, `routing` where no answer names shards or lacks them.
 */
export function recallRows(samples: RecallSamples): MetricRow[] {
  return [...tallies(samples).values()].flatMap((tally): MetricRow[] => {
    const { region, phase, queries, low, high, slots, missed, staleHits, possible } = tally
    const at = { region, phase, unit: 'ratio', count: queries } as const
    const loss = { metric: 'recall-loss', ...at } as const
    const causes = missCauses.filter((cause) => possible.has(cause))
    return [
      { metric: 'recall', ...at, low: low / queries, high: high / queries },
      ...causes.map((cause) => ({ ...loss, cause, value: missed[cause] / slots })),
      { ...loss, cause: 'replication', operation: 'stale-hit', value: staleHits / slots },
    ]
  })
}

function tallies(samples: RecallSamples): Map<string, Tally> {
  const found = new Map<string, Tally>()
  for (const { op, phase, low, high, k, causes, staleHits } of samples) {
    const key = `${op.region}|${phase}`
    let tally = found.get(key)
    if (!tally) {
      tally = emptyTally(op.region, phase)
      found.set(key, tally)
    }
    tally.queries++
    tally.low += low
    tally.high += high
    tally.slots += k
    tally.staleHits += staleHits
    if (op.cacheAge !== null) tally.possible.add('cache')
    if (op.shards !== null) tally.possible.add('routing')
    for (const cause of causes) {
      tally.missed[cause]++
      tally.possible.add(cause)
    }
  }
  return found
}

const emptyTally = (region: string, phase: string): Tally => ({
  region,
  phase,
  queries: 0,
  low: 0,
  high: 0,
  slots: 0,
  missed: {
    cache: 0,
    routing: 0,
    replication: 0,
    visibility: 0,
    ghost: 0,
    index: 0,
    unattributed: 0,
  },
  staleHits: 0,
  possible: new Set(always),
})
