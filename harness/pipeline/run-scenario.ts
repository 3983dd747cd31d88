import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Analysed, analyse } from '../analysis/analyse.ts'
import { judge } from '../analysis/limits/judge.ts'
import { type Signal, Stopped } from '../base/signal.ts'
import { firesOnce } from '../cli/interrupt.ts'
import type { Judgement } from '../model/finding.ts'
import { keptByAll } from '../model/layout.ts'
import type { Plan, WorldName } from '../model/plan.ts'
import type { EndEvent, RecordEvent } from '../model/record.ts'
import type { System } from '../ports/system.ts'
import type { World } from '../ports/world.ts'
import { isReplay } from '../record/replay.ts'
import {
  keepScenario,
  keptScenario,
  linkLatest,
  openRunDirectory,
  type RunDirectory,
  writeJson,
} from '../record/run-directory.ts'
import { openRecord } from '../record/writer.ts'
import { launcher } from '../run/launch.ts'
import { run } from '../run/run.ts'
import { loadPlan, type Overrides } from '../scenario/load.ts'
import { planText } from '../scenario/shown/plan-text.ts'
import { ScenarioError } from '../scenario/yaml/problem.ts'
import { WorkloadError } from '../workload/keys.ts'
import { planOperations, probeSchedule, type Workload } from '../workload/operations.ts'
import { type Pool, spaceOf } from '../workload/pool.ts'
import { dockerClient } from '../worlds/images/docker.ts'
import type { ImageSource } from '../worlds/images/image-list.ts'
import { dataSet, known, systems } from './catalogue.ts'
import {
  describeEnvironment,
  describeServers,
  type Environment,
  faultlineVersion,
  readEnvironment,
} from './environment.ts'
import { Health } from './health.ts'
import { openContainersFor } from './open-containers.ts'
import { neighboursOf, openSimulation } from './open-sim.ts'
import { replayedPlan } from './replayed-plan.ts'

/** What the caller of a run may decide, and what it wants to hear. */
export type RunOptions = {
  seed?: number
  /** The simulator unless it says another. */
  world?: WorldName
  /** The scenario's own unless it says another. */
  system?: string
  out?: string
  command: string
  /** Images of real servers: docker/build's own, or public ones. */
  images?: ImageSource
  /** What a person has to know although no progress is wanted: an earlier run is replaced. */
  onNote?: (text: string) => void
  /** What is being started, for worlds that take their time. */
  onStep?: (text: string) => void
  /** Every event as it is recorded. */
  onEvent?: (event: RecordEvent, plan: Plan) => void
  interrupted?: () => boolean
}

export type Judged = { directory: string; analysis: Analysed; judgement: Judgement }

const FLUSH_EVERY_MS = 250

/** The whole program: load -> resolve -> open -> run -> analyse -> judge -> render. Throws ScenarioError. */
export async function runScenario(file: string, options: RunOptions): Promise<Judged> {
  const plan = planOf(file, options)
  const directory = openRunDirectory(plan, options.out)
  if (directory.replaced !== undefined) options.onNote?.(directory.replaced)
  const environment = { ...describeEnvironment(options.command), scenarioFile: file }
  writeJson(directory, 'environment.json', environment)
  keepScenario(directory, file)
  await recordRun(plan, directory, options)
  if (options.out === undefined) linkLatest(directory)
  return judgeRun(directory.path)
}

/** Reads a scenario and fills in every value, or a replay file. Throws ScenarioError with all that is wrong, ReplayError. */
export function planOf(file: string, overrides: Overrides = {}): Plan {
  if (isReplay(file)) return replayedPlan(file, overrides)
  const { seed, world, system } = overrides
  const loaded = loadPlan(readFileSync(file, 'utf8'), file, known(), { seed, world, system })
  if ('problems' in loaded) throw new ScenarioError(loaded.problems)
  checkWorkload(loaded.plan, file)
  return loaded.plan
}

/** What only drawing the operations shows: too many of them, or a data set that runs out of keys. */
function checkWorkload(plan: Plan, file: string): void {
  try {
    planOperations(plan, dataSet(plan.data.set))
  } catch (error) {
    if (!(error instanceof WorkloadError)) throw error
    throw new ScenarioError([{ file, line: 1, column: 1, message: error.message }])
  }
}

/** Runs a plan and writes down what happens, as it happens, to the last line. */
export async function recordRun(
  plan: Plan,
  directory: RunDirectory,
  options: Partial<RunOptions>,
): Promise<void> {
  const record = openRecord(directory.record)
  const health = new Health(directory, plan)
  const emit = (event: RecordEvent) => {
    record.append(event)
    health.see(event.t)
    options.onEvent?.(event, plan)
    if (event.type === 'fault') record.flush()
  }
  // A simulation can be had again; what happened on real servers must survive the death of this process.
  const flushing =
    plan.world === 'sim' ? undefined : setInterval(() => record.flush(), FLUSH_EVERY_MS)
  try {
    const interrupted = () => record.lost !== null || options.interrupted?.() === true
    await runInto(plan, directory, emit, { ...options, interrupted })
  } finally {
    clearInterval(flushing)
    health.close()
    record.close()
  }
  if (record.lost) throw record.lost
}

async function runInto(
  plan: Plan,
  directory: RunDirectory,
  emit: (event: RecordEvent) => void,
  options: Partial<RunOptions>,
): Promise<void> {
  const pool = dataSet(plan.data.set)
  const workload = planOperations(plan, pool)
  const { sha256, dim } = pool
  const rows = workload.rowsUsed
  writeJson(directory, 'truth/data.json', { set: plan.data.set, sha256, dim, rows })
  emit({ type: 'plan', t: 0, faultline: faultlineVersion, plan })
  const system = systems[plan.system.kind] as System
  let now = () => 0
  const end = (how: EndEvent['how'], because?: string): void =>
    emit({ type: 'end', t: now(), how, ...(because !== undefined && { because }) })
  const interrupted = options.interrupted ?? (() => false)
  const stop = firesOnce(interrupted)
  try {
    const opening = { directory, emit, system, stop: stop.signal, options }
    const world = await openWorld(plan, pool, workload, opening)
    now = () => world.clock.now()
    try {
      const { operations, closed } = workload
      const probes = probeSchedule(plan, pool)
      const k = plan.load[0]?.k ?? 10
      const running = { plan, world, system, operations, closed, probes, k, dim, emit, interrupted }
      await world.drive(run(running))
      end(interrupted() ? 'interrupted' : 'complete')
    } finally {
      await world.close()
    }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    // What ends because a person wants it to has not failed; what then could not be removed must be read all the same.
    if (interrupted()) {
      if (!(error instanceof Stopped)) options.onStep?.(message)
      end('interrupted')
      return
    }
    end('failed', message)
    throw error
  } finally {
    stop.done()
  }
}

type Opening = {
  directory: RunDirectory
  emit: (event: RecordEvent) => void
  system: System
  stop: Signal
  options: Partial<RunOptions>
}

async function openWorld(
  plan: Plan,
  pool: Pool,
  workload: Workload,
  { directory, emit, system, stop, options }: Opening,
): Promise<World> {
  if (plan.world === 'sim') {
    const agents = { system, launch: launcher(plan, system, emit) }
    const neighbours = neighboursOf(pool, workload)
    return openSimulation(plan, pool, workload, neighbours, agents, emit)
  }
  const { path } = directory
  const onStep = options.onStep ?? (() => {})
  const { images } = options
  const { topics } = system
  const opening = { topics, directory: path, emit, stop, onStep, ...(images && { images }) }
  const world = await openContainersFor(plan, pool, workload, opening)
  try {
    const servers = await describeServers(await world.loads(), dockerClient())
    const environment = readEnvironment(path, options.command)
    writeJson(directory, 'environment.json', { ...environment, ...servers })
  } catch (error) {
    // Nobody else knows yet that it is open.
    await world.close()
    throw error
  }
  onStep('everything is ready: load begins')
  return world
}

/** Everything after the record: needs the run directory and nothing else, so a report can be made again. */
export async function judgeRun(path: string, environment?: Environment): Promise<Judged> {
  const judged = judgeRecord(path)
  const { analysis, judgement } = judged
  // Only here: the chart library takes longer to load than most commands take to run.
  const { writeReports } = await import('../../reports/write.ts')
  const { plan } = analysis
  const scenario = { written: keptScenario(path), plan: planText(plan, guaranteesFor(plan)) }
  await writeReports(path, analysis, judgement, environment ?? readEnvironment(path), scenario)
  return judged
}

/** What the record of a run proves, without a report. */
export function judgeRecord(path: string): Judged {
  const analysis = analyse(join(path, 'record.jsonl'), neighboursForPlan, guaranteesFor, layoutFor)
  return { directory: path, analysis, judgement: judge(analysis) }
}

const neighboursForPlan = (plan: Plan) => {
  const pool = dataSet(plan.data.set)
  return neighboursOf(pool, planOperations(plan, pool))
}

export const guaranteesFor = (plan: Plan) => {
  const system = systems[plan.system.kind] as System
  return system.guarantees(system.knobs.parse(plan.system.knobs))
}

export const layoutFor = (plan: Plan) => {
  const system = systems[plan.system.kind] as System
  const knobs = system.knobs.parse(plan.system.knobs)
  const space = spaceOf(dataSet(plan.data.set), plan.data.base)
  return system.layout?.(knobs, plan.regions, space) ?? keptByAll(plan.regions)
}
