import { judgeLimit } from '../../analysis/limits/limits.ts'
import { pooledRuns } from '../../analysis/service-levels/pool.ts'
import { addedTallies, type Tally } from '../../analysis/service-levels/tally.ts'
import { wilson } from '../../base/confidence.ts'
import { isOpenEnded } from '../../limits/cells.ts'
import type { LimitResult, Verdict } from '../../model/finding.ts'
import { metrics } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import type { SlaObjective, SlaState } from '../../model/sla.ts'
import { counted } from '../../text/value.ts'
import { knownError } from './known-error.ts'
import type { LevelOfRun } from './read-run.ts'

/**
 * Every limit of a service level in every place, judged on the sample that all runs make together. At least one run, all
 * of one plan.
 */
export function objectivesOf(runs: readonly LevelOfRun[], plan: Plan): SlaObjective[] {
  const pooled = pooledRuns(runs.map(({ analysis }) => analysis))
  const byPlace = runs.map(
    ({ results }) => new Map(results.map((one) => [placeKey(one.result), one])),
  )
  const { level } = runs[0] as LevelOfRun
  return level.limits
    .flatMap((limit) => judgeLimit(limit, pooled))
    .map((result) => {
      const own = byPlace.map((places) => places.get(placeKey(result)))
      return objectiveOf(result, own, plan)
    })
}

type OwnResult = LevelOfRun['results'][number]

const placeKey = ({ limit, region, link, phase, operation }: LimitResult): string =>
  JSON.stringify([limit.text, limit.link, region, link, phase, operation])

function objectiveOf(
  result: LimitResult,
  own: readonly (OwnResult | undefined)[],
  plan: Plan,
): SlaObjective {
  const { verdict, unasked, because, ...told } = result
  const runs = verdictsOf(result, own)
  const state = stateOf(result, runs)
  const tally = addedTallies(own.flatMap((one) => one?.tally ?? []))
  const needed = state === 'open' && tally ? runsNeeded(result, tally, own.length) : undefined
  return {
    ...told,
    because: `${because}${aloneText(verdict, own)}`,
    state,
    ...budgetOf(tally),
    ...windowsOf(tally),
    runs,
    ...(needed !== undefined && { runsNeeded: needed }),
    ...(plan.world === 'sim' && { error: knownError(plan.profile, result) }),
  }
}

/** A recovery that a run did not have says nothing of it; whatever else it lacks is not known. */
function verdictsOf({ phase = '' }: LimitResult, own: readonly (OwnResult | undefined)[]) {
  const runs: Record<Verdict, number> = { pass: 0, fail: 0, unknown: 0, invalid: 0 }
  for (const one of own) if (one || !isOpenEnded(phase)) runs[one?.result.verdict ?? 'unknown']++
  return runs
}

/** What happens once in a run has to be seen in every run; of a sample all runs together are asked. */
function stateOf(
  { limit, verdict, unasked }: LimitResult,
  { fail, unknown }: Record<Verdict, number>,
): SlaState {
  if (verdict === 'fail' || fail > 0) return 'broken'
  if (verdict === 'unknown' && unasked) return 'beside'
  const once = metrics[limit.metric].evidence === 'whole'
  return verdict === 'pass' && !(once && unknown > 0) ? 'holds' : 'open'
}

/** Of an objective that all runs together keep: the run that breaks it. */
function aloneText(verdict: Verdict, own: readonly (OwnResult | undefined)[]): string {
  const broken = own.filter((one) => one?.result.verdict === 'fail')
  const [first] = broken
  if (verdict === 'fail' || !first) return ''
  return ` ${counted(broken.length, 'run breaks', 'runs break')} it alone: ${first.result.because}`
}

function budgetOf(tally: Tally | null): Pick<SlaObjective, 'budget'> {
  if (!tally || tally.count === 0 || !(tally.allowed >= 0)) return {}
  const { allowed, count } = tally
  const bad = { low: rounded(tally.bad.low), high: rounded(tally.bad.high) }
  const burnt = (samples: number): number =>
    samples === 0 ? 0 : allowed === 0 ? Number.POSITIVE_INFINITY : samples / allowed
  const used = { low: burnt(bad.low), high: burnt(bad.high) }
  return { budget: { bad, allowed: rounded(allowed), count, burnt: used } }
}

/** A share times a count is a whole number but for the last bits. */
const rounded = (samples: number): number => Math.round(samples * 1e6) / 1e6

function windowsOf(tally: Tally | null): Pick<SlaObjective, 'windows'> {
  return tally ? { windows: tally.windows } : {}
}

const MOST_RUNS = 100_000

/**
 * How many runs like these would show it: the least number of samples of which the share that is bad now would be shown
 * to be allowed, by Wilson's interval. Undefined where that share is not below what is allowed.
 */
function runsNeeded(
  { limit: { metric, confidence } }: LimitResult,
  { bad, allowed, count }: Tally,
  runs: number,
): number | undefined {
  const isShare = metrics[metric].evidence === 'share' || metrics[metric].evidence === 'values'
  if (!isShare || confidence === null || count === 0 || !(bad.high < allowed)) return undefined
  const shows = (many: number): boolean => {
    const samples = (count / runs) * many
    return wilson((bad.high / count) * samples, samples, confidence).high <= allowed / count
  }
  let [least, most] = [runs, runs + 1]
  while (!shows(most)) {
    if (most > MOST_RUNS) return undefined
    ;[least, most] = [most, most * 2]
  }
  while (most - least > 1) {
    const middle = (least + most) >> 1
    if (shows(middle)) most = middle
    else least = middle
  }
  return most
}
