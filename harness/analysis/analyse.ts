import type { Analysis, Finding } from '../model/finding.ts'
import { type Guarantees, promisesOf } from '../model/guarantees.ts'
import type { Layout } from '../model/layout.ts'
import type { MetricRow } from '../model/metric.ts'
import type { Plan } from '../model/plan.ts'
import type { Us } from '../model/units.ts'
import { sinceWarmup } from '../text/wording.ts'
import { checkers } from './checkers/checkers.ts'
import type { Checking } from './checkers/finding.ts'
import { unlessStarved } from './checkers/starved.ts'
import { type Facts, factsOf } from './facts/facts.ts'
import { faultSpans } from './facts/faults.ts'
import { type History, readHistory } from './facts/history.ts'
import { lossRows } from './facts/losses.ts'
import { statesReached } from './ledger/ledger.ts'
import type { StateName } from './ledger/states.ts'
import { amplificationRows } from './metrics/amplification.ts'
import { answerDifferences, answerRows } from './metrics/answers.ts'
import { availabilityRows, goodputRows } from './metrics/availability.ts'
import { byteRows } from './metrics/bytes.ts'
import { catchUpRows } from './metrics/catch-up.ts'
import { type Cell, Cells, distributionRow } from './metrics/cells.ts'
import { clientRecoveryRows } from './metrics/client-recovery.ts'
import { convergenceRows } from './metrics/convergence.ts'
import { copyRows } from './metrics/copies.ts'
import { curvesOf } from './metrics/curves.ts'
import { serverFigures } from './metrics/figures-of-servers.ts'
import { measureLag } from './metrics/lag.ts'
import { measureLatency } from './metrics/latency.ts'
import { outageRows } from './metrics/outages.ts'
import { type QueryCell, queryCells } from './metrics/query-clusters.ts'
import type { Neighbours } from './metrics/recall.ts'
import { recallRows, recallSamples } from './metrics/recall-loss.ts'
import { measureReplicas } from './metrics/replicas.ts'
import { inOrder } from './metrics/row-order.ts'
import { noteRows } from './metrics/said-of-answers.ts'
import { seriesOf } from './metrics/series.ts'
import { shardRows } from './metrics/shard-share.ts'
import { measureStaleness } from './metrics/staleness.ts'
import { throughputRows } from './metrics/throughput.ts'

/** An analysis with the distributions behind its rows: limits ask for quantiles and pools that no row has. */
export type Analysed = Analysis & {
  cells: readonly Cell[]
  /** Recall and the difference of answers by query. */
  queries: readonly QueryCell[]
  /** States of the ledger the run was in, and how often. */
  reached: Partial<Record<StateName, number>>
}

/**
 * Everything that can be told from a record alone. `neighboursFor` gives the exact order of all vectors by query,
 * `guaranteesFor` what the system under test promises, `layoutFor` where it keeps points (absent: everywhere). Throws RecordError if the record cannot be read.
 */
export function analyse(
  recordPath: string,
  neighboursFor: (plan: Plan) => Neighbours,
  guaranteesFor: (plan: Plan) => Guarantees,
  layoutFor?: (plan: Plan) => Layout,
): Analysed {
  const history = readHistory(recordPath)
  const { plan } = history
  return analyseHistory(history, neighboursFor(plan), guaranteesFor(plan), layoutFor?.(plan))
}

export function analyseHistory(
  history: History,
  neighbours: Neighbours,
  guarantees: Guarantees,
  layout?: Layout,
): Analysed {
  const facts = factsOf(history, layout, neighbours.dim)
  const cells = new Cells()
  measureLatency(facts, cells)
  measureLag(facts, cells)
  measureStaleness(facts, cells)
  measureReplicas(facts, cells)
  const samples = recallSamples(facts, neighbours)
  const differences = answerDifferences(facts)
  const rows: MetricRow[] = [
    ...cells.all().map(distributionRow),
    ...recallRows(samples),
    ...answerRows(differences, facts.phaseOf),
    ...catchUpRows(facts),
    ...convergenceRows(facts),
    ...lossRows(facts),
    ...copyRows(facts),
    ...clientRecoveryRows(facts),
    ...availabilityRows(facts),
    ...goodputRows(facts),
    ...throughputRows(facts),
    ...byteRows(facts),
    ...outageRows(facts),
    ...noteRows(facts),
    ...shardRows(facts),
    ...amplificationRows(facts),
  ]
  const figures = serverFigures(facts, cells.all(), rows)
  return {
    plan: history.plan,
    faultline: history.faultline,
    ended: endOf(history),
    phases: facts.spans,
    faults: faultSpans(history, facts.faults),
    metrics: inOrder(rows, history.plan.regions, facts.spans),
    ...(figures.length > 0 && { figures }),
    series: seriesOf(facts, samples, differences),
    curves: curvesOf(cells),
    findings: findingsOf(facts, guarantees),
    promises: promisesOf(guarantees, history.plan.faults),
    cells: cells.all(),
    queries: queryCells(samples, differences, facts.phaseOf),
    reached: statesReached(facts, samples),
  }
}

function findingsOf(facts: Facts, guarantees: Guarantees): Finding[] {
  const { warmupUs } = facts.history.plan.timeline
  const findings = Object.values(checkers).flatMap(({ check, measures }: Checking) => {
    const found = check(facts, guarantees)
    return found ? [{ ...told(found, warmupUs), measures }] : []
  })
  return unlessStarved(findings)
}

/** A finding as people read it: moments counted from the end of warm-up. */
const told = <F extends Pick<Finding, 'because' | 'events'>>(finding: F, warmupUs: Us): F => ({
  ...finding,
  because: sinceWarmup(finding.because, warmupUs),
  events: finding.events.map(({ sentence, lines }) => ({
    sentence: sinceWarmup(sentence, warmupUs),
    lines,
  })),
})

function endOf({ end, cutOff, endUs, lines }: History): Analysis['ended'] {
  if (cutOff) {
    const because = `line ${cutOff.line} is only part of an event; the last whole one is at ${cutOff.lastUs} µs`
    return { how: 'cut off', because, atUs: cutOff.lastUs, lines }
  }
  if (!end) {
    const because = `the record has no end; its last event, line ${lines}, is at ${endUs} µs`
    return { how: 'cut off', because, atUs: endUs, lines }
  }
  return { how: end.how, because: end.because ?? '', atUs: end.t, lines }
}
