import { faultText } from '../../model/fault.ts'
import type { Lack, Plan } from '../../model/plan.ts'
import { whyNot } from './injector.ts'

/** What the simulator cannot do of a plan. */
export function missingInSim(plan: Plan): Lack[] {
  const faults = plan.faults.flatMap((fault, i) => {
    const why = whyNot(fault)
    return why === null ? [] : [{ what: faultText(fault), why, at: ['faults', i] }]
  })
  return [...faults, ...producerLack(plan)]
}

function producerLack({ servers: { producer } }: Plan): Lack[] {
  if (producer === 'at-least-once') return []
  const why =
    'an append to its log has no client library in between that could lose or double it. ' +
    'Run it in containers, or write producer: at-least-once.'
  return [{ what: `producer: ${producer}`, why, at: ['servers', 'producer'] }]
}
