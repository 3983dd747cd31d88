import type { FaultPlan } from '../model/fault.ts'
import type { PhaseSpan } from '../model/metric.ts'
import type { Plan } from '../model/plan.ts'

/** Part of a plan that decides its phases. */
export type Course = Pick<Plan, 'timeline' | 'faults'>

/**
 * The phases of a run as far as a plan can tell, from 0 to the end of settle, without holes. Names are those the
 * analysis gives: faults in force at once are joined by `+` in the order of the plan. When a recovery ends only the
 * run will show; here it lasts until the next fault or the end of arrivals, so that nothing counts on it.
 */
export function plannedPhases(plan: Course): PhaseSpan[] {
  const { warmupUs, runUs, settleUs } = plan.timeline
  const arrivalsUs = warmupUs + runUs
  const borders = new Set([0, warmupUs, arrivalsUs, arrivalsUs + settleUs])
  for (const { atUs, untilUs } of plan.faults) borders.add(atUs).add(untilUs)
  const cuts = [...borders].sort((a, b) => a - b)
  const spans: PhaseSpan[] = []
  for (const [i, fromUs] of cuts.entries()) {
    const toUs = cuts[i + 1]
    if (toUs === undefined) break
    const last = spans.at(-1)
    const name = nameAt(plan, fromUs, last)
    if (last?.name === name) last.toUs = toUs
    else spans.push({ name, fromUs, toUs })
  }
  return spans
}

function nameAt({ timeline, faults }: Course, us: number, before: PhaseSpan | undefined): string {
  if (us < timeline.warmupUs) return 'warmup'
  if (us >= timeline.warmupUs + timeline.runUs) return 'settle'
  const inForce = faults.filter(({ atUs, untilUs }) => us >= atUs && us < untilUs)
  if (inForce.length > 0) return `fault:${joined(inForce)}`
  if (before?.name.startsWith('fault:')) return before.name.replace('fault:', 'recovery:')
  return before?.name.startsWith('recovery:') ? before.name : 'baseline'
}

const joined = (faults: readonly FaultPlan[]): string => faults.map(({ name }) => name).join('+')

/** True for phases whose length only the run will show. */
export const isOpenEnded = (phase: string): boolean => phase.startsWith('recovery:')

/** Names a limit may give as its phase; warm-up and settle are never judged, nothing is asked for there. */
export function judgedPhases(plan: Course): string[] {
  const names = new Set(plannedPhases(plan).map(({ name }) => name))
  names.delete('warmup')
  names.delete('settle')
  const endUs = plan.timeline.warmupUs + plan.timeline.runUs
  for (const { name, untilUs } of plan.faults) if (untilUs < endUs) names.add(`recovery:${name}`)
  return [...names]
}

/** Stretches of a phase. */
export const stretches = (plan: Course, phase: string): PhaseSpan[] =>
  plannedPhases(plan).filter(({ name }) => name === phase)
