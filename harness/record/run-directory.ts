import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Plan } from '../model/plan.ts'

/**
 * What a run leaves behind:
 *
 *   record.jsonl       the plan and everything that happened (harness/model/record.ts)
 *   environment.json   host, versions, commit, wall-clock start
 *   health.jsonl       how the harness itself was doing, by wall clock
 *   truth/data.json    which data set recall is judged on
 *   servers.json       on real servers: memory and idle CPU of each, before the load
 *   logs/, agents/     on real servers: what each container said; what agents keep over a crash
 *   report.html, summary.json, summary.md
 */
export type RunDirectory = { path: string; record: string }

/** What a run writes; what an earlier one wrote must not be taken for this one's. */
const left = [
  ...['record.jsonl', 'report.html', 'summary.json', 'summary.md', 'health.jsonl'],
  ...['servers.json', 'logs', 'agents'],
]

/** The directory of a plan: `runs/<name>-<seed>`, with the world if it is not the simulator, or `out`. Emptied of an earlier run of the same name. */
export function openRunDirectory(plan: Plan, out: string | undefined): RunDirectory {
  const world = plan.world === 'sim' ? '' : `-${plan.world}`
  const path = out ?? join('runs', `${plan.name}-${plan.seed}${world}`)
  makeFolder(path)
  mkdirSync(join(path, 'truth'), { recursive: true })
  for (const stale of left) rmSync(join(path, stale), { force: true, recursive: true })
  return { path, record: join(path, 'record.jsonl') }
}

/** A folder that a run cannot be left in. */
export class RunDirectoryError extends Error {
  constructor(path: string, why: string) {
    super(`cannot leave a run in "${path}": ${why}. Give another folder with --out.`)
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

export function writeJson(directory: RunDirectory, name: string, value: unknown): void {
  writeFileSync(join(directory.path, name), `${JSON.stringify(value, null, 2)}\n`)
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
