import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { allHazards, hazardsBut } from '../../model/hazard.ts'
import type { Us } from '../../model/units.ts'

type Knobs = {
  failover: 'auto' | 'off'
  reads: 'replica' | 'primary'
  batch: number
  lingerUs: Us
  rebalanceUs: Us
}

/** What one primary with asynchronous replicas promises, and the hazards each promise outlives. */
export function promises({ failover, reads, batch, lingerUs, rebalanceUs }: Knobs): Guarantees {
  const steady = failover === 'off'
  const atPrimary = steady && reads === 'primary'
  const keepDisks = hazardsBut('disk-loss')
  return {
    ...nothingPromised,
    convergence: promised(lingerUs > 0 || batch === 1, allHazards),
    // The primary alone decides what is acknowledged: what it had not sent goes with its disk.
    durability: promised(steady, keepDisks),
    causalWrites: promised(steady, keepDisks),
    readYourWrites: promised(atPrimary && 'fetches', keepDisks),
    monotonicReads: promised(atPrimary && 'fetches', keepDisks),
    linearizable: promised(atPrimary, keepDisks),
    sequential: promised(atPrimary, keepDisks),
    causal: promised(atPrimary, keepDisks),
    monotonicWrites: promised(steady, keepDisks),
    writesFollowReads: promised(steady, keepDisks),
    singleApply: promised(steady && rebalanceUs === 0, allHazards),
    // An epoch that only disks knew which are gone may be given out again.
    fencedPrimary: promised(true, hazardsBut('disks-lost-twice')),
    // A lease is time: a clock that runs slow holds it for longer than the register does.
    onePrimary: promised(true, hazardsBut('disks-lost-twice', 'clock-drift')),
  }
}
