import { cellsOf, kindsNoun, placeName, tailOf, tightest } from '../../limits/cells.ts'
import type { LimitPlan } from '../../model/limit.ts'
import { evidenceOf } from '../../model/metric.ts'
import type { Plan } from '../../model/plan.ts'
import { textTable } from '../../text/table.ts'
import { metricKinds } from '../parts/metric-kinds.ts'
import { countText, limitText, percentText } from './figures.ts'

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
  const { of, apart } = metricKinds[metric]
  const split = apart ? 'each operation, ' : ''
  const only = operation === null ? split : `${operation} only, `
  if (region !== null || link !== null) return `${only}${placeName(region ?? link ?? '')}`
  if (of === 'run') return `${only}the whole run`
  const noun = { region: 'region', link: 'link', pair: 'pair', fault: 'fault' }[of]
  return pool ? `${only}all ${noun}s pooled` : `${only}each ${noun}`
}

function phaseText({ metric, phase }: LimitPlan): string {
  const { of, from } = metricKinds[metric]
  if (phase !== null) return `, ${phase}`
  if (of === 'run' || of === 'fault') return ''
  return from.length > 0 ? `, each phase with ${kindsNoun(from)}` : ', each phase'
}

function samplesText(plan: Plan, limit: LimitPlan): string {
  if (evidenceOf[limit.metric] === 'whole' || metricKinds[limit.metric].from.length === 0) return ''
  const cell = tightest(cellsOf(plan, limit))
  if (!cell) return ''
  const { samples, where, phase, kinds } = cell
  const place = `${where === '' ? '' : `${placeName(where)}, `}${phase}`
  const beyond =
    limit.stat.kind === 'quantile'
      ? `, ${countText(samples * tailOf(limit.stat.q))} beyond ${percentText(limit.stat.q)}`
      : ''
  return `; at least ${countText(samples)} ${kindsNoun(kinds)} (${place})${beyond}`
}
