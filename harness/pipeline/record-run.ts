import { Signal, Stopped } from '../base/signal.ts'
import type { HealthLine } from '../model/health.ts'
import type { Operation } from '../model/operation.ts'
import type { Plan } from '../model/plan.ts'
import type { EndEvent, RecordEvent } from '../model/record.ts'
import type { System } from '../ports/system.ts'
import type { World } from '../ports/world.ts'
import { type RunDirectory, writeJson } from '../record/run-directory.ts'
import { openRecord } from '../record/writer.ts'
import { planOperations } from '../workload/operations.ts'
import { dockerClient } from '../worlds/images/docker.ts'
import type { ImageSource } from '../worlds/images/image-list.ts'
import { dataSet, layoutFor, shardsOf, systems } from './catalogue.ts'
import { drive, type Parts, simulatedWorld } from './drive.ts'
import { describeServers, readEnvironment } from './environment.ts'
import { Health } from './health.ts'
import type { Waited } from './machine/calm.ts'
import { prepareNeighbours } from './open-sim.ts'
import { faultlineVersion } from './version.ts'

/** How a run is to be made, and who wants to hear of it. */
export type RunOptions = {
  /** The directory of the run; runs/<name>-<seed> unless it says another. */
  out?: string
  /** What repeats the run, for its report. */
  command?: string
  /** Images of real servers: docker/build's own, or public ones. */
  images?: ImageSource
  /** What a person has to know although no progress is wanted: an earlier run is replaced. */
  onNote?: (text: string) => void
  /** What is being started, for worlds that take their time. */
  onStep?: (text: string) => void
  /** What the run will want, in the order of intended times, before it begins. */
  onPlanned?: (operations: readonly Operation[]) => void
  /** Every event as it is recorded. */
  onEvent?: (event: RecordEvent, plan: Plan) => void
  /** How the harness and its machine are doing, now and then. */
  onHealth?: (line: HealthLine) => void
  interrupted?: () => boolean
}

const FLUSH_EVERY_MS = 250

/** Runs a plan and writes down what happens, as it happens, to the last line. */
export async function recordRun(
  plan: Plan,
  directory: RunDirectory,
  options: RunOptions,
): Promise<void> {
  const record = openRecord(directory.record)
  const health = new Health(directory, plan, options.onHealth)
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
  options: RunOptions,
): Promise<void> {
  const pool = dataSet(plan.data.set)
  const workload = planOperations(plan, pool)
  const { sha256, dim } = pool
  const rows = workload.rowsUsed
  writeJson(directory, 'truth/data.json', { set: plan.data.set, sha256, dim, rows })
  options.onPlanned?.(workload.operations)
  emit({ type: 'plan', t: 0, faultline: faultlineVersion, plan })
  const system = systems[plan.system.kind] as System
  const parts = { plan, pool, workload, system, emit }
  let now = () => 0
  const end = (how: EndEvent['how'], because?: string): void =>
    emit({ type: 'end', t: now(), how, ...(because !== undefined && { because }) })
  const interrupted = options.interrupted ?? (() => false)
  const stop = firesOnce(interrupted)
  try {
    const world = await openWorld(parts, directory, stop.signal, options)
    now = () => world.clock.now()
    try {
      await drive(world, parts, interrupted)
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

async function openWorld(
  parts: Parts,
  directory: RunDirectory,
  stop: Signal,
  options: RunOptions,
): Promise<World> {
  const { plan, pool, workload, system, emit } = parts
  if (plan.world === 'sim') {
    await prepareNeighbours(pool, workload)
    return simulatedWorld(parts)
  }
  // Only here: a simulation needs nothing of what starts servers.
  const { openContainersFor } = await import('./open-containers.ts')
  const { path } = directory
  const onStep = options.onStep ?? (() => {})
  const { images } = options
  let calm: Waited | undefined
  const beforeServers = async (): Promise<void> => {
    calm = await calmBefore(options)
  }
  const waits = { stop, beforeServers, onStep }
  const { topics, ownTopics = [] } = system
  const placed = { layout: layoutFor(plan), shards: shardsOf(plan) }
  const opening = {
    topics,
    ownTopics,
    ...placed,
    directory: path,
    emit,
    ...waits,
    ...(images && { images }),
  }
  const world = await openContainersFor(plan, pool, workload, opening)
  try {
    const servers = await describeServers(await world.loads(), dockerClient())
    const environment = readEnvironment(path, options.command)
    writeJson(directory, 'environment.json', { ...environment, ...servers, calm })
  } catch (error) {
    // Nobody else knows yet that it is open.
    await world.close()
    throw error
  }
  onStep('everything is ready: load begins')
  return world
}

/** Before servers are started all that takes the CPU is somebody else's. */
async function calmBefore({
  onStep = () => {},
  interrupted = () => false,
}: RunOptions): Promise<Waited> {
  const { waitForCalm } = await import('./machine/calm.ts')
  const { watchCpu } = await import('./machine/survey.ts')
  const watch = async (ms: number) => (await watchCpu(ms)).cpu
  return waitForCalm({ watch, onStep, interrupted })
}

const LOOK_EVERY_MS = 50

/** A signal that fires once `asked` says so: for waits that must end at once, such as those for servers to start. */
function firesOnce(asked: () => boolean): { signal: Signal; done: () => void } {
  const signal = new Signal()
  const timer = setInterval(() => {
    if (asked()) signal.fire()
  }, LOOK_EVERY_MS)
  timer.unref()
  return { signal, done: () => clearInterval(timer) }
}
