import { counted } from '../../text/value.ts'
import type { Checker } from './finding.ts'
import { acknowledgedWrites, witnessOf } from './lost-writes.ts'

/**
 * Counts acknowledged writes that were overwritten by one acknowledged before they were sent, but that nobody
 * concerned knew of. No conflict rule without a common clock can exclude it: reported, never a failure.
 */
export const overwrittenRealTime: Checker = (facts) => {
  const { losses } = facts
  const overwritten = (losses ?? []).filter(({ kind }) => kind === 'real-time')
  const evidence = losses ? acknowledgedWrites(facts) : 0
  return {
    checker: 'overwritten-real-time',
    verdict: evidence === 0 ? 'unknown' : 'pass',
    because:
      evidence === 0
        ? 'No acknowledged write, or no final scan of every region, to judge by.'
        : `${counted(overwritten.length, 'acknowledged write')} of ${evidence} gave way to one that was ` +
          'acknowledged before, in a region that did not know of it.',
    evidence,
    violations: overwritten.length,
    events: overwritten.slice(0, 8).map(witnessOf),
    about: 'correctness',
    promised: false,
  }
}
