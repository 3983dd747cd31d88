import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareJson } from '../experiments/compare/compare-json.ts'
import { compareTable } from '../experiments/compare/compare-table.ts'
import { compare } from '../experiments/compare/outcome.ts'
import { readSide, sideName } from '../experiments/compare/side.ts'
import { takeFolder } from '../record/run-directory.ts'

export type CompareFlags = {
  meant: string[]
  least: number
  leastPoints: number
  anyway?: boolean
  allowUnknown?: boolean
  all?: boolean
  out?: string
  json?: boolean
}

/** `faultline compare A B`. Sets the exit code. Rejects with a UsageError where there is no run. */
export async function compareCommand(
  pathA: string,
  pathB: string,
  flags: CompareFlags,
): Promise<void> {
  const { meant, least, leastPoints, anyway = false, allowUnknown = false } = flags
  const [a, b] = [readSide(pathA, allowUnknown), readSide(pathB, allowUnknown)]
  const comparison = compare(a, b, {
    ...{ meant, anyway, unknownToo: allowUnknown },
    least: { share: least, points: leastPoints },
  })
  const out = flags.out ?? join('runs', `${sideName(a)}-against-${sideName(b)}`)
  const replaced = takeFolder(out)
  if (replaced !== null) process.stderr.write(`${replaced}\n`)
  const json = compareJson(comparison)
  writeFileSync(join(out, 'compare.json'), `${json}\n`)
  // Only here: the chart library takes longer to load than all else.
  const { comparePage } = await import('../experiments/compare/compare-page.ts')
  writeFileSync(join(out, 'compare.html'), await comparePage(comparison, out))
  const table = `${compareTable(comparison, flags.all === true)}\nreport: ${out}/compare.html`
  process.stdout.write(`${flags.json ? json : table}\n`)
  process.exitCode = comparison.exitCode
}
