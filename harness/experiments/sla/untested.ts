import { perSecond, placeName } from '../../limits/cells.ts'
import { highestFactor } from '../../model/arrivals.ts'
import { type FaultPlan, faultKindNames, faultKinds } from '../../model/fault.ts'
import type { OperationKind } from '../../model/operation.ts'
import { arrivalsEndUs, type Plan, worldNames } from '../../model/plan.ts'
import type { SlaLevel, SlaObjective, SlaSample } from '../../model/sla.ts'
import { systems } from '../../pipeline/catalogue.ts'
import { counted, countText, durationText, limitSubject, valueText } from '../../text/value.ts'
import type { ReadRun } from './read-run.ts'

/** Runs of one plan that are evidence, with what was judged on them. */
export type Tested = { sample: SlaSample; fit: readonly ReadRun[] }

type Untested = SlaLevel['untested'][number]

/**
 * What the evidence of a service level says nothing of: faults, places, rates, worlds, systems and stretches of runs that
 * no objective was held against. Only runs that are evidence count as tests, only faults that a canary saw as injected.
 */
export function untestedBy(tested: readonly Tested[]): Untested[] {
  const plans = tested.flatMap(({ fit }) => fit.map(({ plan }) => plan))
  const faults = tested.flatMap(({ fit }) => fit.flatMap(seenFaults))
  return [
    {
      what: 'faults never injected',
      which: missing(
        faultKindNames,
        faults.map(({ kind }) => kind),
      ),
    },
    { what: 'regions never lost', which: regionsKept(plans, faults) },
    { what: 'links never cut', which: linksKept(plans, faults) },
    { what: 'phases no objective is on', which: phasesUnjudged(tested) },
    { what: 'recoveries too short to tell', which: tooShort(tested) },
    { what: 'rates beyond', which: ratesOf(plans) },
    { what: 'runs longer than', which: lengthsOf(plans) },
    { what: 'seeds', which: seedsAlone(tested) },
    {
      what: 'worlds never run',
      which: missing(
        worldNames,
        plans.map(({ world }) => world),
      ),
    },
    {
      what: 'systems never run',
      which: missing(
        Object.keys(systems),
        plans.map(({ system }) => system.kind),
      ),
    },
  ].filter(({ which }) => which.length > 0)
}

const missing = (all: readonly string[], seen: readonly string[]): string[] =>
  all.filter((name) => !seen.includes(name))

/** Faults of a run whose canary saw them bite. */
function seenFaults({ plan, analysis }: ReadRun): FaultPlan[] {
  const seen = analysis.faults.filter(({ confirmedUs }) => confirmedUs !== null)
  return plan.faults.filter(({ name }) => seen.some((fault) => fault.name === name))
}

const regionsOf = (plans: readonly Plan[]): string[] => [
  ...new Set(plans.flatMap(({ regions }) => regions)),
]

/** Paused for good or for a while, crashed or lost with its disks: the region was away. */
function regionsKept(plans: readonly Plan[], faults: readonly FaultPlan[]): string[] {
  const lost = faults.flatMap((fault) =>
    'region' in fault && fault.kind.startsWith('region-') ? [fault.region] : [],
  )
  return missing(regionsOf(plans), lost)
}

/** Either direction is enough. */
function linksKept(plans: readonly Plan[], faults: readonly FaultPlan[]): string[] {
  const cuts = faults.flatMap((fault) =>
    'links' in fault && faultKinds[fault.kind].effect === 'link-cut' ? fault.links : [],
  )
  const pairs = plans.flatMap(({ regions }) =>
    regions.flatMap((a, i) => regions.slice(i + 1).map((b) => [a, b] as const)),
  )
  const kept = pairs.filter(
    ([a, b]) => !cuts.some(({ from, to }) => [from, to].includes(a) && [from, to].includes(b)),
  )
  return [...new Set(kept.map(([a, b]) => `${a} <-> ${b}`))]
}

/** A limit that names no phase is on all of them. */
function phasesUnjudged(tested: readonly Tested[]): string[] {
  return tested.flatMap(({ sample, fit }) => {
    const judged = sample.objectives.flatMap(({ phase }) => phase ?? [])
    const had = fit.flatMap(({ analysis }) => analysis.phases.map(({ name }) => name))
    const idle = ['warmup', 'settle', ...judged]
    return missing([...new Set(had)], idle).map((phase) => `${phase} (${sample.scenario})`)
  })
}

const tooShort = (tested: readonly Tested[]): string[] =>
  tested.flatMap(({ sample }) =>
    sample.objectives
      .filter(({ state }) => state === 'beside')
      .map(
        (one) => `${limitSubject(one.limit)}, ${placeText(one)}: ${counted(one.count, 'sample')}`,
      ),
  )

/** `us-east, recovery:cut, search`. */
const placeText = ({ region, link, phase, operation }: SlaObjective): string =>
  [region, link && placeName(link), phase, operation].filter(Boolean).join(', ')

const kinds: readonly [string, readonly OperationKind[]][] = [
  ['searches', ['search']],
  ['fetches', ['fetch']],
  ['writes', ['upsert', 'delete']],
]

/** The highest rates that any plan has in each region. */
function ratesOf(plans: readonly Plan[]): string[] {
  return regionsOf(plans).flatMap((region) => {
    const said = kinds.flatMap(([noun, own]) => {
      const most = Math.max(...plans.map((plan) => highestRate(plan, region, own)))
      if (most === 0) return []
      return [
        Number.isFinite(most)
          ? `${valueText(most, 'per-second')} ${noun}`
          : `${noun} of a closed loop`,
      ]
    })
    return said.length === 0 ? [] : [`${region}: ${said.join(', ')}`]
  })
}

function highestRate({ load }: Plan, region: string, own: readonly OperationKind[]): number {
  return load.reduce((sum, entry) => {
    const { arrivals } = entry
    const factor = arrivals.kind === 'constant' ? 1 : highestFactor(arrivals)
    return sum + perSecond({ load: [entry] }, region, own) * factor
  }, 0)
}

function lengthsOf(plans: readonly Plan[]): string[] {
  const longest = Math.max(0, ...plans.map((plan) => arrivalsEndUs(plan) - plan.timeline.warmupUs))
  const points = Math.max(0, ...plans.map(({ data }) => data.base))
  if (plans.length === 0) return []
  return [`${durationText(longest)} of load on ${countText(points)} points at the start`]
}

const seedsAlone = (tested: readonly Tested[]): string[] =>
  tested.flatMap(({ sample: { scenario, world }, fit }) => {
    const [first] = fit
    if (!first || fit.length > 1) return []
    return [
      `${scenario} (${world}): one run, seed ${first.plan.seed}; how runs differ was not seen`,
    ]
  })
