import { existsSync, statSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import { UsageError } from '../model/errors.ts'
import { runLibrary } from './library.ts'
import type { RunFlags } from './run.ts'
import { runSeeds } from './seeds.ts'
import { type ShrinkFlags, shrinkCommand } from './shrink.ts'

/** What `faultline run` may be told beside what concerns one run. */
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
export async function runCampaign(paths: readonly string[], flags: CampaignFlags): Promise<void> {
  checkFlags(paths, flags)
  const { seeds } = flags
  if (seeds === undefined) return runLibrary(paths, flags)
  await runSeeds(paths[0] as string, { ...flags, seeds })
}

function checkFlags(paths: readonly string[], flags: CampaignFlags): void {
  const { world = 'sim', reps, seed, seeds, all, system } = flags
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

const TRIES = 1000

/** `faultline shrink`. */
export function addShrink(program: Command): void {
  program
    .command('shrink')
    .description('make a failing run as small as it gets, and write it down to read and to repeat')
    .argument('<run>', 'a run directory, or a replay file such as seed-17.plan.json')
    .option('--keep <name>', 'the checker, or the text of the limit, that has to go on failing')
    .option('--out <file>', 'where to write the small plan (default: beside the run)')
    .option('--tries <n>', `how many runs at most (default: ${TRIES})`, count, TRIES)
    .option('--quiet', 'no progress')
    .addHelpText('after', shrinkExamples)
    .action((path: string, flags: ShrinkFlags) => shrinkCommand(path, flags))
}

function count(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new InvalidArgumentError('How many is a whole number from 1, e.g. 200.')
  return Number(text)
}

const shrinkExamples = `
Examples:
  faultline run my.yaml --seeds 1..1000                          names the seeds that fail
  faultline shrink runs/my-campaign/seed-17.plan.json            24 faults -> 1, 5,210 operations -> 14
  faultline shrink runs/latest --keep regions-equal              the last run; what must go on failing
  faultline run runs/my-campaign/seed-17-small.plan.json --expect

It keeps whatever still makes the same checker (or the same limit) fail, so what is left is needed for the failure.
Beside the plan it writes a page to read: what was left out, what happens in order, and why it is wrong.`
