import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { toJson } from '../base/json.ts'
import { UsageError } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import { formerRun } from './former-run.ts'

/**
 * What a run leaves behind:
 *
 *   record.jsonl       the plan and everything that happened (harness/model/record.ts)
 *   scenario.yaml      the scenario as it was when the run began; not of a plan that is repeated
 *   environment.json   host, versions, commit, wall-clock start; on real servers also their images, and memory and
 *                      idle CPU of each before the load
 *   health.jsonl       how the harness itself was doing, by wall clock
 *   truth/data.json    which data set recall is judged on
 *   logs/, agents/     on real servers: what each container said; what agents keep over a crash
 *   report.html, summary.json, summary.md
 *
 * Of a run made several times: rep-1, rep-2 …, each as above, and beside them reps.json and reps.md.
 */
export type RunDirectory = {
  path: string
  record: string
  /** What of an earlier run stood there, as a sentence; absent if nothing did. */
  replaced?: string
}

/** What a run writes (servers.json: did once); what an earlier one wrote must not be taken for this one's. */
const left = [
  ...['record.jsonl', 'scenario.yaml', 'report.html', 'summary.json', 'summary.md', 'health.jsonl'],
  ...['servers.json', 'logs', 'agents', 'reps.json', 'reps.md', 'sla.html', 'sla.json', 'sla.md'],
]

/** Where a plan leaves its run without --out: `runs/<name>-<seed>`, with the world if it is not the simulator. */
export function defaultDirectory({ name, seed, world }: Plan): string {
  return join('runs', `${name}-${seed}${world === 'sim' ? '' : `-${world}`}`)
}

/**
 * The directory of a plan, or `out`, emptied of what an earlier run left there. Throws RunDirectoryError if it cannot be
 * had, or holds files that no run left.
 */
export function openRunDirectory(plan: Plan, out: string | undefined): RunDirectory {
  const path = out ?? defaultDirectory(plan)
  const replaced = takeFolder(path)
  mkdirSync(join(path, 'truth'), { recursive: true })
  for (const stale of left) rmSync(join(path, stale), { force: true, recursive: true })
  return { path, record: join(path, 'record.jsonl'), ...(replaced !== null && { replaced }) }
}

/**
 * Makes a folder for a run if there is none. Gives what of earlier runs is replaced there, as a sentence, or null. Throws
 * RunDirectoryError.
 */
export function takeFolder(path: string): string | null {
  makeFolder(path)
  const former = formerRun(path)
  if (former.kind === 'foreign')
    throw new RunDirectoryError(
      path,
      `it holds what no run left there (${former.names.join(', ')})`,
    )
  return former.kind === 'run' ? `${path}: ${former.sentence}` : null
}

/** A path that is a run directory. Throws a UsageError that says which there are, or how to make one. */
export function runDirectory(path: string): string {
  if (existsSync(join(path, 'record.jsonl'))) return path
  throw new UsageError(notARun(path))
}

/** What to say of a path that should have been a run directory: which runs there are, or how to make one. */
export function notARun(path: string): string {
  const there = existsSync('runs')
    ? readdirSync('runs').filter((name) => existsSync(join('runs', name, 'record.jsonl')))
    : []
  const others = there.filter((name) => name !== 'latest').sort()
  const shown = others.slice(0, 5).map((name) => join('runs', name))
  const more = others.length > shown.length ? ` and ${others.length - shown.length} more` : ''
  const way =
    shown.length > 0
      ? `Runs here: ${shown.join(', ')}${more}.`
      : 'Make a run first: faultline run scenarios/steady-state.yaml'
  return `${path} is not a run directory: it has no record.jsonl. ${way}`
}

/** A folder that a run cannot be left in. */
class RunDirectoryError extends UsageError {
  constructor(path: string, why: string) {
    super(`cannot leave a run in "${path}": ${why}. Give a folder of its own with --out.`)
    this.name = 'RunDirectoryError'
  }
}

/** Step by step: where a parent cannot be had, `recursive` may try for ever. */
function makeFolder(path: string): void {
  if (path === '') throw new RunDirectoryError(path, 'it has no name')
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return
    throw new RunDirectoryError(path, 'it is a file')
  }
  if (dirname(path) !== path) makeFolder(dirname(path))
  try {
    mkdirSync(path)
  } catch (error) {
    throw new RunDirectoryError(path, (error as NodeJS.ErrnoException).code ?? String(error))
  }
}

const SCENARIO = 'scenario.yaml'

/**
 * Keeps the text of the scenario that a plan was read from with the run, whatever became of its file. Of a replay file
 * there is none: its plan is the first line of the record.
 */
export function keepScenario({ path }: RunDirectory, text: string | undefined): void {
  if (text !== undefined) writeFileSync(join(path, SCENARIO), text)
}

/** The scenario a run directory keeps, as text; null if it keeps none. */
export function keptScenario(path: string): string | null {
  const file = join(path, SCENARIO)
  return existsSync(file) ? readFileSync(file, 'utf8') : null
}

export function writeJson(directory: RunDirectory, name: string, value: unknown): void {
  writeFileSync(join(directory.path, name), `${toJson(value, 2)}\n`)
}

/** Points `runs/latest` at a run; a file system without links goes without. */
export function linkLatest(directory: RunDirectory): void {
  const latest = join(dirname(directory.path), 'latest')
  try {
    rmSync(latest, { force: true, recursive: false })
    symlinkSync(basename(directory.path), latest, 'dir')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EPERM' && code !== 'ENOSYS') throw error
  }
}
