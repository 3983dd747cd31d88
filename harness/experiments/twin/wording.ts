import { linkLabel, phaseText } from '../../../reports/format.ts'
import type { TwinError } from '../../model/profile.ts'
import { percentText, valueText } from '../../text/value.ts'
import type { Alone, Compared } from './comparison.ts'
import { nameOf } from './main-errors.ts'

/** `+8 %`, `−0.5 %`; a difference of shares in points, of counts as it is. */
export function errorText(error: number, kind: Compared['kind'], unit = 'ratio'): string {
  const sign = error > 0 ? '+' : ''
  if (kind === 'share') return `${sign}${percentOf(error)}`
  if (unit === 'us') return `${sign}${valueText(error, 'us')}`
  if (unit === 'ratio') return `${sign}${valueText(Number(error.toFixed(4)), 'ratio')}`
  return `${sign}${error}`
}

/** Whole percents: what is behind the point is noise of one run. */
const percentOf = (share: number): string =>
  Math.abs(share) < 0.1
    ? percentText(Number(share.toFixed(3)))
    : percentText(Number(share.toFixed(2)))

export const worstText = ({ kind, worst }: TwinError): string => errorText(worst, kind)
export const medianText = ({ kind, median }: TwinError): string => errorText(median, kind)

export type Cells = [
  name: string,
  place: string,
  real: string,
  simulated: string,
  error: string,
  n: string,
]

/** A row of the table, as texts. */
export function cellsOf(row: Compared): Cells {
  const { unit, real, simulated, realCount, simulatedCount, kind, error, small } = row
  const counts = realCount === simulatedCount ? `${realCount}` : `${realCount} / ${simulatedCount}`
  return [
    nameOf(row),
    placeText(row),
    valueText(real, unit),
    valueText(simulated, unit),
    small ? `${errorText(error, kind, unit)} (too small to compare)` : errorText(error, kind, unit),
    counts,
  ]
}

export function placeText({
  region,
  link,
  phase,
  operation,
  cause,
}: Compared | Alone['row']): string {
  const parts = [region, link && linkLabel(link), operation, cause, phase && phaseText(phase)]
  return parts.filter(Boolean).join(', ') || 'the whole run'
}

/** How many measurements each world has that the other has not. */
export function aloneText(alone: readonly Alone[]): string {
  if (alone.length === 0) return 'Every measurement of one world is in the other.'
  const of = (world: Alone['world']) => alone.filter((one) => one.world === world).length
  return `Only one world has ${of('real')} (real) and ${of('simulated')} (simulated) more rows; they are in twin.json.`
}
