import type { Interval } from '../../base/histogram.ts'
import { Rng } from '../../base/rng.ts'
import { isOpenEnded } from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { type MetricName, metrics } from '../../model/metric.ts'
import { percentileName } from '../../text/value.ts'
import {
  type Difference,
  LEAST_PAIRS,
  LEAST_RUNS,
  ofEstimates,
  ofGroups,
  ofPairs,
} from './difference.ts'
import { type Figure, keyOf, type Place } from './figures.ts'
import { holm } from './holm.ts'
import type { ComparedRun, Side } from './side.ts'

export type ComparedVerdict = 'worse' | 'better' | 'no difference seen' | 'cannot tell'

/** One figure on both sides. */
export type ComparedRow = {
  metric: MetricName
  stat?: string
  at: Place
  /** Of several runs their mean; absent where a side has none. */
  a?: Interval
  b?: Interval
  /** Values, operations or answers; of several runs, how many runs have it. */
  countA: number
  countB: number
  difference?: Difference
  /** p so corrected that all rows together go wrong as seldom as one would. */
  corrected?: number
  verdict: ComparedVerdict
  /** Why it cannot be compared; absent where it can. */
  because?: string
  /** A limit of the scenario is about it: if it cannot be compared, the whole comparison has no verdict. */
  asked: boolean
}

/** How large a difference has to be to be worth a word. */
export type Least = {
  /** Of times, rates, bytes and counts, as a share of A. */
  share: number
  /** Of shares, such as recall: B − A. */
  points: number
}

/** How runs of both sides belong together. */
export type Matching =
  | { how: 'one run each' }
  | { how: 'pairs'; pairs: [ComparedRun, ComparedRun][] }
  | { how: 'groups' }

/** A verdict goes wrong no more often than this, over all rows together. */
export const WRONG = 0.05
/** Times closer than this are equal: what timers tell. */
const GRAIN_US = 100
/**
 * No difference is said to be seen only where one of this many times the least would have shown: of 20 %, where the
 * least is 5 %.
 */
export const SHOWS = 4

/** Runs of the same seeds are pairs; else, of several, they are two groups. */
export function matchingOf(a: Side, b: Side): Matching {
  if (a.runs.length === 1 && b.runs.length === 1) return { how: 'one run each' }
  const bySeed = (runs: readonly ComparedRun[]) => new Map(runs.map((run) => [run.plan.seed, run]))
  const [as, bs] = [bySeed(a.runs), bySeed(b.runs)]
  // Repetitions of one seed on real servers are no pairs: which would go with which?
  if (as.size < a.runs.length || bs.size < b.runs.length) return { how: 'groups' }
  const pairs = [...as].flatMap(([seed, run]): [ComparedRun, ComparedRun][] => {
    const other = bs.get(seed)
    return other ? [[run, other]] : []
  })
  return pairs.length >= Math.min(a.runs.length, b.runs.length) / 2
    ? { how: 'pairs', pairs }
    : { how: 'groups' }
}

/** Every figure that either side has, in the order of A. */
export function compareSides(a: Side, b: Side, least: Least): ComparedRow[] {
  const matching = matchingOf(a, b)
  const limits = [...(a.runs[0]?.plan.limits ?? []), ...(b.runs[0]?.plan.limits ?? [])]
  const known = new Map<string, Figure>()
  for (const run of [...a.runs, ...b.runs])
    for (const figure of run.figures)
      if (!known.has(keyOf(figure))) known.set(keyOf(figure), figure)
  const figuresOf = (side: Side) => side.runs.map(usable)
  const [as, bs] = [figuresOf(a), figuresOf(b)]
  const rows = [...known].map(([key, figure]) =>
    rowOf(figure, key, sidesAt(key, figure.metric, as, bs, matching), limits),
  )
  return judged(rows, least)
}

/** What of a run can be used, by key, and why the rest cannot. */
type Usable = { run: ComparedRun; byKey: Map<string, Figure> }

const usable = (run: ComparedRun): Usable => ({
  run,
  byKey: new Map(run.figures.map((figure) => [keyOf(figure), figure])),
})

/** Why a run says nothing of a metric; undefined if it does. */
function silence({ blind, starved }: ComparedRun, metric: MetricName): string | undefined {
  if (blind !== undefined) return blind
  return starved !== undefined && metrics[metric].timed
    ? `its times say nothing: ${starved}`
    : undefined
}

/** The figures of one row: those of pairs stand at the same place. */
type Sides = { a: Figure[]; b: Figure[]; silent: string[]; matching: Matching }

function sidesAt(
  key: string,
  metric: MetricName,
  as: readonly Usable[],
  bs: readonly Usable[],
  matching: Matching,
): Sides {
  const silent = [
    ...as.map(({ run }) => ['A', run] as const),
    ...bs.map(({ run }) => ['B', run] as const),
  ].flatMap(([name, run]) => {
    const why = silence(run, metric)
    return why === undefined ? [] : [`${name} (${run.directory}): ${why}`]
  })
  const at = ({ run, byKey }: Usable): Figure | undefined =>
    silence(run, metric) === undefined ? byKey.get(key) : undefined
  const known = (figures: (Figure | undefined)[]) => figures.filter((one) => one !== undefined)
  if (matching.how !== 'pairs')
    return { a: known(as.map(at)), b: known(bs.map(at)), silent, matching }
  const of = (run: ComparedRun, all: readonly Usable[]) => all.find((one) => one.run === run)
  const both = matching.pairs.flatMap(([one, two]) => {
    const [x, y] = [of(one, as), of(two, bs)]
    const [figure, other] = [x && at(x), y && at(y)]
    return figure && other ? [{ figure, other }] : []
  })
  return {
    ...{ a: both.map(({ figure }) => figure), b: both.map(({ other }) => other) },
    ...{ silent, matching },
  }
}

function rowOf(
  { metric, stat, at }: Figure,
  key: string,
  sides: Sides,
  limits: readonly LimitPlan[],
): ComparedRow {
  const { a, b, matching } = sides
  const single = matching.how === 'one run each'
  const count = (figures: readonly Figure[]) => (single ? (figures[0]?.count ?? 0) : figures.length)
  const found = differenceOf(key, sides)
  return {
    ...{ metric, ...(stat !== undefined && { stat }), at },
    ...(a.length > 0 && { a: meanOf(a) }),
    ...(b.length > 0 && { b: meanOf(b) }),
    ...{ countA: count(a), countB: count(b) },
    ...('why' in found ? { because: found.why } : { difference: found }),
    verdict: 'cannot tell',
    asked: limits.some((limit) => isAbout(limit, metric, stat, at)),
  }
}

function meanOf(figures: readonly Figure[]): Interval {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    low: mean(figures.map(({ value }) => value.low)),
    high: mean(figures.map(({ value }) => value.high)),
  }
}

function differenceOf(
  key: string,
  { a, b, silent, matching }: Sides,
): Difference | { why: string } {
  const [first] = silent
  const more = silent.length > 1 ? ` (and ${silent.length - 1} more)` : ''
  if (first !== undefined && (matching.how === 'one run each' || a.length === 0 || b.length === 0))
    return { why: `${first}${more}` }
  if (a.length === 0 || b.length === 0)
    return { why: `${a.length === 0 ? 'A' : 'B'} has too few values for it, or none` }
  if (matching.how === 'one run each') return ofOneRunEach(a[0] as Figure, b[0] as Figure)
  return ofSeveral(key, a, b, matching.how === 'pairs')
}

function ofOneRunEach(a: Figure, b: Figure): Difference | { why: string } {
  if (isSame(a, b)) return { value: zero, shown: zero, p: 1 }
  if (isDrawnOnce(a))
    return { why: 'all answers during a fault meet the same stale points: one run is one sample' }
  if (a.estimate && b.estimate) return ofEstimates(a.estimate, b.estimate)
  if (metrics[a.metric].evidence === 'whole')
    return {
      why: 'one value a run, and one run each: how far runs of one plan are apart is not known',
    }
  return { why: 'too few values to say how far it could be off' }
}

/** What answers show of stale points. */
const ofStaleness: readonly MetricName[] = [
  'recall',
  'recall-loss',
  'answer-difference',
  'staleness',
]

/**
 * Which points are stale during a fault is drawn once a run, and all its answers share it: values inside the run say
 * nothing of the next run. Judged by them, 32 of 66 pairs of seeds of one small scenario with a cut differed.
 */
const isDrawnOnce = ({ metric, at: { phase = '' } }: Figure): boolean =>
  ofStaleness.includes(metric) && /^(fault|recovery):/.test(phase)

const zero: Interval = { low: 0, high: 0 }

/** The same figure, and of as many values where it rests on them. */
const isSame = (a: Figure, b: Figure): boolean =>
  (a.count === b.count || metrics[a.metric].evidence === 'whole') &&
  a.value.low === b.value.low &&
  a.value.high === b.value.high

function ofSeveral(
  key: string,
  a: readonly Figure[],
  b: readonly Figure[],
  paired: boolean,
): Difference | { why: string } {
  const values = (figures: readonly Figure[]) => figures.map(({ value }) => value)
  const ends = [...values(a), ...values(b)]
  if (paired && a.length < LEAST_PAIRS)
    return {
      why: `${a.length} pairs of runs have it: of fewer than ${LEAST_PAIRS} nothing is concluded`,
    }
  const fewer = Math.min(a.length, b.length)
  if (!paired && fewer < LEAST_RUNS)
    return {
      why: `a side has ${fewer} runs with it: of fewer than ${LEAST_RUNS} nothing is concluded`,
    }
  if (ends.some(({ low, high }) => !Number.isFinite(low) || !Number.isFinite(high)))
    return { why: 'in some of the runs it had not happened when the run ended' }
  const rng = new Rng(1).fork(`compare/${key}`)
  if (!paired) return ofGroups(values(a), values(b), rng)
  const pairs = a.map((one, i) => [one.value, (b[i] as Figure).value] as const)
  return ofPairs(pairs, rng)
}

/** Whether a limit of the scenario asks for this figure. Recoveries last as long as they do: one has to name them. */
function isAbout(
  limit: LimitPlan,
  metric: MetricName,
  stat: string | undefined,
  at: Place,
): boolean {
  const { phase = '' } = at
  const { stat: wanted } = limit
  const isMeant =
    limit.phase === null
      ? metrics[metric].of === 'fault' || !isOpenEnded(phase)
      : phase === limit.phase || phase.startsWith(`${limit.phase}:`)
  return (
    limit.metric === metric &&
    limit.hop === at.hop &&
    isMeant &&
    (wanted.kind !== 'quantile' || percentileName(wanted.q) === stat) &&
    (limit.region === null || limit.region === at.region) &&
    (limit.link === null || limit.link === at.link) &&
    (limit.operation === null || limit.operation === at.operation)
  )
}

function judged(rows: readonly ComparedRow[], least: Least): ComparedRow[] {
  const compared = rows.filter(({ difference }) => difference !== undefined)
  const corrected = holm(compared.map(({ difference }) => difference?.p ?? 1))
  const byRow = new Map(compared.map((row, i) => [row, corrected[i] as number]))
  return rows.map((row) => {
    const p = byRow.get(row)
    return p === undefined ? row : { ...row, corrected: p, ...verdictOf(row, p, least) }
  })
}

function verdictOf(
  { metric, a, difference }: ComparedRow,
  corrected: number,
  least: Least,
): Pick<ComparedRow, 'verdict' | 'because'> {
  const { value, shown, rearranged = 0 } = difference as Difference
  const worthy = worthALook(metric, a as Interval, least)
  const near = value.low > 0 ? value.low : value.high < 0 ? -value.high : 0
  if (corrected <= WRONG && rearranged <= WRONG && near > 0 && near >= worthy)
    return { verdict: value.low > 0 === (metrics[metric].better === 'low') ? 'worse' : 'better' }
  const most = Math.max(shown.high, -shown.low)
  if (most <= worthy * SHOWS || (value.low === 0 && value.high === 0 && most === 0))
    return { verdict: 'no difference seen' }
  return { verdict: 'cannot tell', because: 'a difference worth a look could have gone unseen' }
}

/** The least difference worth a word, in the unit of the metric. */
export function worthALook(metric: MetricName, a: Interval, { share, points }: Least): number {
  const { unit } = metrics[metric]
  if (unit === 'ratio') return points
  const middle = Number.isFinite(a.high) ? (a.low + a.high) / 2 : a.low
  const relative = Math.abs(middle) * share
  return unit === 'us' ? Math.max(relative, GRAIN_US) : relative
}
