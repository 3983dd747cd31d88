import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/**
 * How long a command takes from its first byte to its end, in turn: another revision's checkout, this checkout, and
 * this checkout as `npm pack` compiles it. Wall-clock milliseconds, median of all rounds; ratios count.
 *
 *   npm run bench:start -- --revision eb8ffc6^ --rounds 11
 */
const { values } = parseArgs({
  options: {
    // The last one before the house was rebuilt and packed.
    revision: { type: 'string', default: 'eb8ffc6^' },
    rounds: { type: 'string', default: '11' },
  },
})
const commands = [['--version'], ['check', 'scenarios/partition-heal.yaml']]

const here = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'faultline-start-'))
const before = join(scratch, 'before')
const packed = join(scratch, 'packed')

/** The files of a package where `npm pack` would put them, compiled, without their sources. */
function pack(): void {
  mkdirSync(packed)
  const kept = ['harness', 'reports', 'scenarios', 'fixtures', '.package']
  for (const name of [...kept, 'package.json', 'tsconfig.json'])
    cpSync(join(here, name), join(packed, name), { recursive: true })
  symlinkSync(join(here, 'node_modules'), join(packed, 'node_modules'))
  execFileSync(join(here, 'node_modules/.bin/tsc'), ['-p', '.package'], { cwd: packed })
  for (const folder of ['harness', 'reports'])
    for (const entry of readdirSync(join(packed, folder), { recursive: true }).map(String))
      if (/(?<!\.d)\.ts$/.test(entry)) rmSync(join(packed, folder, entry))
}

function milliseconds(folder: string, args: readonly string[]): number {
  const start = performance.now()
  execFileSync(process.execPath, ['harness/faultline.mjs', ...args], {
    cwd: folder,
    stdio: 'ignore',
  })
  return performance.now() - start
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number

try {
  execFileSync('git', ['worktree', 'add', '--detach', before, values.revision], {
    cwd: here,
    stdio: 'ignore',
  })
  symlinkSync(join(here, 'node_modules'), join(before, 'node_modules'))
  pack()
  const rounds = Number(values.rounds)
  process.stdout.write(
    `median of ${rounds} rounds in ms; × is how often faster than ${values.revision}\n`,
  )
  for (const args of commands) {
    const folders = { before, checkout: here, package: packed }
    const times = { before: [], checkout: [], package: [] } as Record<
      keyof typeof folders,
      number[]
    >
    // The first round fills caches and does not count.
    for (let round = 0; round <= rounds; round++)
      for (const name of Object.keys(folders) as (keyof typeof folders)[]) {
        const ms = milliseconds(folders[name], args)
        if (round > 0) times[name].push(ms)
      }
    const was = median(times.before)
    const columns = Object.entries(times).map(([name, own]) => {
      const ms = median(own)
      return `${name} ${ms.toFixed(0)}${name === 'before' ? '' : ` (× ${(was / ms).toFixed(1)})`}`
    })
    process.stdout.write(`faultline ${args.join(' ')}: ${columns.join(', ')}\n`)
  }
} finally {
  execFileSync('git', ['worktree', 'remove', '--force', before], { cwd: here })
  rmSync(scratch, { recursive: true, force: true })
}
