import { createHash } from 'node:crypto'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes } from '../../analysis/limits/judge.ts'
import { toJson } from '../../base/json.ts'
import { programBeside } from '../../base/program.ts'
import type { Prices } from '../../model/bill.ts'
import type { CapacityOutcome, CapacityResult, Trial } from '../../model/capacity.ts'
import { ENVIRONMENT, UsageError } from '../../model/errors.ts'
import type { Plan } from '../../model/plan.ts'
import { fileBeside } from '../../pipeline/beside.ts'
import { isSweepFile, planOf } from '../../pipeline/plan.ts'
import { faultlineVersion } from '../../pipeline/version.ts'
import { isReplay, replayName, writeReplay } from '../../record/replay.ts'
import { takeFolder } from '../../record/run-directory.ts'
import { readPrices } from '../../scenario/parts/prices.ts'
import { ScenarioError } from '../../scenario/yaml/problem.ts'
import { type SetVariables, setText } from '../../scenario/yaml/variables.ts'
import { StandingCrew } from '../campaign/crew.ts'
import { billOf } from './bill.ts'
import { nextStep, type Search, type Wanted } from './bracket.ts'
import { bracketNotes } from './bracket-notes.ts'
import { withoutRegion } from './lost-region.ts'
import { checkScalable, offeredRate, scaledPlan, shapeNotes } from './scaled-plan.ts'
import { type TrialTask, trialNotRun } from './trial.ts'

export type CapacityOptions = {
  /** Where to leave it; else runs/<name>-capacity, with the region that is missing and the variables that were set. */
  out?: string
  /** Instead of the scenario's own. */
  seed?: number
  /** Values of variables, instead of the scenario's own. */
  set?: SetVariables
  /** A region that is down for all of the measured time. */
  without?: string
  /** A file of prices, for the bill of the rate that is found. */
  prices?: string
  /** Seeds with which both ends are confirmed, the scenario's own included. */
  seeds: number
  /** Fails ÷ keeps − 1. */
  width: number
  jobs?: number
  stopped: () => boolean
  onNote: (text: string) => void
  /** Told of the runs that are begun together, and of each as it ends. */
  onBegin: (wanted: readonly Wanted[]) => void
  onTrial: (trial: Trial) => void
}

const program = programBeside(import.meta.url, './worker')

export type Sought = { directory: string; result: CapacityResult }

/**
 * Seeks the highest rate at which a scenario keeps all of its limits, in the simulator, and writes capacity.json and
 * capacity.html with all runs it was found by, also of a search that was stopped. Rejects with a UsageError for a scenario
 * that has no such rate, and as the reading of a scenario does.
 */
export async function seekCapacity(file: string, options: CapacityOptions): Promise<Sought> {
  const plan = capacityPlan(file, options)
  const { without } = options
  const prices = options.prices === undefined ? null : pricesIn(options.prices, plan.regions)
  const directory = options.out ?? join('runs', folderName(plan.name, options))
  clear(directory, options.onNote)
  const search = { seeds: seedsFrom(plan.seed, options.seeds), width: options.width }
  const startMs = performance.now()
  const { trials, outcome } = await sought(plan, directory, search, options)
  const sorted = trials.sort(
    (a, b) => a.factor - b.factor || search.seeds.indexOf(a.seed) - search.seeds.indexOf(b.seed),
  )
  const result: CapacityResult = {
    ...{ format: 1, scenario: plan.name, question: plan.question, file },
    ...{ faultline: faultlineVersion, world: 'sim', profile: plan.profile.name, ...search },
    ...(without !== undefined && { without }),
    ...{ own: offeredRate(plan), limits: plan.limits, outcome, trials: sorted },
    ...(prices !== null &&
      outcome.kind === 'bracketed' && {
        bill: billOf(sorted, offeredRate(plan), outcome.keeps, plan.regions, prices),
      }),
    notes: [...setNotes(options), ...shapeNotes(plan), ...bracketNotes(sorted, outcome, search)],
    seconds: Math.round(performance.now() - startMs) / 1000,
    exitCode: exitCodeOf(outcome),
  }
  keepEnds(directory, plan, result)
  await write(directory, result)
  return { directory, result }
}

/** `cut-capacity-without-eu-west-rate=300`: what is searched apart is left apart, also where a value is no file name. */
export function folderName(
  name: string,
  { without, set = {} }: Pick<CapacityOptions, 'without' | 'set'>,
): string {
  const less = without === undefined ? '' : `-without-${without}`
  const values = Object.entries(set)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([variable, value]) => `-${variable}=${fileName(String(value))}`)
  return `${name}-capacity${less}${values.join('')}`
}

/** A value as part of a file name: itself if it can be one, else what can be of it, and a hash that tells it from others. */
function fileName(value: string): string {
  const plain = value.replace(/[^A-Za-z0-9._%+-]+/g, '-').slice(0, 40)
  if (plain === value) return value
  return `${plain}-${createHash('sha256').update(value).digest('hex').slice(0, 8)}`
}

/** Variables that were given another value than the file's own: the same file has another capacity with them. */
function setNotes({ set = {} }: CapacityOptions): string[] {
  return Object.keys(set).length === 0 ? [] : [`Searched with${setText(set)}.`]
}

/** Throws UsageError if there is no such file, and ScenarioError with what is wrong in it. */
function pricesIn(file: string, regions: Plan['regions']): Prices {
  const source = fileBeside('', file)
  if ('wrong' in source)
    throw new UsageError(
      `--prices ${file} cannot be read: ${source.wrong}. See fixtures/prices/example.yaml.`,
    )
  const found = readPrices(source, regions)
  if ('problems' in found) throw new ScenarioError(found.problems)
  return found.prices
}

/** The plan of factor 1. Throws UsageError where it has no rate to raise, or no limit to keep. */
function capacityPlan(file: string, { seed, set, without }: CapacityOptions): Plan {
  if (isReplay(file))
    throw new UsageError(`${file} is one run with its seed inside. Give the scenario.`)
  if (isSweepFile(file, set))
    throw new UsageError(
      `${file} is a sweep, so it is many plans, each with a capacity of its own. Take its sweep: section out.`,
    )
  const plan = planOf(file, { ...(seed !== undefined && { seed }), set })
  checkScalable(plan, file)
  if (without === undefined) return plan
  const less = withoutRegion(plan, without, file)
  checkScalable(less, file)
  return less
}

/** The scenario's own, and the smallest others. */
function seedsFrom(own: number, count: number): number[] {
  const others = Array.from({ length: count }, (_, i) => i + 1).filter((seed) => seed !== own)
  return [own, ...others].slice(0, count)
}

async function sought(
  plan: Plan,
  directory: string,
  search: Search,
  { jobs, stopped, onBegin, onTrial }: CapacityOptions,
): Promise<{ trials: Trial[]; outcome: CapacityOutcome }> {
  const trials: Trial[] = []
  const crew = new StandingCrew<TrialTask, Trial>({
    ...{ program, stopped, ...(jobs !== undefined && { jobs }) },
    lost: (task, how) => trialNotRun(task, `the process it ran in ended with ${how}`),
    onResult(trial) {
      trials.push(trial)
      onTrial(trial)
    },
  })
  try {
    for (;;) {
      const step = nextStep(trials, search)
      if (step.kind !== 'run') return { trials, outcome: step }
      onBegin(step.wanted)
      await crew.does(step.wanted.map((wanted) => taskOf(plan, directory, wanted)))
      if (stopped()) return { trials, outcome: { kind: 'interrupted' } }
    }
  } finally {
    crew.leave()
    removeTrials(directory)
  }
}

const taskOf = (plan: Plan, directory: string, { factor, seed }: Wanted): TrialTask => ({
  ...{ plan: scaledPlan(plan, factor, seed), factor },
  directory: join(directory, `trial-${factor}-${seed}`),
})

/** Runs that were broken off leave their records half-way. */
function removeTrials(directory: string): void {
  for (const name of readdirSync(directory))
    if (name.startsWith('trial-')) rmSync(join(directory, name), { recursive: true, force: true })
}

/** What an earlier search left must not be taken for this one's. */
function clear(directory: string, onNote: (text: string) => void): void {
  const replaced = takeFolder(directory)
  if (replaced !== null) onNote(replaced)
  removeTrials(directory)
  for (const name of ['capacity.json', 'capacity.html', ...ends.map(replayName)])
    rmSync(join(directory, name), { force: true })
}

const ends = ['keeps', 'fails'] as const

/** Both ends as plans that `faultline run` repeats, with a seed that shows what the end is. */
function keepEnds(directory: string, plan: Plan, { outcome, trials }: CapacityResult): void {
  if (outcome.kind !== 'bracketed') return
  for (const end of ends) {
    const verdict = end === 'keeps' ? 'pass' : 'fail'
    const shows = trials.find((one) => one.factor === outcome[end] && one.verdict === verdict)
    const scaled = scaledPlan(plan, outcome[end], shows?.seed ?? plan.seed)
    writeReplay(join(directory, replayName(end)), scaled, faultlineVersion)
  }
}

function exitCodeOf(outcome: CapacityOutcome): number {
  if (outcome.kind === 'bracketed') return exitCodes.pass
  if (outcome.kind === 'interrupted') return exitCodes.interrupted
  return outcome.why === 'not run' ? ENVIRONMENT : exitCodes.unknown
}

async function write(directory: string, result: CapacityResult): Promise<void> {
  writeFileSync(join(directory, 'capacity.json'), `${toJson(result, 2)}\n`)
  // Only here: the chart library takes longer to load than most commands take to run.
  const { capacityPage } = await import('../../../reports/capacity.ts')
  writeFileSync(join(directory, 'capacity.html'), await capacityPage(result))
}
