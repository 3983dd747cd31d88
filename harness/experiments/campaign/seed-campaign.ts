import { exitCodes } from '../../analysis/limits/judge.ts'
import { exactShare } from '../../base/confidence.ts'
import type { Interval } from '../../base/histogram.ts'
import type { Verdict } from '../../model/finding.ts'
import { worstExitCode } from '../repetitions.ts'
import { type RepeatedFigure, spreads } from '../side-by-side.ts'
import type { Row } from './task.ts'

/** What one scenario came to under many seeds. */
export type SeedCampaign = {
  format: 1
  scenario: string
  faultline: string
  expecting: boolean
  asked: number
  done: number
  exitCode: number
  /** Wall clock of the whole. */
  seconds: number
  jobs: number
  /** How many runs had which verdict. */
  verdicts: Partial<Record<Row['verdict'], number>>
  /** Which share of all seeds there are does not come out as it should, at 95 %: exact ends, undecided runs counted both ways. */
  failureRate: Interval
  /** Runs that can be counted neither way: not made, or without evidence where a pass was asked for. */
  undecided: number
  /** What failed in how many of the failing seeds, the most frequent first. */
  causes: { what: string; seeds: number; first: number }[]
  /** In order of seed; `replay` repeats the run. */
  failing: FailingSeed[]
  /** Median, smallest and largest value of every main figure. */
  figures: RepeatedFigure[]
}

export type FailingSeed = Pick<Row, 'seed' | 'verdict' | 'because' | 'wrong' | 'failed'> & {
  replay?: string
}

type Circumstances = Pick<SeedCampaign, 'scenario' | 'faultline' | 'asked' | 'seconds' | 'jobs'> & {
  interrupted: boolean
  expecting: boolean
}

export function seedCampaign(
  rows: readonly Row[],
  replayOf: (row: Row) => string | undefined,
  { interrupted, ...circumstances }: Circumstances,
): SeedCampaign {
  const sorted = [...rows].sort((a, b) => a.seed - b.seed)
  const verdicts: SeedCampaign['verdicts'] = {}
  for (const { verdict } of sorted) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1
  const failing = sorted.filter(({ outcome }) => outcome === 'not as it should')
  return {
    format: 1,
    ...circumstances,
    done: sorted.length,
    exitCode: interrupted ? exitCodes.interrupted : exitCodeOfSeeds(failing, circumstances),
    ...{ verdicts, ...rateOf(failing, sorted.length, circumstances) },
    causes: causesOf(failing),
    failing: failing.map((row) => {
      const { seed, verdict, because, wrong, failed = [] } = row
      const replay = replayOf(row)
      return { seed, verdict, because, wrong, failed, ...(replay !== undefined && { replay }) }
    }),
    figures: spreads(sorted.flatMap(({ figures }) => (figures ? [figures] : []))),
  }
}

const CONFIDENCE = 0.95

/** Of what is expected to be open, an open verdict is none; a run that was not made is always one. */
const isUndecided = ({ verdict }: Row, expecting: boolean): boolean =>
  verdict === 'not run' || (!expecting && verdict !== 'fail')

function rateOf(failing: readonly Row[], done: number, { expecting }: { expecting: boolean }) {
  const undecided = failing.filter((row) => isUndecided(row, expecting)).length
  const least = exactShare(failing.length - undecided, done, CONFIDENCE)
  const most = exactShare(failing.length, done, CONFIDENCE)
  return { failureRate: { low: least.low, high: most.high }, undecided }
}

/** A run that fails by several counts under each; one that failed by none, under the sentence that says why. */
function causesOf(failing: readonly Row[]): SeedCampaign['causes'] {
  const causes = new Map<string, SeedCampaign['causes'][number]>()
  for (const { seed, failed = [], wrong } of failing)
    for (const what of failed.length > 0 ? failed : wrong) {
      const cause = causes.get(what) ?? { what, seeds: 0, first: seed }
      causes.set(what, { ...cause, seeds: cause.seeds + 1 })
    }
  return [...causes.values()].sort((a, b) => b.seeds - a.seeds || a.first - b.first)
}

/** By expectation 0 or 1, else of the worst run; one that could not be made outranks them. */
function exitCodeOfSeeds(failing: readonly Row[], { expecting }: { expecting: boolean }): number {
  const notRun = failing.filter(({ verdict }) => verdict === 'not run')
  if (notRun.length > 0) return Math.max(...notRun.map(({ exitCode }) => exitCode))
  if (failing.length === 0) return exitCodes.pass
  return expecting ? exitCodes.limit : worstExitCode(failing as (Row & { verdict: Verdict })[])
}
