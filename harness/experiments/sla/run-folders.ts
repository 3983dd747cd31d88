import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UsageError } from '../../model/errors.ts'
import { notARun } from '../../record/run-directory.ts'

/** How deep below a folder runs may lie: `runs/sla/sla-of-steady-state/seed-1`. */
const DEEP = 3

/** Whether there is at least one run at a path, or below it. */
export const holdsRuns = (path: string): boolean => runsBelow(path, DEEP).length > 0

/** The run at a path, or all runs below it in the order of their names; each once. Throws UsageError where there is none. */
export function runFolders(paths: readonly string[]): string[] {
  const found = new Map<string, string>()
  for (const path of paths) {
    const runs = runsBelow(path, DEEP)
    if (runs.length === 0) throw new UsageError(notARun(path))
    for (const run of runs) if (!found.has(realpathSync(run))) found.set(realpathSync(run), run)
  }
  return [...found.values()]
}

/** Links are left out: `runs/latest` leads to a run that lies there too. */
function runsBelow(path: string, deep: number): string[] {
  if (existsSync(join(path, 'record.jsonl'))) return [path]
  if (deep === 0 || !existsSync(path) || !statSync(path).isDirectory()) return []
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort(byNumber)
    .flatMap((name) => runsBelow(join(path, name), deep - 1))
}

/** `seed-2` before `seed-10`. */
function byNumber(a: string, b: string): number {
  const [one, two] = [a, b].map((name) => /^(.*?)(\d+)$/.exec(name))
  if (one && two && one[1] === two[1]) return Number(one[2]) - Number(two[2])
  return a < b ? -1 : 1
}
