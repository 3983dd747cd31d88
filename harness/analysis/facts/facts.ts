import { keptByAll, type Layout } from '../../model/layout.ts'
import type { PhaseSpan } from '../../model/metric.ts'
import type { RegionName, Us } from '../../model/units.ts'
import { type Causality, causalityOf } from './causality.ts'
import { type FaultStory, faultStories } from './faults.ts'
import { type FinalState, finalStates } from './final-state.ts'
import type { History } from './history.ts'
import { remembered } from './holding.ts'
import { type Loss, lossesOf } from './losses.ts'
import { type Mirroring, mirroringsOf } from './mirroring.ts'
import { type Pace, paceOf } from './pace.ts'
import { phaseFinder, phaseSpans } from './phases.ts'
import { stretchesOf } from './recovery.ts'
import { type RegionState, regionStates } from './region-state.ts'
import { type Settlement, settlements } from './settlement.ts'
import { Journeys } from './stations.ts'
import { Versions } from './versions.ts'

/** All that metrics and checkers look things up in: made once from a history, never changed. */
export type Facts = {
  history: History
  /** Who has to hold what, as the system placed it. */
  layout: Layout
  versions: Versions
  states: ReadonlyMap<RegionName, RegionState>
  journeys: Journeys
  /** Whether the writer of a version knew of another one. */
  knewOf: Causality
  settled: readonly Settlement[]
  faults: readonly FaultStory[]
  /** What mirrors carried, by directed pair of regions; empty where there are none. */
  mirrorings: readonly Mirroring[]
  /** The last full scan of every region, and by it what was lost; null if one has none. */
  finals: readonly FinalState[] | null
  losses: readonly Loss[] | null
  spans: PhaseSpan[]
  phaseOf: (us: Us) => string
  /** Whether the load generator and its machine kept up. */
  pace: Pace
  /** Dimensions of a vector, which say what a write weighs; null if nobody said. */
  dim: number | null
}

export function factsOf(
  history: History,
  placed: Layout = keptByAll(history.plan.regions),
  dim: number | null = null,
): Facts {
  const layout = remembered(placed)
  const versions = new Versions(history)
  const states = regionStates(history, layout)
  const journeys = new Journeys(history)
  const knewOf = causalityOf(history, journeys)
  const settled = settlements(versions, states, journeys, layout)
  const faults = faultStories(history)
  const spans = phaseSpans(history.plan, stretchesOf(faults, settled, history), history.endUs)
  const finals = finalStates(history)
  const losses = finals && lossesOf({ layout, versions, knewOf }, finals)
  const phaseOf = phaseFinder(spans)
  return {
    ...{
      history,
      layout,
      dim,
      versions,
      states,
      journeys,
      knewOf,
      settled,
      faults,
      finals,
      losses,
    },
    ...{ spans, phaseOf, pace: paceOf(history, phaseOf), mirrorings: mirroringsOf(history) },
  }
}
