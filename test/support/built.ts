import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const built = join(root, '.cache/built')

/**
 * Compiles the command line as a package has it, before any test: it starts in half the time, and tests start it
 * often. The sources themselves are started by `npm start` and by test/golden.
 */
export default function setup(): void {
  mkdirSync(join(built, 'harness'), { recursive: true })
  for (const name of ['fixtures', 'scenarios', 'docker', 'package.json'])
    if (!existsSync(join(built, name))) symlinkSync(join(root, name), join(built, name))
  copyFileSync(join(root, 'harness/faultline.mjs'), join(built, 'harness/faultline.mjs'))
  const exactSearch = 'harness/base/exact-search'
  mkdirSync(join(built, exactSearch), { recursive: true })
  for (const name of ['kernel.wasm', 'thread-start.mjs'])
    copyFileSync(join(root, exactSearch, name), join(built, exactSearch, name))
  // What runs in a browser is JavaScript as it is: the compiler leaves it where it stands.
  mkdirSync(join(built, 'reports/browser'), { recursive: true })
  for (const name of readdirSync(join(root, 'reports/browser')))
    if (name.endsWith('.js'))
      copyFileSync(join(root, 'reports/browser', name), join(built, 'reports/browser', name))
  const where = ['--outDir', built, '--rootDir', root, '--declaration', 'false']
  const again = ['--incremental', '--tsBuildInfoFile', join(root, '.cache/built.tsbuildinfo')]
  const tsc = join(root, 'node_modules/.bin/tsc')
  execFileSync(tsc, ['-p', join(root, '.package'), ...where, ...again], { stdio: 'inherit' })
}
