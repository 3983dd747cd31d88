import { amplification } from './amplification.ts'
import { boundedStaleness } from './bounded-staleness.ts'
import { causal } from './causal.ts'
import { doubleApply } from './double-apply.ts'
import { duplicateId } from './duplicate-id.ts'
import { faultsConfirmed } from './faults-confirmed.ts'
import { fencedPrimary } from './fenced-primary.ts'
import type { Checker } from './finding.ts'
import { generatorValid } from './generator-valid.ts'
import { inventedPoint } from './invented-point.ts'
import { linearizable } from './linearizable.ts'
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

/** All checkers by name, in the order findings are shown. */
export const checkers = {
  'lost-writes': lostWrites,
  'invented-point': inventedPoint,
  'duplicate-id': duplicateId,
  'resurrected-delete': resurrectedDelete,
  'zombie-writes': zombieWrites,
  'regions-equal': regionsEqual,
  'read-your-writes': readYourWrites,
  'monotonic-reads': monotonicReads,
  'monotonic-writes': monotonicWrites,
  'writes-follow-reads': writesFollowReads,
  causal,
  sequential,
  linearizable,
  'overwritten-real-time': overwrittenRealTime,
  'bounded-staleness': boundedStaleness,
  'partial-flagged': partialFlagged,
  'quorum-intersection': quorumIntersection,
  'double-apply': doubleApply,
  'mirror-cycle': mirrorCycle,
  'mirror-gap': mirrorGap,
  'replication-stopped': replicationStopped,
  'partition-order': partitionOrder,
  'tombstone-safety': tombstoneSafety,
  'fenced-primary': fencedPrimary,
  residency,
  amplification,
  'faults-confirmed': faultsConfirmed,
  'generator-valid': generatorValid,
} satisfies Record<string, Checker>

export type CheckerName = keyof typeof checkers
