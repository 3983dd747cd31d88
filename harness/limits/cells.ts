import { expectedBefore } from '../model/arrivals.ts'
import { type FaultPlan, linkText } from '../model/fault.ts'
import type { LimitPlan } from '../model/limit.ts'
import { metrics, operationsNamed, type PhaseSpan } from '../model/metric.ts'
import type { OperationKind } from '../model/operation.ts'
import {
  type Arrivals,
  fetchesPerSec,
  type LoadPlan,
  type Plan,
  searchesPerSec,
} from '../model/plan.ts'
import { SECOND } from '../model/units.ts'

/** Part of a plan that decides how often something is measured. */
export type Setting = Pick<Plan, 'regions' | 'load' | 'timeline' | 'faults' | 'probes' | 'data'>

/** Who a limit is held against. */
export type Place = {
  region?: string
  /** `from>to`, and of a pair `a<>b`. */
  link?: string
  phase?: string
  operation?: string
  /** Regions or links whose values count here: one, or all that a limit pools. */
  members: readonly string[]
}

/** One place where a limit is judged, and how many samples are expected there. */
export type Cell = Place & {
  phase: string
  /** What gives a sample there. */
  kinds: readonly OperationKind[]
  /** Expected samples; endless with a closed loop, which asks as fast as it is answered. */
  samples: number
}

/** What is planned to arrive of one load. */
type Stream = { arrivals: Arrivals; perSec: number }

/** A place in every phase, and what is planned to give it samples. */
type Source = Omit<Cell, 'phase' | 'samples'> & { streams: readonly Stream[] }

/**
 * Where a limit on regions, links or pairs is judged in these phases: every one that anything is planned to arrive in,
 * apart or pooled. For `check` they are the planned phases, for the verdict those the run had.
 */
export function cellsIn(
  setting: Setting,
  limit: LimitPlan,
  phases: ReadonlyMap<string, readonly PhaseSpan[]>,
): Cell[] {
  const sources = sourcesOf(setting, limit).filter(({ streams }) => streams.length > 0)
  const joined = limit.pool ? pooled(sources) : sources
  return [...phases].flatMap(([phase, spans]) =>
    joined.map(({ streams, ...place }) => {
      return { ...place, phase, samples: arrivingIn(setting, streams, spans) }
    }),
  )
}

/**
 * Where a limit on samples will be judged as far as the plan can tell: in every phase, warm-up and settle excepted. Only
 * the run will show how long a recovery lasts: its samples are endless here, so that nothing is held against them.
 */
export function cellsOf(setting: Setting, limit: LimitPlan): Cell[] {
  if (metrics[limit.metric].from.length === 0) return []
  const names = limit.phase === null ? judgedPhases(setting) : [limit.phase]
  const phases = new Map(names.map((name) => [name, stretches(setting, name)]))
  return cellsIn(setting, limit, phases)
    .map((cell) => (isOpenEnded(cell.phase) ? { ...cell, samples: ENDLESS } : cell))
    .filter(({ samples }) => samples > 0)
}

const ENDLESS = Number.POSITIVE_INFINITY

/** The cell with the fewest samples among those whose number is known. */
export function tightest(cells: readonly Cell[]): Cell | undefined {
  let least: Cell | undefined
  for (const cell of cells) if (cell.samples < (least?.samples ?? ENDLESS)) least = cell
  return least
}

function sourcesOf(setting: Setting, limit: LimitPlan): Source[] {
  const { load } = heldAgainst(setting, limit)
  switch (metrics[limit.metric].of) {
    case 'link':
      return linkSources(setting, limit)
    case 'pair':
      return pairSources(setting, limit)
    default:
      return setting.regions
        .filter((region) => limit.region === null || limit.region === region)
        .flatMap((region) =>
          groupsOf(limit).map(({ operation, kinds }) => ({
            region,
            ...(operation !== undefined && { operation }),
            ...{ members: [region], kinds, streams: streamsOf(load, region, kinds) },
          })),
        )
  }
}

/** Operations that are judged in one, and the name they are judged by; nameless where a metric tells none apart. */
export function groupsOf({
  metric,
  operation,
}: LimitPlan): { operation?: string; kinds: readonly OperationKind[] }[] {
  const { from, apart } = metrics[metric]
  const names = operation === null ? apart : [operation]
  if (names.length === 0) return [{ kinds: from }]
  return names.map((name) => ({ operation: name, kinds: operationsNamed(name) }))
}

/** A limit on a region is one on the links that lead to it: it is the region that may fall behind. */
function linkSources({ regions, load }: Setting, limit: LimitPlan): Source[] {
  const { from: kinds } = metrics[limit.metric]
  return regions
    .flatMap((from) => regions.filter((to) => to !== from).map((to) => ({ from, to })))
    .filter(({ to }) => limit.region === null || limit.region === to)
    .map(({ from, to }) => ({ from, link: linkText({ from, to }) }))
    .filter(({ link }) => limit.link === null || limit.link === link)
    .map(({ from, link }) => {
      // What no operation gives samples of, as bytes, is there wherever there is load.
      const loads = kinds.length > 0 ? [] : load.filter(({ region }) => region === from)
      const streams = [...streamsOf(load, from, kinds), ...loads.map(() => steady(1))]
      return { link, members: [link], kinds, streams }
    })
}

/** Probes compare the regions of every pair. */
function pairSources({ regions, probes: { everyUs } }: Setting, limit: LimitPlan): Source[] {
  if (everyUs <= 0) return []
  return regions
    .flatMap((a, i) => regions.slice(i + 1).map((b) => ({ a, b, link: `${a}<>${b}` })))
    .filter(({ a, b }) => limit.region === null || [a, b].includes(limit.region))
    .filter(
      ({ a, b }) =>
        limit.link === null || limit.link.split(/<>|>/).every((end) => [a, b].includes(end)),
    )
    .map(({ link }) => {
      return { link, members: [link], kinds: [], streams: [steady(SECOND / everyUs)] }
    })
}

const steady = (perSec: number): Stream => ({ arrivals: { kind: 'constant' }, perSec })

/** Streams of some kinds that enter in a region; none where nothing is planned to arrive. */
function streamsOf(
  load: readonly LoadPlan[],
  region: string,
  kinds: readonly OperationKind[],
): Stream[] {
  return load
    .filter((entry) => entry.region === region)
    .flatMap((entry) =>
      kinds.map((kind) => ({ arrivals: entry.arrivals, perSec: rateOf(entry, kind) })),
    )
    .filter(({ perSec }) => perSec > 0)
}

/** One source for each operation, of all regions or links. */
function pooled(sources: readonly Source[]): Source[] {
  const joined = new Map<string | undefined, Source>()
  for (const { operation, kinds, members, streams } of sources) {
    const known = joined.get(operation)
    joined.set(operation, {
      ...(operation !== undefined && { operation }),
      kinds,
      members: [...(known?.members ?? []), ...members],
      streams: [...(known?.streams ?? []), ...streams],
    })
  }
  return [...joined.values()]
}

/** The integral of the planned rates over some stretches of the run, as far as operations arrive. */
function arrivingIn(
  { timeline: { warmupUs, runUs } }: Pick<Setting, 'timeline'>,
  streams: readonly Stream[],
  spans: readonly PhaseSpan[],
): number {
  const endUs = warmupUs + runUs
  if (streams.some(({ perSec }) => perSec === ENDLESS)) return spans.length === 0 ? 0 : ENDLESS
  let sum = 0
  for (const { arrivals, perSec } of streams)
    for (const { fromUs, toUs } of spans)
      sum +=
        expectedBefore(arrivals, perSec, Math.min(toUs, endUs), endUs) -
        expectedBefore(arrivals, perSec, Math.min(fromUs, endUs), endUs)
  return sum
}

/** Operations of some kinds expected to be wanted in a region during a phase; endless with a closed loop among them. */
export const expectedIn = (
  setting: Pick<Setting, 'load' | 'timeline' | 'faults'>,
  region: string,
  kinds: readonly OperationKind[],
  phase: string,
): number => arrivingIn(setting, streamsOf(setting.load, region, kinds), stretches(setting, phase))

/**
 * The loads a limit can be held against. Response time counts from the moment a search was to start by a schedule that
 * waits for nobody; in a closed loop there is none.
 */
export function heldAgainst(setting: Setting, { metric }: Pick<LimitPlan, 'metric'>): Setting {
  if (!metrics[metric].scheduled) return setting
  return { ...setting, load: setting.load.filter(({ closedLoop }) => closedLoop === undefined) }
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

/** A cell's region or link as a scenario writes it; empty where several are pooled. */
export const cellName = ({ region, link }: Place): string => placeName(region ?? link ?? '')

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

export const stretches = (plan: Course, phase: string): PhaseSpan[] =>
  plannedPhases(plan).filter(({ name }) => name === phase)
