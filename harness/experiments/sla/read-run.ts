import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Analysed } from '../../analysis/analyse.ts'
import { judge } from '../../analysis/limits/judge.ts'
import { judgeLimit } from '../../analysis/limits/limits.ts'
import type { RunOfLevel } from '../../analysis/service-levels/level.ts'
import { type Tally, tallyOf } from '../../analysis/service-levels/tally.ts'
import type { LimitResult } from '../../model/finding.ts'
import type { Plan } from '../../model/plan.ts'
import { OWN_LIMITS, type ServiceLevel } from '../../model/service-level.ts'
import type { SlaRun } from '../../model/sla.ts'
import { SECOND } from '../../model/units.ts'
import { type Environment, readEnvironment } from '../../pipeline/environment.ts'
import { judgeLevels } from '../../pipeline/judge-run.ts'

/** What one run says of one service level: each limit in each place, and what it used up there. */
export type LevelOfRun = {
  level: ServiceLevel
  analysis: Analysed
  results: { result: LimitResult; tally: Tally | null }[]
}

export type ReadRun = {
  run: SlaRun
  /** How it ended, where it is no evidence for that. */
  ended: Analysed['ended']['how']
  plan: Plan
  environment: Environment
  analysis: Analysed
  levels: LevelOfRun[]
}

/** Reads a run directory, and holds it against the service levels of its plan that are `wanted`. Throws RecordError. */
export function readRun(directory: string, wanted: readonly string[]): ReadRun {
  const { analysis, levels } = judgeLevels(directory, (plan) =>
    serviceLevelsOf(plan).filter(({ name }) => wanted.length === 0 || wanted.includes(name)),
  )
  const { plan, faultline } = analysis
  const environment = readEnvironment(directory)
  const { startedAt, commit, host, images = [] } = environment
  return {
    run: {
      ...{ directory, seed: plan.seed, ...fitnessOf(analysis) },
      ...{ startedAt, faultline, commit, host, images },
      sha256: sha256Of(join(directory, 'record.jsonl')),
    },
    ended: analysis.ended.how,
    ...{ plan, environment, analysis: slim(analysis), levels: levels.map(toldOf) },
  }
}

/** Those of `profiles:`, and of a scenario that has none its own limits. */
export function serviceLevelsOf({ serviceLevels = [], limits }: Plan): readonly ServiceLevel[] {
  if (serviceLevels.length > 0 || limits.length === 0) return serviceLevels
  const title = 'the limits: of the scenario'
  return [{ name: OWN_LIMITS, title, owner: null, windowUs: 10 * SECOND, limits }]
}

/**
 * Judged without any limit or alert, a run is whole and sound, or breaks what its system promises, or is no evidence: it did not
 * end, its machine did not keep up, or nobody saw its faults.
 */
function fitnessOf(analysis: Analysed): Pick<SlaRun, 'unfit' | 'broke'> {
  const { alerts: _, ...asked } = analysis.plan
  const plan = { ...asked, limits: [] }
  const { verdict, because } = judge({ ...analysis, plan })
  const broke = verdict === 'fail' && { broke: because }
  const whole = analysis.ended.how === 'complete'
  if (whole && (verdict === 'pass' || verdict === 'fail')) return { ...broke }
  return { ...broke, unfit: whole ? because : endText(analysis, because) }
}

const endText = ({ ended }: Analysed, because: string): string =>
  ended.how === 'cut off' ? `The record was cut off: ${ended.because}.` : because

function toldOf({ level, analysis, windows }: RunOfLevel): LevelOfRun {
  const results = level.limits
    .flatMap((limit) => judgeLimit(limit, analysis))
    .map((result) => ({ result, tally: tallyOf(result, windows) }))
  const wanted = new Set<string>(level.limits.map(({ metric }) => metric))
  const cells = analysis.cells.filter(({ dims }) => wanted.has(dims.metric))
  const queries = analysis.queries.filter(({ metric }) => wanted.has(metric))
  return { level, analysis: { ...slim(analysis), cells, queries }, results }
}

/** Without what only a report draws: many runs are held at once. */
const slim = (analysis: Analysed): Analysed => ({
  ...analysis,
  ...{ series: [], curves: [], findings: [], cells: [], queries: [] },
})

const CHUNK = 1 << 20

function sha256Of(path: string): string {
  const hash = createHash('sha256')
  const file = openSync(path, 'r')
  const bytes = Buffer.alloc(CHUNK)
  try {
    for (;;) {
      const count = readSync(file, bytes, 0, CHUNK, null)
      if (count === 0) return hash.digest('hex')
      hash.update(bytes.subarray(0, count))
    }
  } finally {
    closeSync(file)
  }
}
