import type { Facts } from '../facts/facts.ts'
import type { RecallSample } from '../metrics/recall-loss.ts'
import { type StateName, states } from './states.ts'

/** How often a run was in each state that it was in at all. */
export function statesReached(
  facts: Facts,
  samples: readonly RecallSample[],
): Partial<Record<StateName, number>> {
  const reached: Partial<Record<StateName, number>> = {}
  for (const [name, count] of Object.entries(states)) {
    const times = count(facts, samples)
    if (times > 0) reached[name as StateName] = times
  }
  return reached
}
