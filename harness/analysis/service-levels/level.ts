import type { Guarantees } from '../../model/guarantees.ts'
import type { Layout } from '../../model/layout.ts'
import type { Plan } from '../../model/plan.ts'
import type { ServiceLevel } from '../../model/service-level.ts'
import { type Analysed, analyseFacts, type NeighboursFor } from '../analyse.ts'
import { askedOf } from '../facts/asked.ts'
import { type Facts, factsOf } from '../facts/facts.ts'
import { readHistory } from '../facts/history.ts'
import { goodputRows } from '../metrics/availability.ts'
import type { Neighbours } from '../metrics/recall.ts'
import { type MeasuredWindow, measuredWindows } from './windows.ts'

/** A run as one service level sees it: its limits in the place of the scenario's, and its windows. */
export type RunOfLevel = { level: ServiceLevel; analysis: Analysed; windows: MeasuredWindow[] }

/**
 * A record once as the run has it and once for every service level that `levelsOf` gives for its plan. Throws
 * RecordError if the record cannot be read.
 */
export function analyseLevels(
  recordPath: string,
  neighboursFor: NeighboursFor,
  guaranteesFor: (plan: Plan) => Guarantees,
  layoutFor: (plan: Plan) => Layout,
  levelsOf: (plan: Plan) => readonly ServiceLevel[],
): { analysis: Analysed; levels: RunOfLevel[] } {
  const history = readHistory(recordPath)
  const { plan } = history
  const neighbours = neighboursFor(plan, askedOf(history))
  const facts = factsOf(history, layoutFor(plan), neighbours.dim)
  const analysis = analyseFacts(facts, neighbours, guaranteesFor(plan))
  const levels = levelsOf(plan).map((level) => underLevel(level, facts, analysis, neighbours))
  return { analysis, levels }
}

/** Of all that is measured only goodput depends on limits: on what they call a response in time. */
export function underLevel(
  level: ServiceLevel,
  facts: Facts,
  analysis: Analysed,
  neighbours: Neighbours,
): RunOfLevel {
  const { limits, windowUs } = level
  const plan = { ...facts.history.plan, limits }
  const own = { ...facts, history: { ...facts.history, plan } }
  const others = analysis.metrics.filter(({ metric }) => metric !== 'goodput')
  return {
    level,
    analysis: { ...analysis, plan, metrics: [...others, ...goodputRows(own)] },
    windows: measuredWindows(own, neighbours, limits, windowUs),
  }
}
