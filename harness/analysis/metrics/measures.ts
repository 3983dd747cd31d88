import type { MetricName, MetricRow } from '../../model/metric.ts'
import type { Facts } from '../facts/facts.ts'
import { lossRows } from '../facts/losses.ts'
import type { Op } from '../facts/op.ts'
import {
  byteLines,
  catchUpLines,
  type LinesOf,
  lagLines,
  lossLines,
  operationLines,
  probeLines,
  repeatLines,
  scanLines,
} from '../lines/figure-lines.ts'
import { amplificationRows } from './amplification.ts'
import { flagRows } from './answer-flags.ts'
import { type AnswerDifference, answerDifferences, answerRows } from './answers.ts'
import { availabilityRows, goodputRows } from './availability.ts'
import { byteRows } from './bytes.ts'
import { catchUpRows } from './catch-up.ts'
import { Cells, distributionRow } from './cells.ts'
import { clientRecoveryRows } from './client-recovery.ts'
import { convergenceRows } from './convergence.ts'
import { copyRows } from './copies.ts'
import { measureLag } from './lag.ts'
import { measureLatency } from './latency.ts'
import { outageRows } from './outages.ts'
import type { Neighbours } from './recall.ts'
import { recallRows, recallSamples } from './recall-loss.ts'
import type { RecallSamples } from './recall-samples.ts'
import { measureReplicas } from './replicas.ts'
import { shardRows } from './shard-share.ts'
import { measureStaleness } from './staleness.ts'
import { throughputRows } from './throughput.ts'

/** What metrics are folded from: facts of the record, and samples that several of them share. */
type Material = {
  facts: Facts
  samples: RecallSamples
  differences: readonly AnswerDifference[]
  /** Filled by folds of metrics that have values of their own. */
  cells: Cells
}

export const materialOf = (
  facts: Facts,
  neighbours: Neighbours,
  cells = new Cells(),
): Material => ({
  facts,
  samples: recallSamples(facts, neighbours),
  differences: answerDifferences(facts),
  cells,
})

/** Gives the rows of one metric or several, or fills cells: what is in them becomes rows once all are filled. */
type Fold = (material: Material) => readonly MetricRow[]

type Measure = {
  fold: Fold
  /** Lines of the record that its figures come from. */
  lines: LinesOf
  /** Of what should never happen: whether it would have been seen, so that none of it is good news. */
  couldShow?: (facts: Facts) => boolean
}

const fromFacts =
  (rows: (facts: Facts) => readonly MetricRow[]): Fold =>
  ({ facts }) =>
    rows(facts)

const intoCells =
  (fill: (facts: Facts, cells: Cells) => void): Fold =>
  ({ facts, cells }) => {
    fill(facts, cells)
    return []
  }

const answered = ({ outcome }: Op): boolean => outcome === 'ok'
const notRefused = ({ outcome }: Op): boolean => outcome !== 'fail'

const latency = intoCells(measureLatency)
const recall: Fold = ({ samples }) => recallRows(samples)
const losses = fromFacts(lossRows)
const outages = fromFacts(outageRows)
const notes = fromFacts(flagRows)

/** Every metric, and what measures it. A fold that gives several is named by each of them and runs once. */
export const measures: Readonly<Record<MetricName, Measure>> = {
  'search.response': {
    fold: latency,
    lines: operationLines('search.response', (op) => !op.closed && notRefused(op)),
  },
  'search.service': {
    fold: latency,
    lines: operationLines('search.service', (op) => notRefused(op) && op.dispatched !== null),
  },
  'search.dispatch-delay': { fold: latency, lines: operationLines('search.dispatch-delay') },
  'fetch.response': { fold: latency, lines: operationLines('fetch.response', notRefused) },
  'write.response': { fold: latency, lines: operationLines('write.response', notRefused) },
  lag: { fold: intoCells(measureLag), lines: lagLines },
  staleness: {
    fold: intoCells(measureStaleness),
    lines: operationLines('staleness', (op) => answered(op) && op.ids.length > 0),
  },
  replicas: { fold: intoCells(measureReplicas), lines: operationLines('replicas', answered) },
  recall: { fold: recall, lines: operationLines('recall', answered) },
  'recall-loss': { fold: recall, lines: operationLines('recall-loss', answered) },
  'answer-difference': {
    fold: ({ differences, facts }) => answerRows(differences, facts.phaseOf),
    lines: probeLines,
  },
  'catch-up': { fold: fromFacts(catchUpRows), lines: catchUpLines },
  convergence: { fold: fromFacts(convergenceRows), lines: scanLines },
  'lost-writes': {
    fold: losses,
    lines: lossLines(({ kind }) => kind !== 'real-time'),
    couldShow: (facts) => facts.losses !== null,
  },
  'overwritten-real-time': {
    fold: losses,
    lines: lossLines(({ kind }) => kind === 'real-time'),
    couldShow: (facts) => facts.losses !== null,
  },
  'mirror-duplicates': {
    fold: fromFacts(copyRows),
    lines: repeatLines,
    couldShow: ({ mirrorings }) => mirrorings.length > 0,
  },
  'client-recovery': {
    fold: fromFacts(clientRecoveryRows),
    lines: operationLines('client-recovery'),
  },
  availability: { fold: fromFacts(availabilityRows), lines: operationLines('availability') },
  goodput: {
    fold: fromFacts(goodputRows),
    lines: operationLines('goodput', (op) => !op.closed),
  },
  throughput: {
    fold: fromFacts(throughputRows),
    lines: operationLines('throughput', answered, ({ done, intended }) => done ?? intended),
  },
  'link-bytes': { fold: fromFacts(byteRows), lines: byteLines },
  rpo: { fold: outages, lines: operationLines('rpo', answered) },
  'rpo-time': { fold: outages, lines: operationLines('rpo-time', answered) },
  rto: { fold: outages, lines: operationLines('rto') },
  'cache-hits': { fold: notes, lines: operationLines('cache-hits', answered) },
  'stale-answers': { fold: notes, lines: operationLines('stale-answers', answered) },
  'partial-answers': { fold: notes, lines: operationLines('partial-answers', answered) },
  'shard-share': { fold: fromFacts(shardRows), lines: operationLines('shard-share', answered) },
  amplification: {
    fold: fromFacts(amplificationRows),
    lines: operationLines('amplification', answered),
  },
}

/** Rows of every metric; those of one metric come in the order its fold gives them. */
export function measure(material: Material): MetricRow[] {
  const folds = new Set(Object.values(measures).map(({ fold }) => fold))
  const rows = [...folds].flatMap((fold) => [...fold(material)])
  return [...material.cells.all().map(distributionRow), ...rows]
}
