import { execFile } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The exit code, what it printed last, and rows that should not be as they are. */
function faultline(...flags: string[]): Promise<{ code: number; out: string }> {
  const command = [join(root, 'harness/faultline.mjs'), ...flags]
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root, maxBuffer: 1 << 28 }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out: out + err }),
    )
  })
}

const linesThatMatter = (out: string): string =>
  out
    .split('\n')
    .filter((line) => /NOT|never|missed|not as/i.test(line))
    .join('\n')

test('every scenario of the library comes out as it states, and no state of the ledger is left out', async () => {
  const out = mkdtempSync(join(tmpdir(), 'faultline-library-'))
  const said = await faultline('run', 'scenarios/', '--expect', '--quiet', '--out', out)
  expect(said.code, linesThatMatter(said.out)).toBe(0)
}, 900_000)

test('every planted bug is caught, and by no checker that it does not concern', async () => {
  const said = await faultline('prove', '--quiet')
  expect(said.code, linesThatMatter(said.out)).toBe(0)
}, 900_000)
