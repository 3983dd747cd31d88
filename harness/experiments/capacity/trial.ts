import { rmSync } from 'node:fs'
import type { Trial, TrialVerdict } from '../../model/capacity.ts'
import type { LimitResult, Verdict } from '../../model/finding.ts'
import type { MetricRow } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import { arrivalsEndUs } from '../../model/plan.ts'
import type { ShownFigure } from '../../model/sweep.ts'
import { SECOND } from '../../model/units.ts'
import { known } from '../../pipeline/catalogue.ts'
import { type Judged, judgeRecord } from '../../pipeline/judge-run.ts'
import { recordRun } from '../../pipeline/record-run.ts'
import { readRecord } from '../../record/reader.ts'
import { openRunDirectory } from '../../record/run-directory.ts'
import { shownPlans } from '../../scenario/load.ts'
import { counted, percentText } from '../../text/value.ts'
import { shownFigure } from '../sweep/figures.ts'

/** What a worker is told: a plan already scaled, and where to leave the run while it is needed. */
export type TrialTask = {
  plan: Plan
  factor: number
  directory: string
  /** The fault after which it is timed how long catching up takes. */
  caughtUp?: string
}

/** Of what the plan's own cap drops, more than this makes it the cap that is measured. */
const SHED_MOST = 0.001

/** What is shown of each run. */
const shown = [{ metric: 'search.response', p: 99 }, { metric: 'recall' }, { metric: 'lag', p: 90 }]

/** Place of the lag in the list. */
const LAG = 2

/** Whether a region is down from before anything is measured: the worst lag is then its own, and says nothing of the rest. */
const isLess = ({ faults, timeline: { warmupUs } }: Plan): boolean =>
  faults.some(({ kind, atUs }) => kind === 'region-crash' && atUs < warmupUs)

const withoutEnds = ({ title, unit }: ShownFigure): ShownFigure => ({ title, unit, count: 0 })

/** Runs a plan in this process and judges it. Never rejects: what went wrong is in the answer. */
export async function makeTrial(task: TrialTask): Promise<Trial> {
  const startMs = performance.now()
  try {
    const directory = openRunDirectory(task.plan, task.directory)
    await recordRun(task.plan, directory, {})
    const judged = judgeRecord(directory.path)
    return trialOf(task, judged, shedOf(task.plan, directory.record), performance.now() - startMs)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    return trialNotRun(task, error.message)
  } finally {
    rmSync(task.directory, { recursive: true, force: true })
  }
}

/** Of a run that could not be made. */
export function trialNotRun({ factor, plan: { seed } }: TrialTask, because: string): Trial {
  return {
    factor,
    seed,
    verdict: 'not run',
    because,
    limits: [],
    figures: [],
    linkBytes: [],
    seconds: 0,
  }
}

function trialOf(
  { plan, factor, caughtUp }: TrialTask,
  { analysis, judgement }: Judged,
  shed: string | null,
  ms: number,
): Trial {
  const figures = shown
    .flatMap((entry) => shownPlans(entry, known(), plan.regions))
    .map((one) => shownFigure(one, analysis))
    .map((figure, i) => (i === LAG && isLess(plan) ? withoutEnds(figure) : figure))
  const verdict = shed === null ? verdictOf(judgement) : 'invalid'
  return {
    ...{ factor, seed: plan.seed, verdict, because: shed ?? judgement.because },
    limits: plan.limits.map(({ text }) => ({
      text,
      verdict: worst(judgement.limits.filter(({ limit }) => limit.text === text)),
    })),
    figures,
    linkBytes: linkBytesOf(plan, analysis.metrics),
    ...(caughtUp !== undefined && catchUpAfter(caughtUp, analysis.metrics)),
    seconds: Math.round(ms) / 1000,
  }
}

/** Of all regions together. */
function catchUpAfter(fault: string, rows: readonly MetricRow[]): Pick<Trial, 'catchUp'> {
  const row = rows.find(
    ({ metric, phase, region }) =>
      metric === 'catch-up' && phase === `recovery:${fault}` && region === undefined,
  )
  const { value, low = value, high = value, censored = 0 } = row ?? {}
  if (low === undefined) return {}
  return { catchUp: { low, ...(censored === 0 && high !== undefined && { high }) } }
}

/** Between warm-up and settling: while operations arrive, faults and recoveries included. */
function linkBytesOf(plan: Plan, rows: readonly MetricRow[]): Trial['linkBytes'] {
  const sums = new Map<string, number>()
  for (const { metric, link, phase, value } of rows) {
    if (metric !== 'link-bytes' || link === undefined || phase === undefined) continue
    if (phase !== 'warmup' && phase !== 'settle')
      sums.set(link, (sums.get(link) ?? 0) + (value ?? 0))
  }
  return [...sums].map(([link, bytes]) => ({
    link,
    perSec: (bytes * SECOND) / plan.timeline.runUs,
  }))
}

/**
 * Unknown is open where all that is missing is more of the same: a limit was measured, and what that shows has both
 * ends, with the bound between them.
 */
function verdictOf({ verdict, because, limits }: Judged['judgement']): TrialVerdict {
  if (verdict !== 'unknown') return verdict
  const untold = limits.filter((one) => one.verdict === 'unknown' && !one.unasked)
  const [first] = untold
  const byLimit = first !== undefined && because.includes(first.because)
  return byLimit && untold.every(isBetween) ? 'open' : 'unknown'
}

const isBetween = ({ shown: ends }: LimitResult): boolean =>
  ends !== undefined && Number.isFinite(ends.low) && Number.isFinite(ends.high)

const order: readonly Verdict[] = ['fail', 'invalid', 'unknown', 'pass']

const worst = (results: readonly LimitResult[]): Verdict =>
  order.find((one) => results.some(({ verdict, unasked }) => verdict === one && !unasked)) ?? 'pass'

/** Why the plan's own cap is what was measured, as a sentence; null if it is not. */
function shedOf(plan: Plan, record: string): string | null {
  if (plan.load.every(({ inFlight }) => inFlight.onFull !== 'shed')) return null
  const { warmupUs } = plan.timeline
  let [scheduled, shed] = [0, 0]
  readRecord(record, (event) => {
    if (event.type !== 'op.start' && event.type !== 'op.shed') return
    if (event.intended < warmupUs || event.intended >= arrivalsEndUs(plan)) return
    scheduled++
    if (event.type === 'op.shed' && event.reason === 'in-flight cap') shed++
  })
  if (shed <= scheduled * SHED_MOST) return null
  return (
    `The plan's in-flight cap shed ${percentText(shed / scheduled)} of ${counted(scheduled, 'operation')}: ` +
    'what broke is that cap and not the servers. Raise inFlight.max.'
  )
}
