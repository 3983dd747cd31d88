import { linkLabel, phaseText } from '../../../reports/format.ts'
import type { Interval } from '../../base/histogram.ts'
import { type MetricUnit, metrics } from '../../model/metric.ts'
import { measuredText, metricText, NOT_MEASURED, percentText, valueText } from '../../text/value.ts'
import type { ComparedRow } from './comparison.ts'

type Named = Pick<ComparedRow, 'metric' | 'stat' | 'at'>

/** `search.response p99`, `replicas on-2 p50`. */
export const figureName = ({ metric, stat, at: { hop } }: Named): string =>
  [metric, hop, stat].filter(Boolean).join(' ')

/** `us-east, search, during cut`. */
export function placeText({ at: { region, link, operation, phase } }: Named): string {
  const parts = [region, link && linkLabel(link), operation, phase && phaseText(phase)]
  return parts.filter(Boolean).join(', ') || 'the whole run'
}

export function sideFigure({ metric }: Named, value: Interval | undefined): string {
  if (value === undefined) return NOT_MEASURED
  if (value.low === Number.POSITIVE_INFINITY) return metricText(value.low, metric)
  return measuredText(value, metrics[metric].unit)
}

/** `+12 % [+8.0 … +16 %]`; of shares, and where A is 0, in the unit itself. */
export function differenceText(row: ComparedRow): string {
  const { metric, a, difference } = row
  if (!difference || !a) return ''
  const { unit } = metrics[metric]
  const { value, shown } = difference
  if (value.low === 0 && value.high === 0 && shown.low === 0 && shown.high === 0) return 'the same'
  const by = (a.low + a.high) / 2
  const relative = unit !== 'ratio' && by > 0 && Number.isFinite(by)
  const text = (one: number) => (relative ? signedPercent(one / by) : signed(one, unit))
  const ends = [value.low, value.high].map(text)
  const middle = ends[0] === ends[1] ? ends[0] : ends.join(' … ')
  return `${middle} [${text(shown.low)} … ${text(shown.high)}]`
}

function signedPercent(share: number): string {
  if (!Number.isFinite(share)) return share > 0 ? '+∞' : '−∞'
  const digits = Math.abs(share) < 0.1 ? 3 : 2
  return plus(share, percentText(Number(share.toFixed(digits))))
}

function signed(value: number, unit: MetricUnit): string {
  const shown = unit === 'ratio' && Number.isFinite(value) ? Number(value.toFixed(4)) : value
  return plus(value, valueText(shown, unit))
}

const plus = (value: number, text: string): string => (value > 0 ? `+${text}` : text)

/** `1.21`: B ÷ A; nothing where A is 0 or endless. */
export function ratioOf({ a, b }: Pick<ComparedRow, 'a' | 'b'>): number | undefined {
  if (!a || !b) return undefined
  const ratio = (b.low + b.high) / (a.low + a.high)
  return Number.isFinite(ratio) ? ratio : undefined
}
