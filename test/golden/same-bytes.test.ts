import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { aPlan } from '../support/plan.ts'
import { simulate } from '../support/simulate.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** In CI another major version of Node; elsewhere this one again, as a second process. */
const otherNode = process.env['FAULTLINE_OTHER_NODE'] ?? process.execPath

/** The record another process writes. */
function recordBy(node: string, scenario: string): Buffer {
  const out = mkdtempSync(join(tmpdir(), 'faultline-bytes-'))
  const program = [
    '--import',
    'tsx',
    'test/support/record-run.ts',
    `scenarios/${scenario}.yaml`,
    out,
  ]
  execFileSync(node, program, {
    cwd: root,
    stdio: 'pipe',
  })
  return readFileSync(join(out, 'record.jsonl'))
}

const golden = JSON.parse(readFileSync(join(root, 'test/golden/golden.json'), 'utf8'))

/** One of every system where there is another Node to compare with; golden hashes hold the others between processes. */
const scenarios: string[] =
  otherNode === process.execPath
    ? ['wal-arrival-order']
    : Object.keys(golden).map((file) => file.replace('.yaml', ''))

test.each(scenarios)(
  'two processes write the same bytes for %s, on two versions of Node where there are two',
  (scenario) => {
    const here = recordBy(process.execPath, scenario)
    const there = recordBy(otherNode, scenario)
    expect(here.length).toBeGreaterThan(1_000_000)
    expect(here.equals(there)).toBe(true)
  },
)

test('another seed writes another record', async () => {
  const of = async (seed: number) => JSON.stringify((await simulate(aPlan({ seed }))).events)
  expect(await of(1)).not.toBe(await of(2))
})
