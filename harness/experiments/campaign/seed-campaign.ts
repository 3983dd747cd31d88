import { exitCodes } from '../../analysis/limits/judge.ts'
import type { Verdict } from '../../model/finding.ts'
import { type Align, textTable } from '../../text/table.ts'
import { counted } from '../../text/value.ts'
import { figureTable } from '../repetition-table.ts'
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
  /** In order of seed; `replay` repeats the run. */
  failing: FailingSeed[]
  /** Median, smallest and largest value of every main figure. */
  figures: RepeatedFigure[]
}

export type FailingSeed = Pick<Row, 'seed' | 'verdict' | 'because' | 'wrong'> & { replay?: string }

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
    verdicts,
    failing: failing.map((row) => {
      const { seed, verdict, because, wrong } = row
      const replay = replayOf(row)
      return { seed, verdict, because, wrong, ...(replay !== undefined && { replay }) }
    }),
    figures: spreads(sorted.flatMap(({ figures }) => (figures ? [figures] : []))),
  }
}

/** By expectation 0 or 1, else of the worst run; one that could not be made outranks them. */
function exitCodeOfSeeds(failing: readonly Row[], { expecting }: { expecting: boolean }): number {
  const notRun = failing.filter(({ verdict }) => verdict === 'not run')
  if (notRun.length > 0) return Math.max(...notRun.map(({ exitCode }) => exitCode))
  if (failing.length === 0) return exitCodes.pass
  return expecting ? exitCodes.limit : worstExitCode(failing as (Row & { verdict: Verdict })[])
}

const MOST_SHOWN = 40
const header = ['seed', 'verdict', 'replay', 'why']
const aligns: Align[] = ['right', 'left', 'left', 'left']

/** What the command prints. */
export function seedTable(campaign: SeedCampaign): string {
  const { scenario, asked, done, verdicts, failing, figures, expecting, jobs, seconds } = campaign
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict}`)
  const all = done === asked ? counted(done, 'seed') : `${done} of ${counted(asked, 'seed')}`
  const rows = failing
    .slice(0, MOST_SHOWN)
    .map(({ seed, verdict, wrong, replay = '' }) => [
      String(seed),
      verdict,
      replay,
      wrong.join('; '),
    ])
  const as = expecting ? 'as stated' : 'pass'
  return [
    ...(figures.length > 0 ? [figureTable(figures, done), ''] : []),
    ...(failing.length > 0 ? [...textTable(header, aligns, rows), ''] : []),
    ...(failing.length > MOST_SHOWN ? [`and ${failing.length - MOST_SHOWN} more seeds`, ''] : []),
    `${scenario}, ${all}: ${counts.join(', ')}.`,
    failing.length === 0
      ? `No seed failed: each came out ${as}.`
      : `${counted(failing.length, 'seed')} did not come out ${as}.${shrinkHint(failing)}`,
    `${seconds.toFixed(0)} s in ${counted(jobs, 'process', 'processes')}: ${((seconds * jobs) / Math.max(1, done)).toFixed(2)} s a run.`,
  ].join('\n')
}

function shrinkHint(failing: readonly FailingSeed[]): string {
  const replay = failing.find((row) => row.replay !== undefined)?.replay
  return replay === undefined ? '' : ` Make the first small: faultline shrink ${replay}`
}
