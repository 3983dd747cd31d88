import type { Analysis, Finding } from '../model/finding.ts'
import { type Guarantees, promisesOf } from '../model/guarantees.ts'
import type { Layout } from '../model/layout.ts'
import type { Plan } from '../model/plan.ts'
import type { Us } from '../model/units.ts'
import { sinceWarmup } from '../text/wording.ts'
import { alertOutcomes } from './alerts/outcomes.ts'
import { checkersInForce } from './checkers/checkers.ts'
import type { Checking } from './checkers/finding.ts'
import { unlessStarved } from './checkers/starved.ts'
import { type Asked, askedOf } from './facts/asked.ts'
import { type Facts, factsOf } from './facts/facts.ts'
import { faultSpans } from './facts/faults.ts'
import { type History, readHistory } from './facts/history.ts'
import type { StateName } from './ledger/states.ts'
import { statesReached } from './ledger/states.ts'
import { type Cell, type Cells, inOrder } from './metrics/cells.ts'
import { curvesOf } from './metrics/curves.ts'
import { serverFigures } from './metrics/figures-of-servers.ts'
import { materialOf, measure } from './metrics/measures.ts'
import { type QueryCell, queryCells } from './metrics/query-clusters.ts'
import type { Neighbours } from './metrics/recall.ts'
import { seriesOf } from './metrics/series.ts'

/** An analysis with the distributions behind its rows: limits ask for quantiles and pools that no row has. */
export type Analysed = Analysis & {
  cells: readonly Cell[]
  /** Recall and the difference of answers by query. */
  queries: readonly QueryCell[]
  /** States of the ledger the run was in, and how often. */
  reached: Partial<Record<StateName, number>>
}

/** The exact order of all vectors by query, for what a record asked. */
export type NeighboursFor = (plan: Plan, asked: Asked) => Neighbours

/**
 * Everything that follows from a record alone. `neighboursFor` gives the exact order of all vectors by query,
 * `guaranteesFor` what the system under test promises, `layoutFor` where it keeps points (absent: everywhere). `cells` are filled with the values of
 * metrics that have some (absent: new ones). Throws RecordError if the record cannot be read.
 */
export function analyse(
  recordPath: string,
  neighboursFor: NeighboursFor,
  guaranteesFor: (plan: Plan) => Guarantees,
  layoutFor?: (plan: Plan) => Layout,
  cells?: Cells,
): Analysed {
  const history = readHistory(recordPath)
  const { plan } = history
  return analyseHistory(
    history,
    neighboursFor(plan, askedOf(history)),
    guaranteesFor(plan),
    layoutFor?.(plan),
    cells,
  )
}

export function analyseHistory(
  history: History,
  neighbours: Neighbours,
  guarantees: Guarantees,
  layout?: Layout,
  empty?: Cells,
): Analysed {
  return analyseFacts(factsOf(history, layout, neighbours.dim), neighbours, guarantees, empty)
}

/** The same from facts that are there already. */
export function analyseFacts(
  facts: Facts,
  neighbours: Neighbours,
  guarantees: Guarantees,
  empty?: Cells,
): Analysed {
  const { history } = facts
  const material = materialOf(facts, neighbours, empty)
  const { cells, samples, differences } = material
  const rows = measure(material)
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
    ...(history.plan.alerts && { alerts: alertOutcomes(facts, history.plan.alerts) }),
    promises: promisesOf(guarantees, history.plan.faults, facts.pace.keptUp),
    cells: cells.all(),
    queries: queryCells(samples, differences, facts.phaseOf),
    reached: statesReached(facts, samples),
  }
}

function findingsOf(facts: Facts, guarantees: Guarantees): Finding[] {
  const { warmupUs } = facts.history.plan.timeline
  const findings = Object.values(checkersInForce()).flatMap(({ check, measures }: Checking) => {
    const found = check(facts, guarantees)
    return found ? [{ ...inWords(found, warmupUs), measures }] : []
  })
  return unlessStarved(findings)
}

/** A finding as people read it: moments counted from the end of warm-up. */
const inWords = <F extends Pick<Finding, 'because' | 'events'>>(finding: F, warmupUs: Us): F => ({
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
