import { figureText } from '../../reports/sweep-table.ts'
import type { Analysed } from '../analysis/analyse.ts'
import { known } from '../catalogue.ts'
import type { MetricRow } from '../model/metric.ts'
import { metrics } from '../model/metric.ts'
import type { ShownFigure } from '../model/sweep.ts'
import { shownPlans } from '../scenario/load.ts'
import { shownFigure } from '../sweep/figures.ts'
import type { ShownClaim } from './claims-file.ts'

/** What was measured of one entry under `figures:`, as a text that names the scenario. */
export function measuredText(shown: ShownClaim, analysis: Analysed): string {
  if ('figure' in shown) return `${shown.scenario}: ${saidOfItself(shown, analysis)}`
  if ('cause' in shown && shown.cause !== undefined)
    return `${shown.scenario}: ${said(lossTo(shown, analysis))}`
  const { scenario, ...entry } = shown
  const figures = shownPlans(entry, known(), analysis.plan.regions)
  return figures.map((one) => `${scenario}: ${said(shownFigure(one, analysis))}`).join('<br>')
}

/** A figure with its title, its place if it was the worst of several, and its value. */
const said = (figure: ShownFigure): string =>
  `${figure.title} ${figureText(figure)}${figure.where ? ` (worst: ${figure.where})` : ''}`

/** The share of recall lost to one cause, over all regions that are not ruled out. */
function lossTo(shown: Extract<ShownClaim, { metric: string }>, analysis: Analysed): ShownFigure {
  const { metric, cause, region, phase } = shown
  const rows = analysis.metrics.filter(
    (row) =>
      row.metric === metric &&
      row.cause === cause &&
      row.operation === undefined &&
      (region === undefined || row.region === region) &&
      (phase === undefined || row.phase === phase),
  )
  const count = rows.reduce((sum, row) => sum + row.count, 0)
  const value = rows.reduce((sum, row: MetricRow) => sum + (row.value ?? 0) * row.count, 0) / count
  const where = [region, phase].filter((part) => part !== undefined).join(', ')
  const title = `${metric} to ${cause}${where === '' ? '' : ` (${where})`}`
  const ends = count > 0 ? { low: value, high: value } : {}
  return { title, unit: metrics[metric].unit, count, ...ends }
}

/** The median and largest of what a system or server said of itself. */
function saidOfItself(
  { figure, region, phase }: Extract<ShownClaim, { figure: string }>,
  { figures = [] }: Analysed,
): string {
  const rows = figures.filter(
    (row) =>
      row.figure === figure &&
      (region === undefined || row.region === region) &&
      (phase === undefined || row.phase === phase),
  )
  const values = rows.map(
    ({ median, max, phase: when }) => `${round(median)} (most ${round(max)}) ${when}`,
  )
  return `the system's own ${figure}: ${values.length === 0 ? 'not said' : values.join(', ')}`
}

const round = (value: number): string => String(Number(value.toPrecision(3)))
