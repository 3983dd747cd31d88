import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { toJson } from '../base/json.ts'
import { programBeside } from '../base/program.ts'
import { inParallel } from '../experiments/campaign/crew.ts'
import { scenarioFiles } from '../experiments/campaign/scenario-files.ts'
import { plantedBugs } from '../experiments/prove/bugs.ts'
import { unproven } from '../experiments/prove/planted-bug.ts'
import { type Proof, type Proven, proofsOf } from '../experiments/prove/proof.ts'
import { type Proofs, proofExitCode, proofTable } from '../experiments/prove/proof-table.ts'
import { nothing } from '../experiments/prove/prover.ts'
import { INTERRUPTED, UsageError } from '../model/errors.ts'
import { shippedScenarios } from '../pipeline/shipped.ts'
import { faultlineVersion } from '../pipeline/version.ts'
import type { CampaignFlags } from './campaign.ts'
import { CampaignProgress } from './campaign-progress.ts'
import { onInterrupt } from './interrupt.ts'

export type ProveFlags = { only?: string; jobs?: number; json?: boolean; quiet?: boolean }

const WORKER = programBeside(import.meta.url, '../experiments/prove/worker')
const STOPPING = 'Stopping: the results so far are printed. Ctrl-C again stops at once.'

/** `faultline prove`. Sets the exit code. Rejects with a UsageError and as the reading of scenarios does. */
export async function proveCommand(paths: readonly string[], flags: ProveFlags): Promise<void> {
  const base = mkdtempSync(join(tmpdir(), 'faultline-prove-'))
  try {
    const files = scenarioFiles(paths.length > 0 ? paths : [shippedScenarios])
    const { only } = flags
    const proofs = proofsOf({ bugs: plantedBugs, files, base, ...(only !== undefined && { only }) })
    const jobs = Math.min(flags.jobs ?? availableParallelism(), proofs.length)
    const startMs = performance.now()
    const { proven, interrupted } = await made(proofs, jobs, flags.quiet === true)
    const open = unproven(plantedBugs)
    const result: Proofs = {
      ...{ format: 1, faultline: faultlineVersion },
      exitCode: interrupted ? INTERRUPTED : proofExitCode(proven, open),
      seconds: (performance.now() - startMs) / 1000,
      ...{ jobs, asked: proofs.length, unproven: open, proofs: inOrder(proven) },
    }
    process.stdout.write(`${flags.json ? toJson(result, 2) : proofTable(result)}\n`)
    process.exitCode = result.exitCode
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

async function made(proofs: readonly Proof[], jobs: number, quiet: boolean) {
  const proven: Proven[] = []
  const interrupt = onInterrupt([STOPPING])
  const stopped = () => interrupt.times() > 0
  const progress = new CampaignProgress(proofs.length, quiet)
  const onResult = (one: Proven) => {
    proven.push(one)
    progress.count(one.wrong.length > 0)
    const outcome =
      one.wrong.length === 0 ? 'as it should' : `NOT as it should: ${one.wrong.join('; ')}`
    progress.tell(`${progress.place} ${one.name}: ${outcome} (${one.seconds.toFixed(1)} s)`)
  }
  const lost = (proof: Proof, how: string): Proven => ({
    ...{ ...proof, ...nothing(`its process ended with ${how}`) },
    seconds: 0,
  })
  try {
    await inParallel(proofs, { onResult, lost, stopped, jobs, program: WORKER })
  } finally {
    progress.clear()
    interrupt.done()
  }
  return { proven, interrupted: stopped() }
}

/** Bugs as they are listed, all else by name: the same table however many processes made it. */
function inOrder(proven: readonly Proven[]): Proven[] {
  const listed = plantedBugs.map(({ name }) => name)
  return [...proven].sort(
    (a, b) =>
      listed.indexOf(a.name) - listed.indexOf(b.name) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}

/** `faultline run scenarios/ --prove`. Rejects with a UsageError where a flag means nothing there. */
export async function runToProve(paths: readonly string[], flags: CampaignFlags): Promise<void> {
  const { jobs, json, quiet, ...others } = flags
  const { prove: _, world, ...rest } = others
  const [odd] = Object.keys(rest)
  if (odd !== undefined || (world ?? 'sim') !== 'sim')
    throw new UsageError(
      `--prove runs the planted bugs and the scenarios that must go red as they are, in the simulator: leave --${dashed(odd ?? 'world')} out. It takes --jobs, --json and --quiet.`,
    )
  const kept = { ...(jobs !== undefined && { jobs }), ...(json && { json }) }
  await proveCommand(paths, { ...kept, ...(quiet && { quiet }) })
}

const dashed = (key: string): string =>
  key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
