import type { CheckerName } from '../../model/checker.ts'
import { amplification } from './amplification.ts'
import { boundedStaleness } from './bounded-staleness.ts'
import { causal } from './causal.ts'
import { definedCheckers } from './defined.ts'
import { doubleApply } from './double-apply.ts'
import { duplicateId } from './duplicate-id.ts'
import { faultsConfirmed } from './faults-confirmed.ts'
import { fencedPrimary } from './fenced-primary.ts'
import type { Checker, Checking } from './finding.ts'
import { generatorValid } from './generator-valid.ts'
import { inventedPoint } from './invented-point.ts'
import { linearizable } from './linearizable.ts'
import { linksAsPlanned } from './links-as-planned.ts'
import { lostWrites } from './lost-writes.ts'
import { mirrorCycle } from './mirror-cycle.ts'
import { mirrorGap } from './mirror-gap.ts'
import { monotonicReads } from './monotonic-reads.ts'
import { monotonicWrites } from './monotonic-writes.ts'
import { overwrittenRealTime } from './overwritten-real-time.ts'
import { partialFlagged } from './partial-flagged.ts'
import { partitionOrder } from './partition-order.ts'
import { quorumIntersection } from './quorum-intersection.ts'
import { readYourWrites } from './read-your-writes.ts'
import { regionsEqual } from './regions-equal.ts'
import { replicationStopped } from './replication-stopped.ts'
import { residency } from './residency.ts'
import { resurrectedDelete } from './resurrected-delete.ts'
import { sequential } from './sequential.ts'
import { tombstoneSafety } from './tombstone-safety.ts'
import { writesFollowReads } from './writes-follow-reads.ts'
import { zombieWrites } from './zombie-writes.ts'

/** It judges how long something took: on a machine that could not keep up that is the machine's doing. */
const time = (check: Checker): Checking => ({ check, measures: 'time' })

/** It judges what was there, and in which order: true however slow the machine was. */
const content = (check: Checker): Checking => ({ check, measures: 'content' })

/**
 * All checkers by name, in the order findings are shown. `regions-equal` measures time: a region that lacks something at the
 * end may only have had too little of it; what it should not hold has checkers of its own.
 */
export const checkers: Record<CheckerName, Checking> = {
  'lost-writes': content(lostWrites),
  'invented-point': content(inventedPoint),
  'duplicate-id': content(duplicateId),
  'resurrected-delete': content(resurrectedDelete),
  'zombie-writes': content(zombieWrites),
  'regions-equal': time(regionsEqual),
  'read-your-writes': content(readYourWrites),
  'monotonic-reads': content(monotonicReads),
  'monotonic-writes': content(monotonicWrites),
  'writes-follow-reads': content(writesFollowReads),
  causal: content(causal),
  sequential: content(sequential),
  linearizable: content(linearizable),
  'overwritten-real-time': content(overwrittenRealTime),
  'bounded-staleness': time(boundedStaleness),
  'partial-flagged': content(partialFlagged),
  'quorum-intersection': content(quorumIntersection),
  'double-apply': content(doubleApply),
  'mirror-cycle': content(mirrorCycle),
  'mirror-gap': content(mirrorGap),
  'replication-stopped': time(replicationStopped),
  'partition-order': content(partitionOrder),
  'tombstone-safety': content(tombstoneSafety),
  'fenced-primary': content(fencedPrimary),
  residency: content(residency),
  amplification: content(amplification),
  'faults-confirmed': time(faultsConfirmed),
  'links-as-planned': time(linksAsPlanned),
  'generator-valid': time(generatorValid),
}

/** The checkers above, and behind them those that were defined in this process. */
export const checkersInForce = (): Readonly<Record<string, Checking>> => ({
  ...checkers,
  ...definedCheckers(),
})
