import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Suite } from '../../reports/ci/suite.ts'
import { sweepTable } from '../../reports/sweep-table.ts'
import { exitCodes } from '../analysis/limits/judge.ts'
import { worstExitCode } from '../experiments/repetitions.ts'
import { runSweep, type Swept } from '../experiments/sweep/sweep.ts'
import { UsageError } from '../model/errors.ts'
import type { WorldName } from '../model/plan.ts'
import { pointText, type SweepResult } from '../model/sweep.ts'
import { acceptanceOf } from '../pipeline/expectation.ts'
import type { Judged } from '../pipeline/judge-run.ts'
import { suiteOfRun } from '../pipeline/run-suite.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'
import { textTable, WIDTH } from '../text/table.ts'
import type { ImageSource } from '../worlds/images/image-list.ts'
import type { CiReport } from './ci-report.ts'
import { onInterrupt } from './interrupt.ts'
import { print } from './print.ts'

/** Flags of `faultline run` that a sweep knows. */
type Flags = {
  seed?: number
  set?: SetVariables
  world?: WorldName
  images?: ImageSource
  out?: string
  reps?: number
  json?: boolean
  quiet?: boolean
  expect?: boolean
}

/** `faultline run` of a scenario with `sweep:`. Sets the exit code. Rejects with a UsageError and as runs do. */
export async function sweepCommand(
  file: string,
  flags: Flags,
  command: string,
  ci?: CiReport,
): Promise<void> {
  if (flags.reps !== undefined)
    throw new UsageError(
      '--reps repeats one plan, and this scenario has a sweep: section. Take one of the two out.',
    )
  const interrupt = onInterrupt([
    'Ending the sweep: this point is the last, points so far are kept. Ctrl-C again stops at once.',
  ])
  const { seed, world, set, images, out } = flags
  const points: PointSuite[] = []
  const swept = await runSweep(file, {
    ...{ seed, world, set, images, out, command },
    interrupted: () => interrupt.times() > 0,
    onPoint: ({ number, at }, of) => {
      if (!flags.quiet) process.stderr.write(`point ${number} of ${of}: ${pointText(at)}\n`)
    },
    onJudged: (judged) => ci && points.push(pointSuite(judged, flags)),
    onNote: (text) => process.stderr.write(`${text}\n`),
    onStep: (text) => {
      if (!flags.quiet) process.stderr.write(`${text}\n`)
    },
  })
  interrupt.done()
  ci?.add(...suitesOfPoints(points))
  if (flags.json) print(readFileSync(join(swept.directory, 'sweep.json'), 'utf8').trimEnd())
  else print(outcome(swept, flags))
  process.exitCode = interrupt.times() > 0 ? exitCodes.interrupted : exitCodeOf(swept, flags)
}

function outcome({ result, directory }: Swept, { expect }: Flags): string {
  const wrong = result.points.flatMap(({ number, unmet = [] }) =>
    unmet.map((what) => `NOT AS EXPECTED: point ${number}: ${what}`),
  )
  const stated = wrong.length > 0 ? wrong : ['expected: every point came out as stated']
  const notes = result.notes.map((note) => `note: ${note}`)
  const lines = [...tableLines(result), '', ...notes, ...(expect ? stated : [])]
  return [...lines, `report: ${directory}/sweep.html`].join('\n')
}

/** A row for each point; where there is more to show than fits a line, a column for each. */
function tableLines(result: SweepResult): string[] {
  const { head, rows } = sweepTable(result)
  const left = (titles: readonly string[]) => titles.map(() => 'left' as const)
  const all = [head, ...rows]
  const width = head.reduce(
    (sum, _, c) => sum + 2 + Math.max(...all.map((row) => (row[c] ?? '').length)),
    0,
  )
  if (width <= WIDTH) return textTable(head, left(head), rows)
  const turned = head.map((_, c) => all.map((row) => row[c] ?? ''))
  const [titles = [], ...figures] = turned
  return textTable(titles, left(titles), figures)
}

/** A point as a suite, taken as if it were alone, and as one of which nothing is expected. */
type PointSuite = { stated: boolean; alone: Suite; open: Suite }

function pointSuite(judged: Judged, flags: Flags): PointSuite {
  const { analysis, judgement } = judged
  return {
    stated: flags.expect === true && analysis.plan.expect !== null,
    alone: suiteOfRun(judged, acceptanceOf(analysis, judgement, flags)),
    open: suiteOfRun(judged, { unmet: [], accepted: 'nothing is expected of it' }),
  }
}

/** As the exit code takes them: where something is expected of some points, the others say nothing. */
function suitesOfPoints(points: readonly PointSuite[]): Suite[] {
  const some = points.some(({ stated }) => stated)
  return points.map(({ stated, alone, open }) => (some && !stated ? open : alone))
}

/** With `--expect` points of which nothing is expected say nothing, unless nothing is expected of any. */
function exitCodeOf({ result: { points } }: Swept, { expect }: Flags): number {
  const stated = points.flatMap(({ unmet }) => (unmet === undefined ? [] : [unmet]))
  if (!expect || stated.length === 0) return worstExitCode(points)
  return stated.every((unmet) => unmet.length === 0) ? exitCodes.pass : exitCodes.limit
}
