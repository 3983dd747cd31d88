import { figureText } from '../../../reports/sweep-table.ts'
import type { Analysed } from '../../analysis/analyse.ts'
import { type MetricRow, metrics } from '../../model/metric.ts'
import type { ShownFigure } from '../../model/sweep.ts'
import { known } from '../../pipeline/catalogue.ts'
import { shownPlans } from '../../scenario/load.ts'
import { countText } from '../../text/value.ts'
import { shownFigure } from '../sweep/figures.ts'
import type { ShownClaim } from './claims-file.ts'

/** One figure of one run, or a text where it is no single one. */
export type Measured = { figure: ShownFigure } | { text: string }

/** What was measured of one entry under `figures:` in one run; several where it names several links. */
export function measured(shown: ShownClaim, analysis: Analysed): Measured[] {
  if ('capacity' in shown) throw new Error(`${shown.scenario} is searched, not run`)
  if ('figure' in shown) return [{ text: ownFigureText(shown, analysis) }]
  if ('cause' in shown && shown.cause !== undefined) return [{ figure: lossTo(shown, analysis) }]
  const { scenario: _, ...entry } = shown
  const plans = shownPlans(entry, known(), analysis.plan.regions)
  return plans.map((one) => ({ figure: shownFigure(one, analysis) }))
}

/**
 * The same entry measured in several runs, the scenario's own seed first: its value, and how far the seeds are apart.
 * `value` alone is for sentences, `text` names the scenario and the figure.
 */
export function besideSeeds(
  scenario: string,
  runs: readonly (readonly Measured[])[],
): { value: string; text: string } {
  const [own = []] = runs
  const parts = own.map((one, i) => {
    if ('text' in one) return { value: one.text, text: one.text }
    const all = runs.flatMap((run) => {
      const same = run[i]
      return same && 'figure' in same ? [same.figure] : []
    })
    const { figure } = one
    const where = figure.where ? ` (worst: ${figure.where})` : ''
    const value = figureText(figure)
    return { value, text: `${figure.title} ${value}${where}${spread(all)}` }
  })
  const [first] = parts
  const isTable = own.length === 1 && first?.text.startsWith('[') === true
  return {
    value: first?.value ?? 'not measured',
    text: isTable
      ? (first?.text ?? '')
      : parts.map(({ text }) => `${scenario}: ${text}`).join('<br>'),
  }
}

/** `; 5 seeds 4.01 … 4.11 ms`: from the lowest end to the highest of all seeds; nothing if all say the same. */
function spread(figures: readonly ShownFigure[]): string {
  const [first] = figures
  if (!first || figures.length < 2) return ''
  const texts = new Set(figures.map(figureText))
  if (texts.size === 1) return `; the same in ${figures.length} seeds`
  const lows = figures.map(({ low }) => low ?? Number.NEGATIVE_INFINITY)
  const highs = figures.map(({ high }) => high ?? Number.POSITIVE_INFINITY)
  const measured = figures.filter(({ count }) => count > 0).length
  const ends = { ...first, low: Math.min(...lows), high: Math.max(...highs) }
  const missing = measured < figures.length ? `, measured in ${measured}` : ''
  return `; ${figures.length} seeds ${figureText(ends)}${missing}`
}

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
function ownFigureText(
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
    ({ median, max, phase: when }) => `${countText(median)} (most ${countText(max)}) ${when}`,
  )
  return `the system's own ${figure}: ${values.length === 0 ? 'not said' : values.join(', ')}`
}
