import { spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a recipe of CONTRIBUTING.md asks for: in each of its files, what is put before which line. */
export type Recipe = Record<string, { before: string; put: string }[]>

/** A copy of the checkout in which a recipe was followed. */
export type Followed = ReturnType<typeof follow>

/**
 * Follows a recipe in a copy; `more` are files beside it, such as a scenario, and `parts` what else of the checkout is
 * needed there, such as tests.
 */
export function follow(
  recipe: Recipe,
  more: Readonly<Record<string, string>>,
  parts: readonly string[] = [],
) {
  const files = Object.keys(recipe)
  const copy = mkdtempSync(join(tmpdir(), 'faultline-recipe-'))
  for (const part of ['harness', 'reports', 'fixtures', 'package.json', 'tsconfig.json', ...parts])
    cpSync(join(root, part), join(copy, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  for (const [name, text] of Object.entries(more)) {
    mkdirSync(dirname(join(copy, name)), { recursive: true })
    writeFileSync(join(copy, name), text)
  }

  /** A file of the copy as the recipe has it, or as it was. */
  const write = (file: string, followed: boolean): void => {
    let text = readFileSync(join(root, file), 'utf8')
    for (const { before, put } of followed ? (recipe[file] ?? []) : []) {
      expect(text.split(before), `${file}: ${before}`).toHaveLength(2)
      text = text.replace(before, () => put + before)
    }
    writeFileSync(join(copy, file), text)
  }
  for (const file of files) write(file, true)

  return {
    copy,
    files,
    write,
    /** What the compiler finds in the copy; empty if nothing. */
    complaints(): string {
      const tsc = join(copy, 'node_modules/.bin/tsc')
      const options = ['--noEmit', '--incremental', '--tsBuildInfoFile', '.types']
      const { status, stdout } = spawnSync(tsc, options, { cwd: copy, encoding: 'utf8' })
      return status === 0 ? '' : stdout
    },
    faultline(...args: string[]): { code: number | null; out: string; err: string } {
      const command = [join(copy, 'harness/faultline.mjs'), ...args]
      const { status, stdout, stderr } = spawnSync(process.execPath, command, {
        cwd: copy,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      })
      return { code: status, out: stdout, err: stderr }
    },
    /** One test file of the copy, those of its tests whose name has `named`; the code, and what vitest printed. */
    test(file: string, named: string, env: NodeJS.ProcessEnv = {}) {
      const vitest = join(copy, 'node_modules/vitest/vitest.mjs')
      // A configuration of its own: the checkout's compiles the command line first, which takes longer than the test.
      writeFileSync(
        join(copy, 'vitest.config.mjs'),
        'export default { test: { testTimeout: 60_000 } }\n',
      )
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [vitest, 'run', '--root', copy, file, '-t', named, '--maxWorkers=1'],
        { cwd: copy, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', ...env } },
      )
      return { code: status, out: stdout + stderr }
    },
    remove: () => rmSync(copy, { recursive: true, force: true }),
  }
}

/** The files that a section of CONTRIBUTING.md names, in its order. */
export function filesNamed(section: string): string[] {
  const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  const [, after = ''] = text.split(`## ${section}\n`)
  const [body = ''] = after.split('\n## ')
  return [...body.matchAll(/`(harness\/[^`]+\.ts)`/g)].map(([, file]) => file ?? '')
}
