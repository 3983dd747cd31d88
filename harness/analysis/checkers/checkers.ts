import { duplicateId } from './duplicate-id.ts'
import { faultsConfirmed } from './faults-confirmed.ts'
import type { Checker } from './finding.ts'
import { generatorValid } from './generator-valid.ts'
import { inventedPoint } from './invented-point.ts'
import { lostWrites } from './lost-writes.ts'
import { monotonicReads } from './monotonic-reads.ts'
import { overwrittenRealTime } from './overwritten-real-time.ts'
import { readYourWrites } from './read-your-writes.ts'
import { regionsEqual } from './regions-equal.ts'
import { resurrectedDelete } from './resurrected-delete.ts'
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
  'overwritten-real-time': overwrittenRealTime,
  'faults-confirmed': faultsConfirmed,
  'generator-valid': generatorValid,
} satisfies Record<string, Checker>

export type CheckerName = keyof typeof checkers
