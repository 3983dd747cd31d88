import { trialsToShow, wilson } from '../../base/confidence.ts'
import {
  type Cell,
  cellName,
  cellsOf,
  kindsNoun,
  type Setting,
  stretches,
  tightest,
} from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { metrics } from '../../model/metric.ts'
import { SECOND, type Us } from '../../model/units.ts'
import type { Known } from '../known.ts'
import { countText, durationText, limitText, rateText, shareText } from '../shown/figures.ts'

/** A bound on a share that a plan cannot show, and what would help. */
type Lack = { message: string; hint: string }

type Asked = { setting: Setting; plan: LimitPlan; known: Known }

/**
 * Why a bound on a share, or on a mean over queries, could not be shown in its smallest place even if nothing at all
 * went wrong there; null if it could. All or none (100 %, 0 %) is judged on the run alone and always can.
 */
export function shareLack(asked: Asked): Lack | null {
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
  return worst ? told(worst, confidence, asked) : null
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

function told(cell: Short, confidence: number, asked: Asked): Lack {
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
  const takes = Math.ceil((Math.min(samples, queries) * needed) / trials)
  const message =
    `${limitText(plan)} cannot be shown: ${countText(samples)} ${kindsNoun(kinds)} are expected${place} during ` +
    `${phase}, and if all went well they would show no ${least ? 'more' : 'less'} than ${shown} at ` +
    `${shareText(confidence)} confidence; it takes ${countText(takes)}` +
    (takes > queries ? ` different ones, and the data set has ${countText(queries)} queries` : '')
  const ways = [
    ...(takes > queries ? [] : moreOf(cell, asked)),
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
