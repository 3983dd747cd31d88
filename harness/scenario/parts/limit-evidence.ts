import { MEAN_FROM, trialsToShow, wilson } from '../../base/confidence.ts'
import {
  type Cell,
  cellName,
  cellsOf,
  groupsOf,
  heldAgainst,
  judgedPhases,
  kindsNoun,
  perSecond,
  type Setting,
  stretches,
  tailOf,
  tightest,
} from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { inPercent, metrics, percentiles } from '../../model/metric.ts'
import { searchesPerSec } from '../../model/plan.ts'
import { SECOND, type Us } from '../../model/units.ts'
import { percentileName } from '../../text/value.ts'
import type { Known } from '../known.ts'
import { countText, durationText, limitText, rateText, shareText } from '../shown/figures.ts'
import type { Path, Sheet } from '../yaml/document.ts'
import { nounOf } from '../yaml/reading.ts'
import { didYouMean, list } from '../yaml/spelling.ts'

type Case = {
  sheet: Sheet
  path: Path
  setting: Setting
  plan: LimitPlan
  plans: readonly LimitPlan[]
  known: Known
  /** Runs may be taken together, so that one alone need not have samples enough. */
  pooled: boolean
}

/** How many samples have to lie beyond a percentile for its place to be known. */
const TAIL_NEEDED = 10

/**
 * Reports a limit that nothing could ever be held against, and, unless runs are pooled, one that the expected samples
 * cannot show.
 */
export function checkEvidence(limit: Case): void {
  const { sheet, path, plan } = limit
  if (!phaseExists(limit) || !kAgrees(limit)) return
  const reason = whyAbsent(limit)
  if (reason) {
    const { message, hint } = reason
    sheet.report([...path, 'metric'], {
      message: `${plan.metric} cannot be measured: ${message}`,
      hint,
    })
    return
  }
  if (limit.pooled) return
  if (plan.stat.kind === 'quantile') checkSamples(limit, plan.stat.q)
  else if (metrics[plan.metric].evidence === 'values') checkMean(limit)
  else if (metrics[plan.metric].evidence !== 'whole') checkShare(limit)
}

function phaseExists({ sheet, path, setting, plan }: Case): boolean {
  const { phase } = plan
  if (phase === null) return true
  const at = [...path, 'phase']
  const phases = judgedPhases(setting)
  const refuse = (message: string, hint: string): false => {
    sheet.report(at, { message, hint })
    return false
  }
  if (phase === 'warmup' || phase === 'settle')
    return refuse(`${phase} is never judged`, `Phases: ${list(phases)}.`)
  if (metrics[plan.metric].of === 'fault' && !phase.startsWith('recovery:'))
    return refuse(
      `${plan.metric} belongs to the recovery of a fault, not to ${nounOf(phase)}`,
      `Phases: ${list(phases.filter((name) => name.startsWith('recovery:'))) || 'none here'}.`,
    )
  if (phases.includes(phase)) return true
  const overlap = phases.find((name) => isPartOf(phase, name))
  return refuse(
    phase === 'baseline' || overlap
      ? `the plan leaves no time for ${phase}`
      : `unknown phase "${phase}"`,
    overlap ? `Its faults overlap: write ${overlap}.` : didYouMean(phase, phases, 'phases'),
  )
}

/** `fault:a` is part of `fault:a+b`. */
function isPartOf(phase: string, joined: string): boolean {
  const [kind, name] = phase.split(':')
  const [joinedKind, names] = joined.split(':')
  return kind === joinedKind && (names ?? '').split('+').includes(name ?? '')
}

/** `at: 10` is a reminder of k for the reader; it must be true. */
function kAgrees({ sheet, path, setting, plan }: Case): boolean {
  const at = sheet.at([...path, 'at'])
  const others = setting.load.filter(
    (load) =>
      load.k !== at &&
      searchesPerSec(load) > 0 &&
      (plan.region === null || plan.region === load.region),
  )
  const [other] = others
  if (at === undefined || other === undefined) return true
  sheet.report([...path, 'at'], {
    message: `this limit is at ${at}, but searches in ${other.region} ask for k: ${other.k}`,
    hint: `Write at: ${other.k}, or k: ${at} in the load.`,
  })
  return false
}

type Reason = { message: string; hint: string }

/** Why no sample of this metric can come out of this plan, or null. */
function whyAbsent({ setting, plan, plans }: Case): Reason | null {
  const { regions, faults, probes } = setting
  const { of, from, scheduled, hops, faults: which } = metrics[plan.metric]
  if ((of === 'link' || of === 'pair') && regions.length < 2)
    return { message: 'the plan has one region', hint: 'Add a region, or take the limit out.' }
  if (of === 'pair' && probes.everyUs === 0)
    return { message: 'probes are off', hint: 'Write probes: { every: 1s }.' }
  if (of === 'fault' && faults.length === 0)
    return { message: 'the plan has no faults', hint: 'Add a fault, or take the limit out.' }
  const outages = faults.filter(({ kind }) => kind.startsWith('region-'))
  if (which === 'outages' && outages.length === 0) {
    const message = 'no fault takes a region away'
    return { message, hint: 'Add one such as { region-crash: us, at: 10s, for: 10s }.' }
  }
  if (hops === 'on-n' && Number(plan.hop?.slice('on-'.length)) > regions.length) {
    const message = `there are only ${regions.length} regions`
    return { message, hint: `Write hop: on-${regions.length}, or add regions.` }
  }
  if (scheduled && entering(setting, plan) > 0 && entering(heldAgainst(setting, plan), plan) === 0)
    return {
      message:
        'these searches come from a closed loop, and no schedule says when each was to start',
      hint: 'Compare rates: { metric: throughput, operation: search, min: 500/s }; the time from question to answer is search.service.',
    }
  if (from.length > 0 && entering(setting, plan) === 0) {
    const kinds = kindsNoun(groupsOf(plan).flatMap(({ kinds }) => kinds))
    const where = plan.region ?? plan.link?.split('>')[0]
    const message = `no ${kinds} are planned${where === undefined ? '' : ` in ${where}`}`
    return { message, hint: 'Give them a rate in load, or take the limit out.' }
  }
  if (plan.metric === 'goodput' && !plans.some(({ metric }) => metric === 'search.response'))
    return {
      message: 'no limit on search.response says what is good',
      hint: 'Add one such as { metric: search.response, p: 99, max: 40ms }.',
    }
  return null
}

/** Operations per second that could give a sample of what a limit is about. */
function entering(setting: Setting, plan: LimitPlan): number {
  const kinds = groupsOf(plan).flatMap(({ kinds }) => kinds)
  const origin = plan.region ?? plan.link?.split('>')[0]
  let sum = 0
  for (const region of setting.regions)
    if (origin === undefined || origin === region) sum += perSecond(setting, region, kinds)
  return sum
}

function checkShare({ sheet, path, ...asked }: Case): void {
  const lack = shareLack(asked)
  const key = (['mean', 'min', 'max'] as const).find(
    (key) => sheet.at([...path, key]) !== undefined,
  )
  if (lack) sheet.report([...path, key ?? 'metric'], lack)
}

function checkMean({ sheet, path, setting, plan }: Case): void {
  const cell = tightest(cellsOf(setting, plan))
  if (!cell || cell.samples >= MEAN_FROM) return
  const { samples, phase, kinds } = cell
  const where = cellName(cell)
  const place = where && ` in ${where}`
  sheet.report([...path, 'mean'], {
    message:
      `too few samples for a mean: ${countText(samples)} ${kindsNoun(kinds)} are expected${place} during ${phase}, ` +
      `and ${MEAN_FROM} are needed`,
    hint: `Let ${phase} last longer, or raise the rate.`,
  })
}

function checkSamples({ sheet, path, setting, plan }: Case, q: number): void {
  const cell = tightest(cellsOf(setting, plan))
  if (!cell || cell.samples * tailOf(q) >= TAIL_NEEDED - 1e-9) return
  const { samples, phase, kinds } = cell
  const where = cellName(cell)
  const percentile = percentileName(q)
  const place = where && ` in ${where}`
  const beyond = countText(samples * tailOf(q))
  const message =
    `too few samples for ${percentile}: ${countText(samples)} ${kindsNoun(kinds)} are expected${place} ` +
    `during ${phase}, ${beyond} of them beyond ${percentile}, and ${TAIL_NEEDED} are needed`
  const pooled = tightest(cellsOf(setting, { ...plan, pool: true }))
  const canPool = !plan.pool && plan.region === null && plan.link === null
  const helps = canPool && pooled !== undefined && pooled.samples * tailOf(q) >= TAIL_NEEDED
  const lower = Object.values(percentiles).findLast(
    (one) => one < q && samples * tailOf(one) >= TAIL_NEEDED,
  )
  const lengthUs = stretches(setting, phase).reduce((sum, s) => sum + s.toUs - s.fromUs, 0)
  const ways = [
    ...(helps ? ['write pool: true'] : []),
    `let ${phase} last ${durationText(wholeSeconds((lengthUs * TAIL_NEEDED) / (samples * tailOf(q))))}`,
    'raise the rate',
    ...(lower === undefined ? [] : [`take p: ${inPercent(lower)}`]),
  ]
  const said = `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}.`
  sheet.report([...path, 'p'], { message, hint: said.charAt(0).toUpperCase() + said.slice(1) })
}

const wholeSeconds = (us: number): Us => Math.ceil(us / 1_000_000) * 1_000_000

/** A bound on a share that a plan cannot show, and what would help. */
type Lack = { message: string; hint: string }

type Asked = { setting: Setting; plan: LimitPlan; known: Known }

/**
 * Why a bound on a share, or on a mean over queries, could not be shown in its smallest place even if nothing at all
 * went wrong there; null if it could. All or none (100 %, 0 %) is judged on the run alone and always can.
 */
function shareLack(asked: Asked): Lack | null {
  const { setting, plan } = asked
  const { confidence } = plan
  if (confidence === null) return null
  const cells = cellsOf(setting, plan)
  const lacks = cells.flatMap((cell) => {
    if (!Number.isFinite(cell.samples)) return []
    const needed = trialsToShow(leastShare(setting, plan, cell), confidence)
    const trials = trialsOf(cell, asked)
    if (!Number.isFinite(needed) || trials >= needed - 1e-9) return []
    return [{ ...cell, trials, needed }]
  })
  const worst = lacks.sort((a, b) => a.trials / a.needed - b.trials / b.needed)[0]
  return worst ? lackOf(worst, confidence, asked) : null
}

/**
 * The share that has to be good: of goodput a part of what is planned, and of what has to be rare the part where it
 * does not happen.
 */
const leastShare = (setting: Setting, plan: LimitPlan, cell: Cell): number =>
  Math.min(
    1,
    plan.bound === 'at-least' ? plan.value / wholeOf(setting, plan, cell) : 1 - plan.value,
  )

/** What all of a place would be: 1, and of a rate what is planned there per second. */
function wholeOf(setting: Setting, { metric }: LimitPlan, { phase, samples }: Cell): number {
  return metrics[metric].unit === 'per-second' ? (samples * SECOND) / lengthUs(setting, phase) : 1
}

const lengthUs = (setting: Setting, phase: string): Us =>
  stretches(setting, phase).reduce((sum, { fromUs, toUs }) => sum + toUs - fromUs, 0)

/** Independent answers at most: operations, or k for every different query. */
function trialsOf({ region, samples }: Cell, asked: Asked): number {
  const expected = Math.min(samples, queriesOf(asked))
  if (metrics[asked.plan.metric].evidence !== 'queries') return expected
  const loads = asked.setting.load.filter((load) => region === undefined || load.region === region)
  return expected * Math.max(...loads.map(({ k }) => k))
}

/** How many different samples there can be: queries of the data set, or operations without end. */
function queriesOf({ setting, plan, known }: Asked): number {
  const { queries } = known.dataSets[setting.data.set] ?? {}
  return (metrics[plan.metric].evidence === 'queries' && queries) || Number.POSITIVE_INFINITY
}

type Short = Cell & { trials: number; needed: number }

function lackOf(cell: Short, confidence: number, asked: Asked): Lack {
  const { setting, plan } = asked
  const { trials, needed, kinds, phase, samples } = cell
  const rate = metrics[plan.metric].unit === 'per-second'
  const where = cellName(cell)
  const least = plan.bound === 'at-least'
  const best = wilson(trials, trials, confidence).low
  const share = rounded(least ? best * wholeOf(setting, plan, cell) : 1 - best, least)
  const shown = rate ? rateText(share) : shareText(share)
  const place = where && ` in ${where}`
  const queries = queriesOf(asked)
  const enough = Math.ceil((Math.min(samples, queries) * needed) / trials)
  const message =
    `${limitText(plan)} cannot be shown: ${countText(samples)} ${kindsNoun(kinds)} are expected${place} during ` +
    `${phase}, and if all went well they would show no ${least ? 'more' : 'less'} than ${shown} at ` +
    `${shareText(confidence)} confidence; it takes ${countText(enough)}` +
    (enough > queries ? ` different ones, and the data set has ${countText(queries)} queries` : '')
  const ways = [
    ...(enough > queries ? [] : moreOf(cell, asked)),
    `take ${boundKey(plan)}: ${shown}`,
    ...(rate
      ? []
      : [
          `write ${boundKey(plan)}: ${least ? '100%' : '0%'}, which is judged on what happened in the run alone`,
        ]),
  ]
  const hint = `${ways.slice(0, -1).join(', ') || ways[0]}${ways.length > 1 ? ` or ${ways.at(-1)}` : ''}.`
  return { message, hint: hint.charAt(0).toUpperCase() + hint.slice(1) }
}

const boundKey = ({ stat, bound }: LimitPlan): string =>
  stat.kind === 'mean' ? 'mean' : bound === 'at-least' ? 'min' : 'max'

/** Ways to more samples. */
function moreOf({ phase, trials, needed }: Short, asked: Asked): string[] {
  const longUs = Math.ceil((lengthUs(asked.setting, phase) * needed) / trials / SECOND) * SECOND
  const longer = [`let ${phase} last ${durationText(longUs)}`, 'raise the rate']
  return poolHelps(needed, asked) ? ['write pool: true', ...longer] : longer
}

/** Three digits, to the side that can be shown. */
function rounded(share: number, down: boolean): number {
  const scale = share < 0.1 ? 10_000 : 1_000
  return (down ? Math.floor(share * scale) : Math.ceil(share * scale)) / scale
}

/** Whether all regions together have enough; the goodput of all would be another figure. */
function poolHelps(needed: number, asked: Asked): boolean {
  const { setting, plan } = asked
  const joins = ['samples', 'mean'].includes(metrics[plan.metric].pooled ?? '')
  if (plan.pool || plan.region !== null || !joins) return false
  const together = { ...asked, plan: { ...plan, pool: true } }
  const pooled = tightest(cellsOf(setting, together.plan))
  return pooled !== undefined && trialsOf(pooled, together) >= needed
}
