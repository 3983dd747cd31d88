import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
/** As a package has it: `built.ts` makes it before the tests. */
export const program = join(root, '.cache/built/harness/faultline.mjs')

export type Said = { code: number; out: string; err: string }

/** Runs the command line as a user does, from the top of the repository. */
export const faultline = (...flags: string[]): Promise<Said> => faultlineIn(root, ...flags)

/** The same from another folder. */
export const faultlineIn = (cwd: string, ...flags: string[]): Promise<Said> =>
  faultlineWith({}, cwd, ...flags)

/**
 * The same with variables of the environment; a workflow that runs these tests is told nothing of their runs, and what the
 * machine of whoever runs them was measured to do says nothing here.
 */
export function faultlineWith(
  variables: Record<string, string>,
  cwd: string,
  ...flags: string[]
): Promise<Said> {
  const alone = { GITHUB_STEP_SUMMARY: '', XDG_CACHE_HOME: join(root, '.cache/no-home') }
  const env = { ...process.env, ...alone, ...variables }
  const options = { cwd, env, maxBuffer: 1 << 28 }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...flags], options, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'faultline-cli-'))
