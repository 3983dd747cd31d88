import type { Cluster } from '../../base/confidence.ts'
import type { MetricName } from '../../model/metric.ts'
import type { Row } from '../../model/point.ts'
import type { Us } from '../../model/units.ts'
import type { AnswerDifference } from './answers.ts'
import type { RecallSamples } from './recall-samples.ts'

/** Samples of one metric in one region, or over one pair of regions, and phase, by the query they answer. */
export type QueryCell = {
  metric: Extract<MetricName, 'recall' | 'recall-loss' | 'answer-difference'>
  /** The region, or the pair `a<>b`. */
  place: string
  phase: string
  clusters: Map<Row, Cluster>
}

/**
 * Recall, its loss and the difference of answers, by query: answers to the same query are alike, so a query asked a
 * hundred times shows little more than one asked once. A query is worth at most k trials.
 */
export function queryCells(
  samples: RecallSamples,
  differences: readonly AnswerDifference[],
  phaseOf: (us: Us) => string,
): QueryCell[] {
  const cells = new Map<string, QueryCell>()
  const cell = (metric: QueryCell['metric'], place: string, phase: string) => {
    const key = `${metric}|${place}|${phase}`
    let found = cells.get(key)
    if (!found) {
      found = { metric, place, phase, clusters: new Map() }
      cells.set(key, found)
    }
    return found.clusters
  }
  for (const { op, phase, low, high, k, missed } of samples) {
    put(cell('recall', op.region, phase), op.query, { weight: 1, low, high, trials: k })
    const lost = { weight: k, low: missed, high: missed, trials: k }
    put(cell('recall-loss', op.region, phase), op.query, lost)
  }
  for (const { t, link, query, k, jaccard } of differences)
    put(cell('answer-difference', link, phaseOf(t)), query, {
      ...{ weight: 1, low: jaccard, high: jaccard, trials: k },
    })
  return [...cells.values()]
}

/** The queries of several cells: what answers one query belongs together, wherever it was asked. */
export function clustersOf(cells: readonly QueryCell[]): Cluster[] {
  const together = new Map<Row, Cluster>()
  for (const { clusters } of cells)
    for (const [query, cluster] of clusters) put(together, query, cluster)
  return [...together.values()]
}

function put(clusters: Map<Row, Cluster>, query: Row, more: Cluster): void {
  const known = clusters.get(query)
  if (!known) {
    clusters.set(query, { ...more })
    return
  }
  known.weight += more.weight
  known.low += more.low
  known.high += more.high
  known.trials = Math.max(known.trials, more.trials)
}
