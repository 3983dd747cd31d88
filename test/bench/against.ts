import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/**
 * Two revisions side by side, in turn and pair by pair: what a scenario costs from its file to its report, and what its
 * report costs alone, in CPU seconds (all threads) and peak memory. Ratios count; absolute figures are context.
 *
 *   npm run bench:against -- --revision 94d0eb2 --scenario partition-heal --pairs 5
 */
const { values } = parseArgs({
  options: {
    revision: { type: 'string', default: 'HEAD~1' },
    scenario: { type: 'string', default: 'partition-heal' },
    pairs: { type: 'string', default: '5' },
  },
})

const here = fileURLToPath(new URL('../..', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'faultline-against-'))
const other = join(scratch, 'other')

/** Written by the process itself as it ends: nobody else knows its peak. */
const note = `data:text/javascript,${encodeURIComponent(
  `import { writeFileSync } from 'node:fs'
   process.on('exit', () => {
     const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
     writeFileSync(process.env.BENCH_NOTE, JSON.stringify({ cpuSec: (userCPUTime + systemCPUTime) / 1e6, peakMb: maxRSS / 1024 }))
   })`,
)}`

type Cost = { cpuSec: number; peakMb: number }

function cost(checkout: string, args: readonly string[]): Cost {
  const file = join(scratch, 'note.json')
  execFileSync(process.execPath, ['--import', note, 'harness/faultline.mjs', ...args], {
    cwd: checkout,
    env: { ...process.env, BENCH_NOTE: file },
    stdio: 'ignore',
  })
  return JSON.parse(readFileSync(file, 'utf8')) as Cost
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] as number

function line(what: string, now: readonly Cost[], before: readonly Cost[]): string {
  const of = (figure: keyof Cost, digits: number) => {
    const [a, b] = [now, before].map((costs) => median(costs.map((one) => one[figure])))
    const pairs = now.map((one, i) => one[figure] / (before[i] as Cost)[figure])
    const [least, most] = [Math.min(...pairs), Math.max(...pairs)].map((ratio) => ratio.toFixed(2))
    return `${b?.toFixed(digits)} -> ${a?.toFixed(digits)}  = ${median(pairs).toFixed(2)} × (${least} to ${most})`
  }
  return `${what.padEnd(8)} CPU s ${of('cpuSec', 2)}   peak MB ${of('peakMb', 0)}`
}

try {
  execFileSync('git', ['worktree', 'add', '--detach', other, values.revision], {
    cwd: here,
    stdio: 'ignore',
  })
  symlinkSync(join(here, 'node_modules'), join(other, 'node_modules'))
  const costs = { run: [[], []], report: [[], []] } as Record<'run' | 'report', [Cost[], Cost[]]>
  for (let pair = 0; pair < Number(values.pairs); pair++)
    for (const at of pair % 2 === 0 ? [0, 1] : [1, 0]) {
      const [checkout, name] = at === 0 ? [here, 'now'] : [other, 'before']
      const out = join(scratch, name)
      costs.run[at as 0 | 1].push(cost(checkout, ['run', values.scenario, '--out', out, '--quiet']))
      costs.report[at as 0 | 1].push(cost(checkout, ['report', out]))
    }
  const same = (file: string): boolean => {
    const [a, b] = ['now', 'before'].map((name) =>
      readFileSync(join(scratch, name, file), 'utf8').replace(/"startedAt": "[^"]*"/, ''),
    )
    return a === b
  }
  process.stdout.write(
    `${[
      `${values.scenario}, ${values.revision} against this checkout, ${values.pairs} pairs; median and range of the ratios`,
      line('run', ...costs.run),
      line('report', ...costs.report),
      ...['record.jsonl', 'summary.json'].map(
        (file) => `${file}: ${same(file) ? 'equal' : 'DIFFERENT'}`,
      ),
    ].join('\n')}\n`,
  )
} finally {
  execFileSync('git', ['worktree', 'remove', '--force', other], { cwd: here })
  rmSync(scratch, { recursive: true, force: true })
}
