import { type FaultPlan, faultText } from '../../model/fault.ts'
import type { Lack, Plan } from '../../model/plan.ts'

/** What the simulator cannot do of a plan. */
export function missingInSim(plan: Plan): Lack[] {
  const faults = plan.faults.flatMap((fault, i) => {
    const why = reasons[fault.kind]
    return why ? [{ what: faultText(fault), why, at: ['faults', i] }] : []
  })
  return [...faults, ...producerLack(plan)]
}

/** Faults the simulator cannot inject. */
export const faultsMissingInSim = (faults: readonly FaultPlan[]) =>
  faults.flatMap(({ name, kind }) => {
    const why = reasons[kind]
    return why ? [{ fault: name, why }] : []
  })

const reasons: Partial<Record<FaultPlan['kind'], string>> = {
  'slow-close':
    'its connections are never closed, only reset. Run it in containers, or write connection-reset.',
  'log-clock-skew':
    'records of its log carry no time of the log. Run it in containers, or write clock-skew.',
}

function producerLack({ servers: { producer } }: Plan): Lack[] {
  if (producer === 'at-least-once') return []
  const why =
    'an append to its log has no client library in between that could lose or double it. ' +
    'Run it in containers, or write producer: at-least-once.'
  return [{ what: `producer: ${producer}`, why, at: ['servers', 'producer'] }]
}
