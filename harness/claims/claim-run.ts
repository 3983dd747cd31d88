import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { unmet } from '../expectation.ts'
import { judgeRecord, planOf, recordRun } from '../main.ts'
import type { SweepResult } from '../model/sweep.ts'
import { openRunDirectory } from '../record/run-directory.ts'
import { runSweep, sweepOf } from '../sweep/sweep.ts'
import { isSweepFile } from '../sweep/sweep-command.ts'
import type { ShownClaim } from './claims-file.ts'
import { measuredText } from './measured.ts'

export const scenarioFolder = fileURLToPath(new URL('../../scenarios', import.meta.url))

/** One scenario to run, and what is to be said of it. */
export type ClaimTask = { name: string; asked: ShownClaim[] }

/** `texts[i]` is what `asked[i]` came to. `wrong`: what did not come out as the scenario states. */
export type ClaimResult = { profile: string; wrong: string[]; texts: string[]; sweep?: SweepResult }

/** Runs a scenario behind claims in the simulator. */
export async function runClaimed({ name, asked }: ClaimTask): Promise<ClaimResult> {
  const file = join(scenarioFolder, `${name}.yaml`)
  const out = mkdtempSync(join(tmpdir(), 'faultline-claim-'))
  try {
    return await (isSweepFile(file) ? ofSweep(name, file, asked, out) : ofRun(file, asked, out))
  } finally {
    rmSync(out, { recursive: true })
  }
}

async function ofRun(
  file: string,
  asked: readonly ShownClaim[],
  out: string,
): Promise<ClaimResult> {
  const plan = planOf(file)
  await recordRun(plan, openRunDirectory(plan, out), {})
  const { analysis, judgement } = judgeRecord(out)
  const wrong = plan.expect ? unmet(analysis, judgement) : ['the scenario has no `expect:`']
  const texts = asked.map((shown) => measuredText(shown, analysis))
  return { profile: plan.profile.name, wrong, texts }
}

/** A sweep has a table of its own. */
async function ofSweep(
  name: string,
  file: string,
  asked: readonly ShownClaim[],
  out: string,
): Promise<ClaimResult> {
  const [first] = sweepOf(file).points
  const { result } = await runSweep(file, { out, command: 'faultline claims' })
  const wrong = result.points.flatMap(({ number, unmet = [] }) =>
    unmet.map((what) => `point ${number}: ${what}`),
  )
  const texts = asked.map(() => `[table of ${name}](#${name})`)
  return { profile: first?.plan.profile.name ?? '', wrong, texts, sweep: result }
}
