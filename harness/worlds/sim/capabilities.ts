import { faultText } from '../../model/fault.ts'
import { type Lack, type Plan, storeNames, storesUsed } from '../../model/plan.ts'
import { whyNot } from './injector.ts'

/** What the simulator cannot do of a plan. */
export function missingInSim(plan: Plan): Lack[] {
  const faults = plan.faults.flatMap((fault, i) => {
    const why = whyNot(fault)
    return why === null ? [] : [{ what: faultText(fault), why, at: ['faults', i] }]
  })
  return [...faults, ...storeLack(plan), ...producerLack(plan)]
}

/** No other store is simulated as if it were Milvus: it would have Milvus's visibility, times and index. */
function storeLack(plan: Plan): Lack[] {
  const other = storesUsed(plan).filter((kind) => kind !== 'milvus')
  if (other.length === 0) return []
  const names = other.map((kind) => storeNames[kind]).join(' and ')
  const why =
    `it knows Milvus alone, and has no profile of ${names}. ` +
    'Run it in containers; or write store under worlds: { containers: … }, and have the simulator take Milvus.'
  return [{ what: `store: ${other.join(', ')}`, why, at: ['store'] }]
}

function producerLack({ servers: { producer } }: Plan): Lack[] {
  if (producer === 'at-least-once') return []
  const why =
    'an append to its log has no client library in between that could lose or double it. ' +
    'Run it in containers, or write producer: at-least-once.'
  return [{ what: `producer: ${producer}`, why, at: ['servers', 'producer'] }]
}
