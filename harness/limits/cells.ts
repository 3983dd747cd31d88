import { expectedBefore } from '../model/arrivals.ts'
import type { FaultPlan } from '../model/fault.ts'
import type { LimitPlan } from '../model/limit.ts'
import type { MetricName, PhaseSpan } from '../model/metric.ts'
import type { OperationKind } from '../model/operation.ts'
import { fetchesPerSec, type LoadPlan, type Plan, searchesPerSec } from '../model/plan.ts'
import { metricKinds, operationsNamed } from '../scenario/parts/metric-kinds.ts'

/** Part of a plan that decides how often something is measured. */
export type Setting = Pick<Plan, 'regions' | 'load' | 'timeline' | 'faults' | 'probes' | 'data'>

/** One place where a limit will be judged, and how many samples are expected there. */
export type Cell = {
  /** Region or `from>to`; empty where all are pooled. */
  where: string
  phase: string
  /** What gives a sample there. */
  kinds: readonly OperationKind[]
  /** Expected samples; null if only the run will show how long the phase is, or how fast a closed loop is answered. */
  samples: number | null
}

/**
 * Where a limit on samples is judged: every region or link that has any, apart or pooled, in every phase that has
 * any, warm-up and settle excepted. Recoveries have as many samples as they turn out to last.
 */
export function cellsOf(setting: Setting, limit: LimitPlan): Cell[] {
  const places = placesOf(setting, limit)
  const counted = heldAgainst(setting, limit)
  const phases = limit.phase === null ? judgedPhases(setting) : [limit.phase]
  const cells = phases.flatMap((phase) =>
    groupsOf(limit).flatMap((kinds) => {
      const apart = places
        .filter(({ region }) => perSecond(counted, region, kinds) > 0)
        .map(({ where, region }): Cell => {
          const open = isOpenEnded(phase)
          const samples = open ? null : expectedIn(counted, region, kinds, phase)
          return { where, phase, kinds, samples }
        })
      return limit.pool && apart.length > 0 ? [pooled(apart)] : apart
    }),
  )
  return cells.filter(({ samples }) => samples === null || samples > 0)
}

/** Operations that are judged in one, where a metric keeps operations apart. */
const judgedTogether: readonly (readonly OperationKind[])[] = [
  ['search'],
  ['fetch'],
  ['upsert', 'delete'],
]

/** Operations whose samples a limit is about; apart where the metric keeps them apart. */
export function groupsOf({ metric, operation }: LimitPlan): (readonly OperationKind[])[] {
  const { from, apart } = metricKinds[metric]
  if (operation !== null) return [operationsNamed(operation)]
  if (!apart) return [from]
  return judgedTogether.filter((kinds) => kinds.every((kind) => from.includes(kind)))
}

function pooled(cells: readonly Cell[]): Cell {
  const [{ phase, kinds }] = cells as [Cell]
  let samples: number | null = 0
  for (const cell of cells)
    samples = samples === null || cell.samples === null ? null : samples + cell.samples
  return { where: '', phase, kinds, samples }
}

/** The cell with the fewest samples among those whose number is known. */
export function tightest(cells: readonly Cell[]): (Cell & { samples: number }) | undefined {
  let least: (Cell & { samples: number }) | undefined
  for (const { samples, ...cell } of cells)
    if (samples !== null && (!least || samples < least.samples)) least = { ...cell, samples }
  return least
}

/** Regions or links a limit is about; `region` is where the operations of a cell enter. */
function placesOf({ regions }: Setting, limit: LimitPlan): { where: string; region: string }[] {
  if (metricKinds[limit.metric].of !== 'link')
    return regions
      .filter((region) => limit.region === null || region === limit.region)
      .map((region) => ({ where: region, region }))
  return regions
    .flatMap((from) => regions.filter((to) => to !== from).map((to) => ({ from, to })))
    .map(({ from, to }) => ({ where: `${from}>${to}`, region: from }))
    .filter(({ where }) => limit.link === null || where === limit.link)
}

/**
 * The loads a limit can be held against. Response time counts from the moment a search was to start by a schedule that
 * waits for nobody; in a closed loop there is none.
 */
export function heldAgainst(setting: Setting, { metric }: Pick<LimitPlan, 'metric'>): Setting {
  if (!needsSchedule(metric)) return setting
  return { ...setting, load: setting.load.filter(({ closedLoop }) => closedLoop === undefined) }
}

export const needsSchedule = (metric: MetricName): boolean =>
  metric === 'search.response' || metric === 'goodput'

/** Operations of some kinds expected to be wanted in a region during a phase; null if a closed loop is among them. */
export function expectedIn(
  setting: Pick<Setting, 'load' | 'timeline' | 'faults'>,
  region: string,
  kinds: readonly OperationKind[],
  phase: string,
): number | null {
  const { warmupUs, runUs } = setting.timeline
  const endUs = warmupUs + runUs
  let sum = 0
  const loads = setting.load.filter((load) => load.region === region)
  if (kinds.includes('search') && loads.some(({ closedLoop }) => closedLoop)) return null
  for (const load of loads)
    for (const { fromUs, toUs } of stretches(setting, phase))
      for (const kind of kinds)
        sum +=
          expectedBefore(load.arrivals, rateOf(load, kind), Math.min(toUs, endUs), endUs) -
          expectedBefore(load.arrivals, rateOf(load, kind), Math.min(fromUs, endUs), endUs)
  return sum
}

/** Operations per second of some kinds that enter in a region. */
export function perSecond(
  { load }: Pick<Setting, 'load'>,
  region: string,
  kinds: readonly OperationKind[],
): number {
  let sum = 0
  for (const entry of load)
    if (entry.region === region) for (const kind of kinds) sum += rateOf(entry, kind)
  return sum
}

function rateOf(load: LoadPlan, kind: OperationKind): number {
  return {
    search: searchesPerSec(load),
    upsert: load.upsertPerSec,
    delete: load.deletePerSec,
    fetch: fetchesPerSec(load),
  }[kind]
}

/** Share of samples on the far side of a percentile: what has to be seen to know where it lies. */
export const tailOf = (q: number): number => Math.round(Math.min(q, 1 - q) * 1e9) / 1e9

/** What gives a sample, for messages: `searches`, `writes`. */
export function kindsNoun(kinds: readonly OperationKind[]): string {
  const [kind] = kinds
  if (kinds.length === 1 && kind !== undefined)
    return { search: 'searches', fetch: 'fetches', upsert: 'upserts', delete: 'deletes' }[kind]
  if (kinds.length === 4) return 'operations'
  return kinds.includes('upsert') ? 'writes' : 'reads'
}

/** `us>eu` as a scenario writes it. */
export const placeName = (where: string): string => where.replace('>', ' -> ')

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
