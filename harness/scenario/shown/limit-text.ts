import { cellName, cellsOf, kindsNoun, placeName, tailOf, tightest } from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { metrics } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import { textTable } from '../../text/table.ts'
import { percentileName } from '../../text/value.ts'
import { countText, limitText } from './figures.ts'

/** The limits as they will be judged: where, when, and on how many samples at least. */
export function limitLines(plan: Plan): string[] {
  if (plan.limits.length === 0) return ['  none: only the checkers can fail this run']
  const rows = plan.limits.map((limit) => [
    limitText(limit),
    `${placeText(limit)}${phaseText(limit)}${samplesText(plan, limit)}`,
  ])
  return textTable(['', ''], ['left', 'left'], rows)
}

function placeText({ metric, region, link, operation, pool }: LimitPlan): string {
  const { of, apart } = metrics[metric]
  const split = apart.length > 1 ? 'each operation, ' : ''
  const only = operation === null ? split : `${operation} only, `
  if (region !== null || link !== null) return `${only}${placeName(region ?? link ?? '')}`
  if (of === 'run') return `${only}the whole run`
  const noun = { region: 'region', link: 'link', pair: 'pair', fault: 'fault' }[of]
  return pool ? `${only}all ${noun}s pooled` : `${only}each ${noun}`
}

function phaseText({ metric, phase }: LimitPlan): string {
  const { of, from } = metrics[metric]
  if (phase !== null) return `, ${phase}`
  if (of === 'run' || of === 'fault') return ''
  return from.length > 0 ? `, each phase with ${kindsNoun(from)}` : ', each phase'
}

function samplesText(plan: Plan, limit: LimitPlan): string {
  if (metrics[limit.metric].evidence === 'whole') return ''
  const cell = tightest(cellsOf(plan, limit))
  if (!cell) return ''
  const { samples, phase, kinds } = cell
  const where = cellName(cell)
  const place = `${where && `${where}, `}${phase}`
  const beyond =
    limit.stat.kind === 'quantile'
      ? `, ${countText(samples * tailOf(limit.stat.q))} beyond ${percentileName(limit.stat.q)}`
      : ''
  return `; at least ${countText(samples)} ${kindsNoun(kinds)} (${place})${beyond}`
}
