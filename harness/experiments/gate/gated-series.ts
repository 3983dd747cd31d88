import { metrics } from '../../model/metric.ts'
import { counted, measuredText, percentText } from '../../text/value.ts'
import type { NightFigure } from './history.ts'
import type { Regressed, Strictness, Trend } from './trend.ts'

/** How one figure went, up to the last night of a history. */
export type GatedSeries = Pick<NightFigure, 'what' | 'where' | 'metric'> & {
  trend: Trend
  /** The median over the runs of each night of `nights`; null where more than half of them did not measure it. */
  values: (number | null)[]
  /** The nights that `values` are of, since the level was accepted last. */
  nights: string[]
  /** Until when it turns nothing red, and why. */
  quarantined?: { until: string; why: string }
}

/** How a figure went, without its name. */
export function sentenceOf(one: GatedSeries): string {
  const { metric, trend, nights } = one
  if (trend.state === 'no data') return 'nothing was measured'
  if (trend.state === 'learning') return `${trend.nights} of ${trend.of} nights`
  const { unit } = metrics[metric]
  if (trend.state === 'steady') return measuredText(trend.level, unit)
  const { before, after } = trend
  const next = trend.state === 'suspected' ? '; counts if the next night is like it' : ''
  return `${byText(one, trend.change)}: ${measuredText(before, unit)} to ${measuredText(after, unit)}, ${counted(trend.nights, 'night')} since ${nights[trend.since]}${next}`
}

function byText({ metric }: GatedSeries, change: number): string {
  const points = metrics[metric].unit === 'ratio' ? ' points' : ''
  return `${change > 0 ? '+' : '−'}${percentText(Math.abs(change))}${points}`
}

/** Why a night is red, as a plain sentence on the first figure that got worse, and the names of the others; null if none did. */
export function whyRed(series: readonly GatedSeries[], strictness: Strictness): string | null {
  const [first, ...others] = series.flatMap((one) =>
    one.trend.state === 'regressed' && !one.quarantined ? [{ one, trend: one.trend }] : [],
  )
  if (!first) return null
  const { one, trend } = first
  const { unit } = metrics[one.metric]
  const [before, after] = [measuredText(trend.before, unit), measuredText(trend.after, unit)]
  const also = others.map((other) => nameOf(other.one)).join(', ')
  return `${nameOf(one)} is at ${after} instead of ${before} (${byText(one, trend.change)}) since ${one.nights[trend.since]}, ${evidenceOf(first, strictness)}.${also === '' ? '' : ` Worse as well: ${also}.`}`
}

const nameOf = ({ what, where }: GatedSeries): string =>
  where === '' ? what : `${what} (${where})`

/** What makes a change count. */
function evidenceOf(
  { one, trend: { found, nights } }: { one: GatedSeries; trend: Regressed },
  { atOnce }: Strictness,
): string {
  const stands = counted(nights, 'night')
  if (found === 'levels') return `for ${stands}: further than chance moves its level`
  if (found === 'ranks')
    return `for ${stands}: their runs are worse than those before by more than chance makes them`
  const isRatio = metrics[one.metric].unit === 'ratio'
  const size = `${percentText(atOnce * (isRatio ? 0.1 : 1))}${isRatio ? ' points' : ''}`
  return `in every run of the last night: more than ${size} counts at once`
}
