import { type Guarantees, nothingPromised, promised } from '../../model/guarantees.ts'
import { allHazards, hazardsBut } from '../../model/hazard.ts'

/**
 * What shards with asynchronous copies promise, and the hazards each promise outlives. A primary acknowledges alone:
 * what it had not sent goes with its disk, however many copies there are. With one copy nobody takes over: a shard is
 * there or it is not, and its agent puts all of it in one order.
 */
export function promises({ copies }: { copies: number }): Guarantees {
  const keepDisks = hazardsBut('disk-loss')
  const alone = copies === 1
  return {
    ...nothingPromised,
    convergence: promised(true, allHazards),
    durability: promised(true, keepDisks),
    monotonicWrites: promised(true, keepDisks),
    flagsPartial: promised(true, allHazards),
    singleApply: promised(true, allHazards),
    readYourWrites: promised(alone && 'fetches', keepDisks),
    monotonicReads: promised(alone && 'fetches', keepDisks),
    linearizable: promised(alone, keepDisks),
    causalWrites: promised(alone, keepDisks),
  }
}
