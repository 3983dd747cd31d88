import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { isOverfull, machineLoad } from '../../analysis/facts/machine.ts'
import { arrivalsEndUs, type Plan } from '../../model/plan.ts'
import { SECOND } from '../../model/units.ts'
import { readHealth } from '../../record/health-log.ts'
import { expectedCounts } from '../../workload/operations.ts'
import type { Environment } from '../environment.ts'
import type { Machine } from './kept.ts'

/** What a run on real servers took of the machine it ran on, warm-up apart. */
export type RealRun = {
  path: string
  scenario: string
  startedAt: string
  cores: number
  cpu: string
  regions: number
  /** Operations of all regions, the mean over all arrivals. */
  perSec: number
  /** Cores in use by servers, agents, mirrors and harness together, on average. */
  coresUsed: number
  /** Share of the time in which no core was idle. */
  fullFor: number
  /** No core was idle for so long that regions slowed each other: the run is invalid. */
  overfull: boolean
}

/** Of these runs those that were made on a machine like this one. */
export const runsHere = (runs: readonly RealRun[], machine: Machine): RealRun[] =>
  runs.filter(({ cpu, cores }) => cpu === machine.cpu && cores === machine.cores)

/** Runs on real servers that are on record in a folder, newest first; those that did not say what they took are left out. */
export function realRunsIn(folder: string): RealRun[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => realRun(join(folder, name)) ?? [])
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
}

function realRun(path: string): RealRun | null {
  const environment = environmentOf(path)
  if (environment?.servers === undefined) return null
  const plan = planOfRecord(join(path, 'record.jsonl'))
  if (plan === null || plan.world === 'sim') return null
  const lines = readHealth(join(path, 'health.jsonl'))
  const load = machineLoad(plan, lines)
  const during = lines.filter(
    ({ runUs, busyShare }) =>
      busyShare !== undefined && runUs > plan.timeline.warmupUs && runUs <= arrivalsEndUs(plan),
  )
  if (load?.fullFor === undefined || during.length === 0) return null
  const used = during.map(
    ({ busyShare = 0, foreignShare = 0, stealShare = 0 }) => busyShare - foreignShare - stealShare,
  )
  const { startedAt, cores, cpu } = environment
  const operations = expectedCounts(plan).reduce((sum, { expected }) => sum + expected, 0)
  return {
    ...{ path, scenario: plan.name, startedAt, cores, cpu, regions: plan.regions.length },
    perSec: operations / (arrivalsEndUs(plan) / SECOND),
    coresUsed: (cores * used.reduce((sum, share) => sum + share, 0)) / used.length,
    fullFor: load.fullFor,
    overfull: isOverfull(load),
  }
}

function environmentOf(path: string): Environment | null {
  try {
    return JSON.parse(readFileSync(join(path, 'environment.json'), 'utf8'))
  } catch {
    return null
  }
}

const CHUNK_BYTES = 1 << 16

/** The plan in the first line of a record, without reading the rest; null where there is none. */
function planOfRecord(path: string): Plan | null {
  try {
    const file = openSync(path, 'r')
    try {
      const chunks: Buffer[] = []
      for (;;) {
        const chunk = Buffer.alloc(CHUNK_BYTES)
        const bytes = readSync(file, chunk, 0, CHUNK_BYTES, null)
        const end = chunk.subarray(0, bytes).indexOf('\n')
        chunks.push(chunk.subarray(0, end < 0 ? bytes : end))
        if (end >= 0 || bytes === 0) break
      }
      const event = JSON.parse(Buffer.concat(chunks).toString('utf8'))
      return event.type === 'plan' ? event.plan : null
    } finally {
      closeSync(file)
    }
  } catch {
    return null
  }
}
