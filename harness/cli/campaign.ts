import { existsSync, statSync } from 'node:fs'
import { UsageError } from '../model/errors.ts'
import type { CiReport } from './ci-report.ts'
import { metricsOfMany } from './metrics-flag.ts'
import type { RunFlags } from './run.ts'

/** Flags of `faultline run` beside those that concern one run. */
export type CampaignFlags = RunFlags & {
  seeds?: string
  all?: boolean
  quick?: boolean
  reports?: boolean
  jobs?: number
  prove?: boolean
}

/** Whether it is about more than one run of one plan. */
export function isCampaign(paths: readonly string[], flags: CampaignFlags): boolean {
  const [first = ''] = paths
  const folder = existsSync(first) && statSync(first).isDirectory()
  return paths.length > 1 || folder || flags.seeds !== undefined || flags.all === true
}

/** Many runs at once, in the simulator. Sets the exit code. Rejects with a UsageError. */
export async function runCampaign(
  paths: readonly string[],
  flags: CampaignFlags,
  ci?: CiReport,
): Promise<void> {
  checkFlags(paths, flags)
  const { seeds } = flags
  if (seeds === undefined) return (await import('./library.ts')).runLibrary(paths, flags, ci)
  const { runSeeds } = await import('./seeds.ts')
  await runSeeds(paths[0] as string, { ...flags, seeds }, ci)
}

function checkFlags(paths: readonly string[], flags: CampaignFlags): void {
  const { world = 'sim', reps, seed, seeds, all, system, metrics } = flags
  if (metrics) throw metricsOfMany('these are many')
  if (world !== 'sim')
    throw new UsageError(
      'many runs at once are for the simulator: on real servers each would slow the others. Run one scenario at a time with --world containers.',
    )
  if (reps !== undefined)
    throw new UsageError(
      '--reps is for one scenario on real servers. Use other seeds: --seeds 1..5',
    )
  if (all && system !== undefined)
    throw new UsageError('--all is every system, and --system one. Leave one of them out.')
  if (seeds === undefined) return
  const [file = ''] = paths
  if (paths.length > 1 || all || (existsSync(file) && statSync(file).isDirectory()))
    throw new UsageError('--seeds takes one scenario at a time, on one system.')
  if (seed !== undefined)
    throw new UsageError(`--seeds and --seed exclude each other. Write --seeds ${seeds},${seed}.`)
}

/** Flags that mean nothing for a single run. Throws UsageError. */
export function checkSingle({ quick, jobs, reports }: CampaignFlags): void {
  const flag = quick ? '--quick' : jobs !== undefined ? '--jobs' : reports ? '--reports' : null
  if (flag !== null)
    throw new UsageError(`${flag} is for several runs: faultline run scenarios/ ${flag}`)
}
