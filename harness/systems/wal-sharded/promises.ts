import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { hazardsBut } from '../../model/hazard.ts'
import { MS, type Us } from '../../model/units.ts'
import type { ConflictRule } from '../shared/conflict.ts'

/** What is applied is searchable within this time; strong reads do not need it. */
export const VISIBLE_US: Us = 500 * MS

type Knobs = { conflict: ConflictRule; ack: 'log' | 'quorum' | 'all'; staleBoundUs: Us }

/**
 * What a log in every region promises, by how conflicts end and whose logs an acknowledgement waits for. What one region
 * alone has logged is gone with its disks, and so is how far its stamps had come. Answers are as old as the logs say;
 * under a wrong clock a later write may lose against an older one and never be seen at all, and a clock at another speed
 * measures another bound.
 */
export function promises({ conflict, ack, staleBoundUs }: Knobs): Guarantees {
  const ruled = conflict !== 'arrival-order'
  // Where stamps do not follow time, the same goes for any two writes.
  const bounded = staleBoundUs > 0 && ruled && conflict !== 'lamport'
  const once = hazardsBut('disks-lost-twice')
  const onDisks = hazardsBut('disk-loss', 'disks-lost-twice')
  const copied = ack === 'log' ? onDisks : once
  const inTime = copied.filter((hazard) => hazard !== 'wrong-clock' && hazard !== 'clock-drift')
  return {
    ...nothingPromised,
    convergence: promised(ruled, once),
    durability: promised(ack !== 'log', once),
    causalWrites: promised(ruled && conflict !== 'last-writer-wins', onDisks),
    stalenessUs: promised(bounded && staleBoundUs + VISIBLE_US, inTime),
    singleApply: promised(ruled, once),
  }
}
