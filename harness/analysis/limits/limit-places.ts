import { expectedBefore } from '../../model/arrivals.ts'
import type { FaultPlan } from '../../model/fault.ts'
import type { Analysis } from '../../model/finding.ts'
import type { LimitPlan } from '../../model/limit.ts'
import type { MetricName, PhaseSpan } from '../../model/metric.ts'
import {
  type Arrivals,
  arrivalsEndUs,
  fetchesPerSec,
  type LoadPlan,
  type Plan,
  searchesPerSec,
} from '../../model/plan.ts'
import { SECOND } from '../../model/units.ts'

/** One place a limit is judged in. `expected` values were planned there; below one, silence means nothing. */
export type Place = {
  region?: string
  link?: string
  phase?: string
  operation?: string
  /** Regions or links whose values count here: one, or all that a limit pools. */
  members: readonly string[]
  expected: number
}

/** What is planned to arrive of one load. */
type Stream = { arrivals: Arrivals; perSec: number }

/** Who a figure belongs to, and what it is planned to be taken from. */
type Owner = Omit<Place, 'phase' | 'expected'> & { streams: readonly Stream[] }

const writes = ({ upsertPerSec, deletePerSec }: LoadPlan): number => upsertPerSec + deletePerSec

const ratesByOperation: Record<string, (load: LoadPlan) => number> = {
  search: searchesPerSec,
  fetch: fetchesPerSec,
  write: writes,
  upsert: ({ upsertPerSec }) => upsertPerSec,
  delete: ({ deletePerSec }) => deletePerSec,
}

/** Response time needs a schedule, which a closed loop has not. */
const scheduledSearches = ({ searchPerSec }: LoadPlan): number => searchPerSec

const anything = (load: LoadPlan): number =>
  searchesPerSec(load) + writes(load) + fetchesPerSec(load)

/** Operations a metric is told apart by when a limit names none; `undefined`: the row for all of them. */
const operationsOf: Partial<Record<MetricName, string[]>> = {
  availability: ['search', 'fetch', 'write'],
  staleness: ['search', 'fetch'],
  throughput: ['search', 'fetch', 'write'],
}

const reads = (load: LoadPlan): number => searchesPerSec(load) + fetchesPerSec(load)

const planned: Partial<Record<MetricName, (load: LoadPlan) => number>> = {
  'search.response': scheduledSearches,
  goodput: scheduledSearches,
  'search.service': ratesByOperation.search,
  'search.dispatch-delay': anything,
  'write.response': writes,
  'fetch.response': ratesByOperation.fetch,
  recall: ratesByOperation.search,
  'recall-loss': ratesByOperation.search,
  replicas: writes,
  'cache-hits': reads,
  'stale-answers': reads,
  'partial-answers': reads,
  'shard-share': writes,
}

/** Every place a limit on a metric of regions or links holds in, warm-up and settle apart. */
export function placesOf(limit: LimitPlan, analysis: Analysis): Place[] {
  const owners = ownersOf(limit, analysis.plan).filter(({ streams }) => streams.length > 0)
  const joined = limit.pool ? pooled(owners) : owners
  return phasesOf(limit, analysis).flatMap((phase) =>
    joined.map(({ streams, ...owner }) => ({
      ...owner,
      phase,
      expected: expectedIn(streams, spansOf(phase, analysis), analysis.plan),
    })),
  )
}

/** A fault that was planned and never came is as long as it was planned. */
function spansOf(phase: string, { phases, plan }: Analysis): PhaseSpan[] {
  const spans = phases.filter(({ name }) => name === phase)
  const fault = plan.faults.find(({ name }) => `fault:${name}` === phase)
  if (spans.length > 0 || !fault) return spans
  return [{ name: phase, fromUs: fault.atUs, toUs: fault.untilUs }]
}

/** The integral of the planned rates over some stretches of the run; endless with a closed loop, which has none. */
function expectedIn(streams: readonly Stream[], spans: readonly PhaseSpan[], plan: Plan): number {
  const endUs = arrivalsEndUs(plan)
  if (streams.some(({ perSec }) => perSec === Number.POSITIVE_INFINITY))
    return spans.length === 0 ? 0 : Number.POSITIVE_INFINITY
  let sum = 0
  for (const { arrivals, perSec } of streams)
    for (const { fromUs, toUs } of spans)
      sum +=
        expectedBefore(arrivals, perSec, toUs, endUs) -
        expectedBefore(arrivals, perSec, fromUs, endUs)
  return sum
}

/** Streams of the loads of a region; none where nothing is planned to arrive. */
function streamsOf(plan: Plan, region: string, rate: (load: LoadPlan) => number): Stream[] {
  return plan.load
    .filter((load) => load.region === region && rate(load) > 0)
    .map((load) => ({ arrivals: load.arrivals, perSec: rate(load) }))
}

const steady = (perSec: number): Stream => ({ arrivals: { kind: 'constant' }, perSec })

function ownersOf(limit: LimitPlan, plan: Plan): Owner[] {
  switch (limit.metric) {
    case 'lag':
      return links(plan, limit, (load) => writes(load))
    case 'link-bytes':
      return links(plan, limit, () => 1)
    case 'answer-difference':
      return pairs(plan, limit)
    default:
      return regions(plan, limit)
  }
}

function regions(plan: Plan, limit: LimitPlan): Owner[] {
  const names = limit.operation ? [limit.operation] : operationsOf[limit.metric]
  const rate = planned[limit.metric] ?? (() => 0)
  return plan.regions
    .filter((region) => limit.region === null || limit.region === region)
    .flatMap((region): Owner[] => {
      if (limit.metric === 'goodput')
        return [
          {
            region,
            operation: 'search',
            members: [region],
            streams: streamsOf(plan, region, rate),
          },
        ]
      if (!names) return [{ region, members: [region], streams: streamsOf(plan, region, rate) }]
      return names.map((operation) => ({
        region,
        operation,
        members: [region],
        streams: streamsOf(plan, region, ratesByOperation[operation] ?? (() => 0)),
      }))
    })
}

/** A limit on a region is one on the links that lead to it: it is the region that may fall behind. */
function links(plan: Plan, limit: LimitPlan, rate: (load: LoadPlan) => number): Owner[] {
  return plan.links
    .filter(({ to }) => limit.region === null || limit.region === to)
    .map(({ from, to }) => {
      const link = `${from}>${to}`
      return { link, members: [link], streams: streamsOf(plan, from, rate) }
    })
    .filter(({ link }) => limit.link === null || limit.link === link)
}

function pairs(plan: Plan, limit: LimitPlan): Owner[] {
  const { everyUs } = plan.probes
  if (everyUs <= 0) return []
  return plan.regions
    .flatMap((a, i) => plan.regions.slice(i + 1).map((b) => ({ a, b, link: `${a}<>${b}` })))
    .filter(({ a, b }) => limit.region === null || limit.region === a || limit.region === b)
    .filter(({ a, b }) => limit.link === null || sameEnds(limit.link, a, b))
    .map(({ link }) => ({ link, members: [link], streams: [steady(SECOND / everyUs)] }))
}

function sameEnds(link: string, a: string, b: string): boolean {
  const ends = link.split(/<>|>/)
  return ends.includes(a) && ends.includes(b)
}

/** One owner for each operation, of all regions or links. */
function pooled(owners: readonly Owner[]): Owner[] {
  const joined = new Map<string | undefined, Owner>()
  for (const { operation, members, streams } of owners) {
    const known = joined.get(operation)
    joined.set(operation, {
      ...(operation !== undefined && { operation }),
      members: [...(known?.members ?? []), ...members],
      streams: [...(known?.streams ?? []), ...streams],
    })
  }
  return [...joined.values()]
}

/** Phases of the run that a limit names, or all with load; planned faults that never came among them. */
function phasesOf(limit: LimitPlan, { phases, plan }: Analysis): string[] {
  const seen = [...new Set(phases.map(({ name }) => name))]
  const named = plan.faults.map(({ name }) => `fault:${name}`)
  const never = named.filter((name) => !seen.some((one) => covers(one, name)))
  return [...seen, ...never]
    .filter((name) => name !== 'warmup' && name !== 'settle')
    .filter((name) => limit.phase === null || isOf(name, limit.phase))
}

const isOf = (name: string, wanted: string): boolean =>
  name === wanted || (!wanted.includes(':') && name.startsWith(`${wanted}:`))

/** Whether a joined label `fault:a+b` stands for `fault:a` as well. */
function covers(label: string, name: string): boolean {
  const [kind, faults = ''] = label.split(':')
  return faults.split('+').some((fault) => `${kind}:${fault}` === name)
}

/** Faults a limit on catch-up or client recovery speaks of: all, or the one its phase is named after. */
export function faultsOf({ phase }: LimitPlan, faults: readonly FaultPlan[]): FaultPlan[] {
  return faults.filter(
    ({ name }) =>
      phase === null || [`recovery:${name}`, `fault:${name}`, 'recovery', 'fault'].includes(phase),
  )
}
