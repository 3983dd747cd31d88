import { createHash } from 'node:crypto'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exitCodes } from '../../analysis/limits/judge.ts'
import { toJson } from '../../base/json.ts'
import { programBeside } from '../../base/program.ts'
import type { Prices } from '../../model/bill.ts'
import type {
  CapacityOutcome,
  CapacityResult,
  CatchUp,
  Forecast,
  ForecastOf,
  Trial,
} from '../../model/capacity.ts'
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
import { busiestLink, catchUpOf, catchUpPlans, catchUpTasks } from './catch-up.ts'
import { forecastOf, LEVELS, levelPlan, middleOf } from './forecast.ts'
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
  /** Time, at the rate that is found, how long catching up takes: by backlog and bandwidth. */
  catchUp?: boolean
  /** Forecast for so many regions, or points. */
  forRegions?: number
  forPoints?: number
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
  checkPlanning(plan, options, file)
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
  const planning = await planningOf(plan, directory, { trials: sorted, outcome, search }, options)
  const result: CapacityResult = {
    ...{ format: 1, scenario: plan.name, question: plan.question, file },
    ...{ faultline: faultlineVersion, world: 'sim', profile: plan.profile.name, ...search },
    ...(without !== undefined && { without }),
    ...{ own: offeredRate(plan), limits: plan.limits, outcome, trials: sorted },
    ...{ regions: plan.regions.length, ...planning.found },
    ...(prices !== null &&
      outcome.kind === 'bracketed' && {
        bill: billOf(sorted, offeredRate(plan), outcome.keeps, plan.regions, prices),
      }),
    notes: [
      ...setNotes(options),
      ...shapeNotes(plan),
      ...bracketNotes(sorted, outcome, search),
      ...planning.notes,
    ],
    seconds: Math.round(performance.now() - startMs) / 1000,
    exitCode: planning.whole ? exitCodeOf(outcome) : exitCodes.interrupted,
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

/** Throws UsageError where there is nothing to forecast or to catch up with. */
function checkPlanning(plan: Plan, options: CapacityOptions, file: string): void {
  const { catchUp, forRegions, without } = options
  const one = plan.regions.length < 2
  if (one && (catchUp || forRegions !== undefined))
    throw new UsageError(
      `${file} has one region only: no link is there to catch up over, and none applies the writes of others.`,
    )
  if (without !== undefined && catchUp)
    throw new UsageError(
      `--catch-up cuts a link while all regions are there: leave --without ${without} out.`,
    )
}

type Found = { trials: Trial[]; outcome: CapacityOutcome; search: Search }
type Planning = {
  found: { catchUp?: CatchUp; forecasts?: Forecast[] }
  notes: string[]
  /** False where somebody broke off before all of it was there. */
  whole: boolean
}

/** What a planner asks beside the bracket, by further runs. */
async function planningOf(
  plan: Plan,
  directory: string,
  found: Found,
  options: CapacityOptions,
): Promise<Planning> {
  const { outcome } = found
  const told: Planning = { found: {}, notes: [], whole: true }
  if (outcome.kind !== 'bracketed') return told
  if (options.catchUp) {
    const catchUp = await catchUpAt(plan, directory, found, options)
    if (catchUp) told.found.catchUp = catchUp
    else
      told.notes.push('Nothing crosses a link at that rate, so there is nothing to catch up with.')
  }
  const wanted: [ForecastOf, number, number | undefined][] = [
    ['regions', plan.regions.length, options.forRegions],
    ['points', plan.data.base, options.forPoints],
  ]
  for (const [of, own, count] of wanted) {
    if (count === undefined || options.stopped()) continue
    const { levels, notes } = await levelsFor(plan, directory, of, found, options)
    if (options.stopped()) break
    const forecast = forecastOf(of, levels, { times: count / own, count })
    told.notes.push(...notes)
    if (forecast) told.found.forecasts = [...(told.found.forecasts ?? []), forecast]
    else
      told.notes.push(
        `No forecast for ${count} ${of}: too few levels have a bracket, or the line through them ends before.`,
      )
  }
  if (!options.stopped()) return told
  told.notes.push('Interrupted: not all that was asked for beside the bracket is there.')
  return { ...told, whole: false }
}

async function catchUpAt(
  plan: Plan,
  directory: string,
  { trials, outcome }: Found,
  options: CapacityOptions,
): Promise<CatchUp | null> {
  if (outcome.kind !== 'bracketed') return null
  const busiest = busiestLink(trials, outcome.keeps)
  if (!busiest) return null
  const wanted = catchUpPlans(scaledPlan(plan, outcome.keeps, plan.seed), busiest)
  const folder = (number: number) => join(directory, `trial-catch-up-${number}`)
  const tasks = catchUpTasks(wanted, outcome.keeps, folder)
  const made = new Map<string, Trial>()
  const crew = crewOf(options, (trial, { directory: at }) => made.set(at, trial))
  options.onNote(
    `catching up after ${tasks.length} cuts of ${busiest.link.from} to ${busiest.link.to}`,
  )
  try {
    await crew.does(tasks)
  } finally {
    crew.leave()
    removeTrials(directory)
  }
  return catchUpOf(
    busiest,
    wanted.map((one, i) => ({ ...one, trial: made.get(folder(i)) })),
  )
}

/** The factor kept at each level, by a search with the first seed; a level without a bracket is told. */
async function levelsFor(
  plan: Plan,
  directory: string,
  of: ForecastOf,
  { outcome, search }: Found,
  options: CapacityOptions,
): Promise<{ levels: { times: number; factor: number }[]; notes: string[] }> {
  const levels: { times: number; factor: number }[] = []
  const notes: string[] = []
  for (const times of LEVELS) {
    if (options.stopped()) break
    if (times !== 1) options.onNote(`searching with ${times} × its own ${of}`)
    const own = { ...search, seeds: search.seeds.slice(0, 1) }
    const at =
      times === 1
        ? outcome
        : (await sought(levelPlan(plan, of, times), directory, own, options)).outcome
    const factor = middleOf(at)
    if (factor !== null) levels.push({ times, factor })
    else
      notes.push(
        `With ${times} × its own ${of} there is no bracket${at.kind === 'refused' ? `: ${at.because}` : '.'}`,
      )
  }
  return { levels, notes }
}

/** The scenario's own, and the smallest others. */
function seedsFrom(own: number, count: number): number[] {
  const others = Array.from({ length: count }, (_, i) => i + 1).filter((seed) => seed !== own)
  return [own, ...others].slice(0, count)
}

const crewOf = (
  { jobs, stopped }: CapacityOptions,
  onResult: (trial: Trial, task: TrialTask) => void,
): StandingCrew<TrialTask, Trial> =>
  new StandingCrew<TrialTask, Trial>({
    ...{ program, stopped, onResult, ...(jobs !== undefined && { jobs }) },
    lost: (task, how) => trialNotRun(task, `the process it ran in ended with ${how}`),
  })

async function sought(
  plan: Plan,
  directory: string,
  search: Search,
  options: CapacityOptions,
): Promise<{ trials: Trial[]; outcome: CapacityOutcome }> {
  const { stopped, onBegin, onTrial } = options
  const trials: Trial[] = []
  const crew = crewOf(options, (trial) => {
    trials.push(trial)
    onTrial(trial)
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
