import type { MetricRow } from '../../model/metric.ts'
import type { Facts } from '../facts/facts.ts'
import { phaseLengthUs } from '../facts/phases.ts'
import { operationsOf } from './availability.ts'

type Tally = { region: string; phase: string; operation: string; answered: number }

/**
 * Operations answered ok, per second of the phase in which the answer came, by region of the client and operation. A
 * phase in which something was asked and nothing was answered has 0. Settling is apart: nothing is asked there.
 */
export function throughputRows({ history, phaseOf, spans }: Facts): MetricRow[] {
  const tallies = new Map<string, Tally>()
  const tallyOf = (region: string, phase: string, operation: string): Tally => {
    const key = `${region}|${phase}|${operation}`
    let tally = tallies.get(key)
    if (!tally) {
      tally = { region, phase, operation, answered: 0 }
      tallies.set(key, tally)
    }
    return tally
  }
  for (const op of history.ops)
    for (const operation of operationsOf(op)) {
      tallyOf(op.region, phaseOf(op.intended), operation)
      if (op.outcome === 'ok' && op.done !== null)
        tallyOf(op.region, phaseOf(op.done), operation).answered++
    }
  return [...tallies.values()]
    .filter(({ phase }) => phase !== 'settle')
    .map(({ region, phase, operation, answered }) => ({
      metric: 'throughput',
      unit: 'per-second',
      region,
      phase,
      operation,
      count: answered,
      value: (answered * 1_000_000) / phaseLengthUs(spans, phase),
    }))
}
