import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Acceptance, type Suite, suiteOf } from '../../reports/ci/suite.ts'
import { readEnvironment } from './environment.ts'
import type { Judged } from './judge-run.ts'

/** A run that was kept, as a suite for CI servers. */
export function suiteOfRun(
  { directory, analysis, judgement }: Judged,
  acceptance: Acceptance,
): Suite {
  const environment = readEnvironment(directory)
  const seconds = wallSeconds(directory)
  const timed = seconds !== null && { seconds }
  return suiteOf({ analysis, judgement, environment, run: directory, ...timed }, acceptance)
}

/** How long the run took by wall clock, as its health says; null if it says nothing. */
function wallSeconds(directory: string): number | null {
  try {
    const lines = readFileSync(join(directory, 'health.jsonl'), 'utf8').trimEnd().split('\n')
    const { wallMs } = JSON.parse(lines.at(-1) as string)
    return typeof wallMs === 'number' ? wallMs / 1000 : null
  } catch {
    return null
  }
}
