import { mean, sampleVariance } from 'simple-statistics'
import { beyond } from '../student.ts'

/** What the runs of one night measured; at least one value. */
export type NightRuns = readonly number[]

/**
 * Chance that the runs of `after` rank so far on the worse side of those of `before` while all nights are alike: the
 * rank-sum test as Student's t test on ranks (Conover and Iman, "Rank transformations as a bridge between parametric
 * and nonparametric statistics", 1981). All runs are ranked together, so that one far outlier weighs no more than the
 * largest value does; each night is the mean of the ranks of its runs, so that what they have in common, as a busy
 * machine, does not count once for each (after Rosner, Glynn and Lee, "Incorporation of clustering effects for the
 * Wilcoxon rank sum test", 2003). One-sided; 1 where there are too few nights to tell.
 */
export function rankShift(
  before: readonly NightRuns[],
  after: readonly NightRuns[],
  better: 'low' | 'high',
): number {
  const freedom = before.length + after.length - 2
  if (before.length < 2 || after.length < 2) return 1
  const ranks = nightRanks([...before, ...after])
  const [left, right] = [ranks.slice(0, before.length), ranks.slice(before.length)]
  const worse = (mean(right) - mean(left)) * (better === 'low' ? 1 : -1)
  if (worse <= 0) return 1
  const squares = (some: number[]): number => sampleVariance(some) * (some.length - 1)
  const variance = (squares(left) + squares(right)) / freedom
  if (variance === 0) return 0
  const error = Math.sqrt(variance * (1 / left.length + 1 / right.length))
  return beyond(worse / error, freedom) / 2
}

/** The mean rank of each night's runs among all runs; equal values share theirs. */
function nightRanks(nights: readonly NightRuns[]): number[] {
  const sorted = nights.flat().sort((a, b) => a - b)
  const rankOf = new Map<number, number>()
  for (let from = 0; from < sorted.length; ) {
    const value = sorted[from] as number
    let to = from
    while (sorted[to] === value) to++
    rankOf.set(value, (from + 1 + to) / 2)
    from = to
  }
  return nights.map((runs) => mean(runs.map((value) => rankOf.get(value) as number)))
}
