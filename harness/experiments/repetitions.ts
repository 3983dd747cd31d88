import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes } from '../analysis/limits/judge.ts'
import type { Interval } from '../base/histogram.ts'
import { toJson } from '../base/json.ts'
import type { Judged } from '../pipeline/judge-run.ts'
import { repetitionTable } from './repetition-table.ts'
import {
  type Repeated,
  type RepeatedFigure,
  type Repetition,
  repetitionOf,
  together,
} from './side-by-side.ts'

export type Repeating = {
  /** One run, its directory and number. */
  once: (directory: string, number: number) => Promise<Judged>
  /** What the run alone would exit with. */
  exitCodeOf: (judged: Judged) => number
  /** No further run is wanted. */
  stopped: () => boolean
}

/**
 * Makes runs in `base`/rep-1 … one after another, and after each writes `base`/reps.md and reps.json of all so far.
 * At least one run is made. Rejects as a run does, and leaves what was written.
 */
export async function repeat(
  base: string,
  times: number,
  { once, exitCodeOf, stopped }: Repeating,
): Promise<Repeated> {
  for (const stale of ['reps.md', 'reps.json']) rmSync(join(base, stale), { force: true })
  const runs: Repetition[] = []
  for (let number = 1; ; number++) {
    const judged = await once(join(base, `rep-${number}`), number)
    runs.push(repetitionOf(judged, exitCodeOf(judged)))
    const { name: scenario, seed, world } = judged.analysis.plan
    const repeated = { scenario, seed, world, asked: times, ...together(runs) }
    writeFileSync(join(base, 'reps.md'), `${repetitionTable(repeated)}\n`)
    writeFileSync(join(base, 'reps.json'), `${toJson(jsonOf(repeated), 2)}\n`)
    if (number >= times || stopped()) return repeated
  }
}

/** As if interrupted where runs are missing, else of the worst run. */
export const exitCodeOfAll = ({ asked, runs }: Pick<Repeated, 'asked' | 'runs'>): number =>
  runs.length < asked ? exitCodes.interrupted : worstExitCode(runs)

/** The exit code of the worst run, by the order in which a run chooses among reasons for its own. */
export function worstExitCode(runs: readonly Pick<Repetition, 'verdict' | 'exitCode'>[]): number {
  const reasons = Object.keys(exitCodes) as (keyof typeof exitCodes)[]
  // Two reasons have one code: an invalid run is worse than a broken limit, one without evidence is not.
  const rank = ({ verdict, exitCode }: Pick<Repetition, 'verdict' | 'exitCode'>) =>
    reasons.findIndex(
      (reason) => exitCodes[reason] === exitCode && (reason !== 'invalid' || verdict === 'invalid'),
    )
  const [worst] = [...runs].sort((a, b) => rank(a) - rank(b))
  return worst?.exitCode ?? exitCodes.unknown
}

/** As JSON; of what never happened in a run the upper end is Infinity. */
function jsonOf(repeated: Repeated) {
  const { runs, limits, metrics: main, ...head } = repeated
  const row = ({ spread, ...rest }: RepeatedFigure) => ({
    ...rest,
    ...(spread && {
      median: medianOf(spread.median),
      ...{ min: spread.min, max: spread.max },
    }),
  })
  return {
    format: 1,
    ...head,
    exitCode: exitCodeOfAll(repeated),
    runs: runs.map(({ limits: _, metrics: __, ...run }) => run),
    limits: limits.map(row),
    metrics: main.map(row),
  }
}

const medianOf = ({ low, high }: Interval): number | Interval =>
  low === high ? low : { low, high }
