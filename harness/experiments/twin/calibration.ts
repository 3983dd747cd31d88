import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Signal } from '../../base/signal.ts'
import type { Plan } from '../../model/plan.ts'
import { dataSet, layoutFor, shardsOf, systems } from '../../pipeline/catalogue.ts'
import { type ForeignLoad, foreignText, watchForeignLoad } from '../../pipeline/cpu-time.ts'
import { describeEnvironment } from '../../pipeline/environment.ts'
import { openContainersFor } from '../../pipeline/open-containers.ts'
import { neighboursOf } from '../../pipeline/open-sim.ts'
import { planOf, sourceOf } from '../../pipeline/plan.ts'
import { recordRun } from '../../pipeline/record-run.ts'
import type { System } from '../../ports/system.ts'
import {
  keepScenario,
  openRunDirectory,
  type RunDirectory,
  writeJson,
} from '../../record/run-directory.ts'
import { planOperations } from '../../workload/operations.ts'
import type { ImageSource } from '../../worlds/images/image-list.ts'
import { type DirectTimes, measureDirectly } from './direct-times.ts'

export type CalibrationOptions = {
  seed?: number
  images?: ImageSource
  /** Where to leave the run; default runs/calibrate-<seed>. */
  out?: string
  command: string
  onStep: (text: string) => void
  interrupted: () => boolean
}

/** What direct.json of a calibration holds beside its record. */
export type DirectRecord = {
  /** What other processes took meanwhile; absent where the machine does not tell. */
  foreign: { calls?: ForeignLoad; run?: ForeignLoad }
  /** The images the servers were started from. */
  servers: string[]
  times: DirectTimes
}

const DIRECT = 'direct.json'

/**
 * Starts the servers of a plan twice: once to time single calls, once to run the plan. Leaves a run directory with
 * direct.json. Rejects as a run does.
 */
export async function recordCalibration(
  file: string,
  options: CalibrationOptions,
): Promise<string> {
  const { seed, out, command, onStep } = options
  const plan = planOf(file, { seed, world: 'containers' })
  const directory = openRunDirectory(plan, out)
  const environment = { ...describeEnvironment(command), scenarioFile: file }
  writeJson(directory, 'environment.json', environment)
  keepScenario(directory, sourceOf(plan).text)
  const servers: string[] = []
  const hear = (text: string) => {
    if (text.startsWith('images: ')) servers.push(...text.slice('images: '.length).split(', '))
    onStep(text)
  }
  onStep('calibrate: single calls')
  const { times, foreign: calls } = await timeCalls(plan, directory, { ...options, onStep: hear })
  onStep(foreignText(calls))
  onStep(`calibrate: the plan of ${plan.name}`)
  const { images, interrupted } = options
  const watching = watchForeignLoad()
  await recordRun(plan, directory, { command, images, onStep, interrupted })
  const run = watching.stop()
  onStep(foreignText(run))
  const direct: DirectRecord = { foreign: { calls, run }, servers, times }
  writeJson(directory, DIRECT, direct)
  return directory.path
}

export const readDirect = (path: string): DirectRecord =>
  JSON.parse(readFileSync(join(path, DIRECT), 'utf8'))

async function timeCalls(
  plan: Plan,
  directory: RunDirectory,
  { images, onStep }: CalibrationOptions,
): Promise<{ times: DirectTimes; foreign: ForeignLoad | undefined }> {
  const pool = dataSet(plan.data.set)
  const { topics, ownTopics = [] } = systems[plan.system.kind] as System
  const workload = planOperations(plan, pool)
  const world = await openContainersFor(plan, pool, workload, {
    ...{ topics, ownTopics, directory: directory.path, onStep, emit: () => {} },
    ...{ layout: layoutFor(plan), shards: shardsOf(plan) },
    ...(images && { images }),
  })
  try {
    await world.start(new Signal())
    const neighbours = neighboursOf(pool, workload)
    const nearestOf = (query: number) => neighbours.list(query)[0] as number
    const watching = watchForeignLoad()
    const times = await world.drive(measureDirectly(world, plan, pool, nearestOf))
    return { times, foreign: watching.stop() }
  } finally {
    await world.close()
  }
}
