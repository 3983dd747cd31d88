import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Suite } from '../../reports/ci/suite.ts'
import { repetitionTable } from '../experiments/repetition-table.ts'
import { exitCodeOfAll, repeat } from '../experiments/repetitions.ts'
import { judge, report, run, scenario } from '../index.ts'
import { UsageError } from '../model/errors.ts'
import type { Plan, WorldName } from '../model/plan.ts'
import { acceptanceOf, isOnlyUnknown, unmet } from '../pipeline/expectation.ts'
import { type Judged, judgeRun } from '../pipeline/judge-run.ts'
import { isSweepFile, planOf, versionNote } from '../pipeline/plan.ts'
import type { RunOptions } from '../pipeline/record-run.ts'
import { suiteOfRun } from '../pipeline/run-suite.ts'
import { defaultDirectory, runDirectory, takeFolder } from '../record/run-directory.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'
import type { ImageSource } from '../worlds/images/image-list.ts'
import type { CiReport } from './ci-report.ts'
import { onInterrupt } from './interrupt.ts'
import type { MetricsEndpoint } from './metrics-endpoint.ts'
import { type Listening, metricsOfMany } from './metrics-flag.ts'
import { print } from './print.ts'
import { ProgressLine } from './progress.ts'
import { outcomeTable } from './verdict-table.ts'

/** What stands behind `faultline run FILE` and `faultline report DIR`. */
export type RunFlags = {
  seed?: number
  set?: SetVariables
  world?: WorldName
  system?: string
  images?: ImageSource
  out?: string
  reps?: number
  json?: boolean
  quiet?: boolean
  allowUnknown?: boolean
  expect?: boolean
  metrics?: Listening
}

const ENDING = 'Ending the run: healing faults, closing the record. Ctrl-C again stops at once.'
const LAST = 'This run is the last: it goes on to its end. Ctrl-C again ends it early.'

/** `faultline run`: once, or several times with `--reps`. Sets the exit code. Rejects with a UsageError and as runs do. */
export async function runCommand(
  file: string,
  flags: RunFlags,
  argv: readonly string[],
  ci?: CiReport,
): Promise<void> {
  const command = ['faultline', ...argv.slice(2)].join(' ')
  if (isSweepFile(file, flags.set)) {
    if (flags.system !== undefined)
      throw new UsageError(`${file} is a sweep, of one system: leave --system ${flags.system} out.`)
    if (flags.metrics) throw metricsOfMany(`${file} is a sweep`)
    return (await import('./sweep.ts')).sweepCommand(file, flags, command, ci)
  }
  if (flags.reps !== undefined)
    return repeatCommand(file, flags, { times: flags.reps, command, ci })
  const interrupt = onInterrupt([ENDING])
  const interrupted = () => interrupt.times() > 0
  let judged: Judged
  try {
    judged = await runOnce(file, flags, { command, out: flags.out, interrupted })
  } finally {
    interrupt.done()
  }
  finish(judged, flags, ci)
  if (interrupted())
    process.stderr.write(
      `Interrupted. What was recorded is in ${judged.directory} and can be reported.\n`,
    )
}

/** Said even where no progress is wanted: nothing is overwritten without a word. */
function noteReplaced(sentence: string | null): void {
  if (sentence !== null) process.stderr.write(`${sentence}\n`)
}

async function repeatCommand(
  file: string,
  flags: RunFlags,
  { times, command, ci }: { times: number; command: string; ci?: CiReport | undefined },
): Promise<void> {
  if ((flags.world ?? 'sim') === 'sim')
    throw new UsageError(
      '--reps is for real servers (--world containers): in the simulator the same seed gives the same bytes every time. Run other seeds: --seeds 1..5',
    )
  const base = flags.out ?? defaultDirectory(planOf(file, flags))
  noteReplaced(takeFolder(base))
  const interrupt = onInterrupt([LAST, ENDING])
  const stopped = () => interrupt.times() > 0
  const interrupted = () => interrupt.times() > 1
  const once = (out: string, number: number) => {
    if (!flags.quiet) process.stderr.write(`run ${number} of ${times}: ${out}\n`)
    return runOnce(file, flags, { command, out, interrupted })
  }
  const exitCodeOf = (judged: Judged) => {
    ci?.add(suiteOf(judged, flags))
    return exitCode(judged, flags)
  }
  try {
    const repeated = await repeat(base, times, { once, exitCodeOf, stopped })
    if (flags.json) print(readFileSync(join(base, 'reps.json'), 'utf8').trimEnd())
    else print(`${repetitionTable(repeated)}\nreports: ${base}/rep-*/report.html`)
    process.exitCode = exitCodeOfAll(repeated)
  } catch (error) {
    if (existsSync(join(base, 'reps.md')))
      process.stderr.write(`What the runs before this one measured is in ${base}/reps.md.\n`)
    throw error
  } finally {
    interrupt.done()
  }
}

/** One run, from its scenario to its report. */
export async function runOnce(
  file: string,
  flags: RunFlags,
  options: Pick<RunOptions, 'command' | 'out' | 'interrupted'>,
): Promise<Judged> {
  const { seed, world, system, set, quiet } = flags
  const note = versionNote(file)
  if (note !== null && !quiet) process.stderr.write(`${note}\n`)
  const plan = await scenario(file, { seed, world, system, set })
  const endpoint = await openEndpoint(plan, flags)
  let directory: string
  try {
    directory = await runShown(plan, flags, { ...options, endpoint })
  } finally {
    await endpoint?.close()
  }
  const judged = await judge(directory)
  await report(judged)
  return judged
}

type Shown = Pick<RunOptions, 'command' | 'out' | 'interrupted'> & {
  endpoint: MetricsEndpoint | undefined
}

/** A run with its progress on stderr, and its figures for who scrapes them. */
async function runShown(
  plan: Plan,
  { images, quiet }: RunFlags,
  { endpoint, ...options }: Shown,
): Promise<string> {
  const line = new ProgressLine(plan, !quiet && process.stderr.isTTY === true)
  const onStep = (text: string) => {
    if (!quiet) process.stderr.write(`${text}\n`)
  }
  const directory = await run(plan, {
    ...options,
    images,
    onNote: noteReplaced,
    onStep,
    onPlanned: (operations) => endpoint?.expect(operations),
    onEvent: (event) => {
      line.see(event)
      endpoint?.see(event)
    },
    onHealth: (health) => endpoint?.seeHealth(health),
  })
  line.clear()
  await endpoint?.lastLook(options.interrupted ?? (() => false), onStep)
  return directory
}

/** Shows figures while a run lasts, if they are wanted; says where, also where no progress is wanted: the port may be any. */
async function openEndpoint(
  plan: Plan,
  { metrics }: RunFlags,
): Promise<MetricsEndpoint | undefined> {
  if (!metrics) return undefined
  const { MetricsEndpoint } = await import('./metrics-endpoint.ts')
  const endpoint = await MetricsEndpoint.open(plan, metrics)
  process.stderr.write(`figures while it runs: ${endpoint.url}\n`)
  return endpoint
}

/** `faultline report`: makes the report of a run again, from its directory alone. Sets the exit code. */
export async function reportCommand(path: string, flags: RunFlags, ci?: CiReport): Promise<void> {
  finish(await judgeRun(runDirectory(path)), flags, ci)
}

/** Prints what came out of a run, and sets the exit code. */
function finish(judged: Judged, flags: RunFlags, ci?: CiReport): void {
  ci?.add(suiteOf(judged, flags))
  if (flags.json) print(readFileSync(join(judged.directory, 'summary.json'), 'utf8').trimEnd())
  else print(outcomeTable(judged, flags.expect === true))
  process.exitCode = exitCode(judged, flags)
}

function exitCode({ analysis, judgement }: Judged, flags: RunFlags): number {
  if (flags.expect && analysis.plan.expect) return unmet(analysis, judgement).length === 0 ? 0 : 1
  return flags.allowUnknown && isOnlyUnknown(judgement) ? 0 : judgement.exitCode
}

const suiteOf = (judged: Judged, flags: RunFlags): Suite =>
  suiteOfRun(judged, acceptanceOf(judged.analysis, judged.judgement, flags))
