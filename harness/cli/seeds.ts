import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { toJson } from '../base/json.ts'
import { suiteOfSeeds } from '../experiments/campaign/campaign-suites.ts'
import { inParallel } from '../experiments/campaign/crew.ts'
import { seedCampaign } from '../experiments/campaign/seed-campaign.ts'
import { seedTable } from '../experiments/campaign/seed-table.ts'
import { seedsOf } from '../experiments/campaign/seeds.ts'
import type { Row, Task } from '../experiments/campaign/task.ts'
import { UsageError } from '../model/errors.ts'
import type { Plan } from '../model/plan.ts'
import { planOf, pointsOf } from '../pipeline/plan.ts'
import { faultlineVersion } from '../pipeline/version.ts'
import { isReplay, replayName, writeReplay } from '../record/replay.ts'
import { takeFolder } from '../record/run-directory.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'
import { CampaignProgress } from './campaign-progress.ts'
import type { CiReport } from './ci-report.ts'
import { onInterrupt } from './interrupt.ts'
import { rowLost, STOPPING } from './library.ts'

type Flags = {
  seeds: string
  system?: string
  set?: SetVariables
  out?: string
  jobs?: number
  expect?: boolean
  reports?: boolean
  json?: boolean
  quiet?: boolean
}

/** `faultline run FILE --seeds 1..1000`. Sets the exit code. Rejects with UsageError and as the reading of a scenario does. */
export async function runSeeds(file: string, flags: Flags, ci?: CiReport): Promise<void> {
  const seeds = seedsOf(flags.seeds)
  if (isReplay(file))
    throw new UsageError(`${file} has its seed inside. Give a scenario for --seeds.`)
  if (pointsOf(file, flags.set).length > 0)
    throw new UsageError(`${file} is a sweep, so it is many plans. --seeds takes one.`)
  const { system, set } = flags
  const plan = planOf(file, { ...(system !== undefined && { system }), set })
  const base = flags.out ?? join('runs', `${plan.name}-campaign`)
  clear(base)
  const expecting = flags.expect === true
  const keep = flags.reports ? ('all' as const) : ('none' as const)
  const tasks = seeds.map((seed): Task => {
    const task = { file, seed, directory: join(base, `seed-${seed}`), keep }
    const as = { ...(system !== undefined && { system }), ...(set !== undefined && { set }) }
    return { ...task, ...as, expecting, figures: true }
  })
  const jobs = Math.min(flags.jobs ?? availableParallelism(), tasks.length)
  const startMs = performance.now()
  const { rows, interrupted } = await rowsOf(tasks, { jobs, quiet: flags.quiet === true })
  const campaign = seedCampaign(rows, (row) => replayOf(plan, row, base), {
    ...{ scenario: plan.name, faultline: faultlineVersion, expecting, asked: seeds.length },
    ...{ jobs, interrupted, seconds: (performance.now() - startMs) / 1000 },
  })
  ci?.add(suiteOfSeeds(campaign, rows, seeds, file))
  const json = toJson(campaign, 2)
  writeFileSync(join(base, 'campaign.json'), `${json}\n`)
  const { campaignPage } = await import('../experiments/campaign/campaign-page.ts')
  const html = await campaignPage(campaign, rows, { plan, file, base })
  writeFileSync(join(base, 'campaign.html'), html)
  process.stdout.write(
    `${flags.json ? json : `${seedTable(campaign)}\npage: ${base}/campaign.html`}\n`,
  )
  process.exitCode = campaign.exitCode
}

/** What an earlier campaign left must not be taken for this one's. */
function clear(base: string): void {
  const replaced = takeFolder(base)
  if (replaced !== null) process.stderr.write(`${replaced}\n`)
  for (const name of readdirSync(base))
    if (/^seed-\d+(\.plan\.json)?$|^campaign\.(json|html)$/.test(name))
      rmSync(join(base, name), { recursive: true })
}

/** Of a run that could not be made, there is nothing to repeat. */
function replayOf(plan: Plan, { seed, verdict }: Row, base: string): string | undefined {
  if (verdict === 'not run') return undefined
  const file = join(base, replayName(`seed-${seed}`))
  writeReplay(file, { ...plan, seed }, faultlineVersion)
  return file
}

async function rowsOf(tasks: readonly Task[], { jobs, quiet }: { jobs: number; quiet: boolean }) {
  const rows: Row[] = []
  const interrupt = onInterrupt([STOPPING])
  const stopped = () => interrupt.times() > 0
  const progress = new CampaignProgress(tasks.length, quiet)
  const kept = new Set<string>()
  const onResult = (row: Row, { seed, directory, keep }: Task) => {
    rows.push(row)
    const odd = row.outcome === 'not as it should'
    progress.count(odd)
    if (odd) progress.tell(`${progress.place} seed ${seed}: ${row.verdict}: ${row.because}`)
    if (keep === 'none') rmSync(directory, { recursive: true, force: true })
    else kept.add(directory)
  }
  try {
    await inParallel(tasks, { onResult, lost: rowLost, stopped, jobs })
  } finally {
    progress.clear()
    interrupt.done()
    // Runs that were broken off leave their records half-way.
    for (const { directory } of tasks)
      if (!kept.has(directory)) rmSync(directory, { recursive: true, force: true })
  }
  return { rows, interrupted: stopped() }
}
