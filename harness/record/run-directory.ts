import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Plan } from '../model/plan.ts'

/**
 * What a run leaves behind:
 *
 *   record.jsonl       the plan and everything that happened (harness/model/record.ts)
 *   environment.json   host, versions, commit, wall-clock start
 *   health.jsonl       how the harness itself was doing, by wall clock
 *   truth/data.json    which data set recall is judged on
 *   report.html, summary.json, summary.md
 */
export type RunDirectory = { path: string; record: string }

/** The directory of a plan: `runs/<name>-<seed>`, or `out`. Emptied of an earlier run of the same name. */
export function openRunDirectory(plan: Plan, out: string | undefined): RunDirectory {
  const path = out ?? join('runs', `${plan.name}-${plan.seed}`)
  mkdirSync(join(path, 'truth'), { recursive: true })
  for (const stale of ['record.jsonl', 'report.html', 'summary.json', 'summary.md', 'health.jsonl'])
    rmSync(join(path, stale), { force: true })
  return { path, record: join(path, 'record.jsonl') }
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
