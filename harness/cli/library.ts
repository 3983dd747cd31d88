import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { toJson } from '../base/json.ts'
import { suitesOfLibrary } from '../experiments/campaign/campaign-suites.ts'
import { inParallel } from '../experiments/campaign/crew.ts'
import { isWholeLibrary, ledgerOf } from '../experiments/campaign/library-states.ts'
import {
  type LibraryResult,
  labelOf,
  libraryExitCode,
  libraryTable,
} from '../experiments/campaign/library-table.ts'
import { type LibraryFlags, libraryTasks } from '../experiments/campaign/library-tasks.ts'
import { scenarioFiles } from '../experiments/campaign/scenario-files.ts'
import { type Row, rowNotRun, type Task } from '../experiments/campaign/task.ts'
import { ENVIRONMENT, INTERRUPTED } from '../model/errors.ts'
import { faultlineVersion } from '../pipeline/version.ts'
import { CampaignProgress } from './campaign-progress.ts'
import type { CiReport } from './ci-report.ts'
import { onInterrupt } from './interrupt.ts'

type Flags = LibraryFlags & { out?: string; jobs?: number; json?: boolean; quiet?: boolean }

export const STOPPING = 'Stopping: what is done is kept. Ctrl-C again stops at once.'
const BASE = join('runs', 'library')

/** `faultline run` of a folder, of several files, or on all systems. Sets the exit code. Rejects with a UsageError. */
export async function runLibrary(
  paths: readonly string[],
  flags: Flags,
  ci?: CiReport,
): Promise<void> {
  const base = flags.out ?? BASE
  const inFull = { ...flags, suites: ci !== undefined }
  const { tasks, onServersOnly } = libraryTasks(scenarioFiles(paths), base, inFull)
  const jobs = Math.min(flags.jobs ?? availableParallelism(), tasks.length)
  const startMs = performance.now()
  const { rows, interrupted } = await rowsOf(tasks, jobs, flags.quiet === true)
  const expecting = flags.expect === true
  const ofFolder = expecting && paths.some((path) => statSync(path).isDirectory())
  const ledger = ofFolder ? ledgerOf(rows, !interrupted && isWholeLibrary(paths, flags)) : undefined
  const result: LibraryResult = {
    ...{ format: 1, faultline: faultlineVersion, expecting },
    exitCode: interrupted ? INTERRUPTED : libraryExitCode(rows, expecting, ledger),
    seconds: (performance.now() - startMs) / 1000,
    secondsOfRuns: rows.reduce((sum, { seconds }) => sum + seconds, 0),
    ...{ jobs, asked: tasks.length, onServersOnly, ...(ledger && { ledger }), rows },
  }
  ci?.add(...suitesOfLibrary(result))
  const json = toJson({ ...result, rows: rows.map(({ suite: _, figures: __, ...row }) => row) }, 2)
  mkdirSync(base, { recursive: true })
  writeFileSync(join(base, 'table.json'), `${json}\n`)
  const { libraryPage } = await import('../experiments/campaign/library-page.ts')
  writeFileSync(join(base, 'library.html'), libraryPage(result, base))
  const told = `${libraryTable(result)}\npage: ${join(base, 'library.html')}`
  process.stdout.write(`${flags.json ? json : told}\n`)
  process.exitCode = result.exitCode
}

async function rowsOf(tasks: readonly Task[], jobs: number, quiet: boolean) {
  const rows: Row[] = []
  const interrupt = onInterrupt([STOPPING])
  const stopped = () => interrupt.times() > 0
  const progress = new CampaignProgress(tasks.length, quiet)
  const onResult = (row: Row) => {
    rows.push(row)
    progress.count(row.outcome === 'not as it should')
    progress.tell(`${progress.place} ${progressLineOf(row)}`)
  }
  try {
    await inParallel(tasks, { onResult, lost: rowLost, stopped, jobs })
  } finally {
    progress.clear()
    interrupt.done()
  }
  return { rows, interrupted: stopped() }
}

export const rowLost = (task: Task, how: string): Row =>
  rowNotRun(task, `the process it ran in ended with ${how}`, ENVIRONMENT)

function progressLineOf(row: Row): string {
  const { system, verdict, outcome, wrong, seconds } = row
  const told = {
    'as it should': 'as it should',
    'not as it should': `NOT as it should: ${wrong.join('; ')}`,
    reported: 'reported',
  }
  return `${labelOf(row)} on ${system}: ${verdict}, ${told[outcome]} (${seconds.toFixed(1)} s)`
}
