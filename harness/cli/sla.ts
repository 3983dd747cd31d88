import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { shellWord } from '../../reports/format.ts'
import { toJson } from '../base/json.ts'
import { inParallel } from '../experiments/campaign/crew.ts'
import { seedsOf } from '../experiments/campaign/seeds.ts'
import { type Row, rowNotRun, type Task } from '../experiments/campaign/task.ts'
import { serviceLevelsOf } from '../experiments/sla/read-run.ts'
import { holdsRuns } from '../experiments/sla/run-folders.ts'
import { signOff } from '../experiments/sla/sign-off.ts'
import { slaMarkdown } from '../experiments/sla/sla-markdown.ts'
import { slaPage } from '../experiments/sla/sla-page.ts'
import { suitesOfSla } from '../experiments/sla/sla-suites.ts'
import { slaTable } from '../experiments/sla/sla-table.ts'
import { scenario } from '../index.ts'
import { ENVIRONMENT, EnvironmentError, UsageError } from '../model/errors.ts'
import type { Plan, WorldName } from '../model/plan.ts'
import { scenarioFile } from '../pipeline/shipped.ts'
import { notARun, takeFolder } from '../record/run-directory.ts'
import type { SetVariables } from '../scenario/yaml/variables.ts'
import type { ImageSource } from '../worlds/images/image-list.ts'
import type { CiReport } from './ci-report.ts'
import { onInterrupt } from './interrupt.ts'
import { runOnce } from './run.ts'

export type SlaFlags = {
  seed?: number
  set?: SetVariables
  seeds?: string
  reps?: number
  world?: WorldName
  system?: string
  images?: ImageSource
  /** Names of profiles; none: all. */
  profile: string[]
  out?: string
  jobs?: number
  json?: boolean
  quiet?: boolean
}

const ENDING = 'Ending the run: what there is until now stays unsigned. Ctrl-C again stops at once.'
const TOGETHER =
  'Stopping: runs that are under way are broken off, and nothing is signed. Ctrl-C again stops at once.'

/** `faultline sla FILE…|RUN…`. Sets the exit code. Rejects with a UsageError and as runs do. */
export async function slaCommand(
  paths: readonly string[],
  flags: SlaFlags,
  argv: readonly string[],
  ci?: CiReport,
): Promise<void> {
  const command = ['faultline', ...argv.slice(2).map(shellWord)].join(' ')
  const runs = paths.filter(holdsRuns)
  const files = paths.filter((path) => !runs.includes(path)).map(fileOf)
  checkFlags(files, flags)
  const planned = await plansOf(files, flags)
  const out = flags.out ?? defaultOut(runs, planned)
  const wanted = wantedRuns(planned, out, flags)
  takeOut(out, runs, wanted.length > 0)
  const { made, notMade } = await runAll(wanted, flags, command)
  const madeAt = new Date().toISOString()
  const options = { profiles: flags.profile, command, madeAt, notMade }
  const sla = signOff([...runs, ...made], options)
  ci?.add(...suitesOfSla(sla))
  const json = toJson(sla, 2)
  writeFileSync(join(out, 'sla.json'), `${json}\n`)
  writeFileSync(join(out, 'sla.md'), slaMarkdown(sla))
  writeFileSync(join(out, 'sla.html'), slaPage(sla))
  const table = `${slaTable(sla)}\npage: ${join(out, 'sla.html')}, ${join(out, 'sla.md')}`
  process.stdout.write(`${flags.json ? json : table}\n`)
  process.exitCode = sla.exitCode
}

/** A scenario by its path or name; a folder without runs is neither. */
function fileOf(path: string): string {
  if (existsSync(path) && statSync(path).isDirectory())
    throw new UsageError(`${notARun(path)} For scenarios name the files: ${join(path, '*.yaml')}`)
  return scenarioFile(path)
}

function checkFlags(files: readonly string[], flags: SlaFlags): void {
  const { seed, seeds, reps, world = 'sim' } = flags
  if (seed !== undefined && seeds !== undefined)
    throw new UsageError(`--seeds and --seed exclude each other. Write --seeds ${seeds},${seed}.`)
  if (reps !== undefined && world === 'sim' && files.length > 0)
    throw new UsageError(
      '--reps is for real servers (--world containers): in the simulator the same seed gives the same bytes every time. Run other seeds: --seeds 1..5',
    )
  if (reps !== undefined && seeds !== undefined)
    throw new UsageError(
      '--reps repeats one seed, and --seeds takes several. Leave one of them out.',
    )
  if (flags.jobs !== undefined && world !== 'sim')
    throw new UsageError(
      '--jobs is for the simulator: real servers share one machine, so there is one run at a time.',
    )
  const only = {
    jobs: flags.jobs,
    set: flags.set,
    seed,
    seeds,
    reps,
    system: flags.system,
    images: flags.images,
  }
  const [useless] = Object.entries(only).find(([, value]) => value !== undefined) ?? []
  if (files.length === 0 && useless !== undefined)
    throw new UsageError(`--${useless} is for scenarios that are run; these runs exist already.`)
}

type Planned = { file: string; plan: Plan }

/** Reads every scenario before the first is run: a mistake in the last one costs no time. */
async function plansOf(files: readonly string[], flags: SlaFlags): Promise<Planned[]> {
  const planned: Planned[] = []
  for (const file of files) {
    const plan = await scenario(file, flags)
    const names = serviceLevelsOf(plan).map(({ name }) => name)
    if (names.length === 0)
      throw new UsageError(
        `${file} has neither profiles: nor limits:, so there is nothing to sign. Write profiles: { gold: { limits: [{ metric: availability, min: 99% }] } }.`,
      )
    const { profile } = flags
    if (profile.length > 0 && !profile.some((name) => names.includes(name)))
      throw new UsageError(
        `${file} has no profile "${profile.join('" or "')}". It has: ${names.join(', ')}.`,
      )
    const twin = planned.find((other) => other.plan.name === plan.name)
    if (twin)
      throw new UsageError(
        `${file} and ${twin.file} both have the name ${plan.name}, so their runs would lie in one folder. Give one of them another name:.`,
      )
    planned.push({ file, plan })
  }
  return planned
}

function defaultOut(runs: readonly string[], planned: readonly Planned[]): string {
  const [only] = planned
  if (only && planned.length === 1 && runs.length === 0) return slaFolder(only.plan)
  const [run] = runs
  return run !== undefined && runs.length === 1 && planned.length === 0 ? run : join('runs', 'sla')
}

/** With the world if it is not the simulator, so that neither replaces the other. */
const slaFolder = ({ name, world }: Plan): string =>
  join('runs', `${name}-sla${world === 'sim' ? '' : `-${world}`}`)

/** Makes room for the page, and for runs that are made; of runs that are there nothing is touched. */
function takeOut(out: string, runs: readonly string[], running: boolean): void {
  if (running && existsSync(join(out, 'record.jsonl')))
    throw new UsageError(`${out} is a run itself. Give a folder of its own with --out.`)
  const old = existsSync(join(out, 'sla.json'))
  if (!running && (old || runs.includes(out))) mkdirSync(out, { recursive: true })
  else noteReplaced(takeFolder(out))
  if (!running) return
  // What an earlier page was made of must not be taken for this one's.
  for (const name of readdirSync(out))
    if (/^(seed|rep)-\d+$|^sla-of-|^sla\.(json|md|html)$/.test(name))
      rmSync(join(out, name), { recursive: true, force: true })
}

function noteReplaced(sentence: string | null): void {
  if (sentence !== null) process.stderr.write(`${sentence}\n`)
}

type Made = { made: string[]; notMade: string[] }

/** Makes the runs, and gives the folders of those there are, and which there are not: simulations side by side. */
function runAll(wanted: readonly Wanted[], flags: SlaFlags, command: string): Promise<Made> {
  const { world = 'sim' } = flags
  return world === 'sim' && wanted.length > 1
    ? runTogether(wanted, flags)
    : runInTurn(wanted, flags, command)
}

async function runTogether(wanted: readonly Wanted[], flags: SlaFlags): Promise<Made> {
  const { system, set, jobs, quiet } = flags
  const interrupt = onInterrupt([TOGETHER])
  const rows: Row[] = []
  const tasks = wanted.map(({ file, seed, folder }) => ({
    ...({ file, seed, directory: folder, keep: 'all', expecting: false, figures: false } as const),
    ...(system !== undefined && { system }),
    ...(set !== undefined && { set }),
  }))
  try {
    await inParallel<Task, Row>(tasks, {
      ...(jobs !== undefined && { jobs }),
      stopped: () => interrupt.times() > 0,
      lost: (task, how) => rowNotRun(task, `the process it ran in ended with ${how}`, ENVIRONMENT),
      onResult(row, { file, seed, directory }) {
        rows.push(row)
        if (!quiet) process.stderr.write(`${file}, seed ${seed}: ${directory}\n`)
      },
    })
  } finally {
    interrupt.done()
  }
  const lost = rows.find(({ verdict }) => verdict === 'not run')
  if (lost) {
    const said = `${lost.file}, seed ${lost.seed}: ${lost.because}`
    throw lost.exitCode === ENVIRONMENT ? new EnvironmentError(said) : new UsageError(said)
  }
  const folders = wanted.map(({ folder }) => folder)
  const made = folders.filter((folder) => rows.some(({ directory }) => directory === folder))
  const notMade = folders.filter((folder) => !made.includes(folder))
  // What was broken off half-way is no run.
  for (const folder of notMade) rmSync(folder, { recursive: true, force: true })
  return { made, notMade }
}

async function runInTurn(
  wanted: readonly Wanted[],
  flags: SlaFlags,
  command: string,
): Promise<Made> {
  const interrupt = onInterrupt([ENDING])
  const interrupted = () => interrupt.times() > 0
  const made: string[] = []
  const notMade: string[] = []
  try {
    for (const { file, seed, folder } of wanted) {
      if (interrupted()) {
        notMade.push(folder)
        continue
      }
      if (!flags.quiet) process.stderr.write(`${file}, seed ${seed}: ${folder}\n`)
      await runOnce(file, { ...flags, seed }, { command, out: folder, interrupted })
      made.push(folder)
    }
    return { made, notMade }
  } finally {
    interrupt.done()
  }
}

type Wanted = { file: string; seed: number; folder: string }

function wantedRuns(planned: readonly Planned[], out: string, flags: SlaFlags): Wanted[] {
  return planned.flatMap(({ file, plan }) => {
    const base = planned.length === 1 ? out : join(out, `sla-of-${plan.name}`)
    const { seed = plan.seed, seeds, reps } = flags
    if (reps !== undefined)
      return Array.from({ length: reps }, (_, i) => ({
        ...{ file, seed, folder: join(base, `rep-${i + 1}`) },
      }))
    const all = seeds === undefined ? [seed] : seedsOf(seeds)
    return all.map((one) => ({ file, seed: one, folder: join(base, `seed-${one}`) }))
  })
}
