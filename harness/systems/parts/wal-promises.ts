import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { allHazards } from '../../model/hazard.ts'
import { MS, type Us } from '../../model/units.ts'
import type { ConflictRule } from './conflict.ts'

/** What is applied is searchable within this time; strong reads do not need it. */
export const VISIBLE_US: Us = 500 * MS

type Knobs = { conflict: ConflictRule; ack: 'log' | 'quorum' | 'all'; staleBoundUs: Us }

/** What a log in every region promises, by how conflicts end and whose logs an acknowledgement waits for. */
export function promises({ conflict, ack, staleBoundUs }: Knobs): Guarantees {
  const ruled = conflict !== 'arrival-order'
  // Where stamps do not follow time, a write may lose against an older one and never be seen at all.
  const bounded = staleBoundUs > 0 && ruled && conflict !== 'lamport'
  return {
    ...nothingPromised,
    convergence: promised(ruled, allHazards),
    durability: promised(ack !== 'log', allHazards),
    causalWrites: promised(ruled && conflict !== 'last-writer-wins', allHazards),
    stalenessUs: promised(bounded && staleBoundUs + VISIBLE_US, allHazards),
    singleApply: promised(ruled, allHazards),
  }
}
