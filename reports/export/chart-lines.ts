import type { Analysis, Series } from '../../harness/model/finding.ts'
import { SECOND } from '../../harness/model/units.ts'

const head = ['chart', 'key', 'phase', 'line', 'x', 'x_unit', 'y', 'y_unit']

/** Of each chart over time: its unit, and how many of ours make one. */
export const chartUnits: Record<Series['chart'], { unit: string; scale: number }> = {
  rates: { unit: 'per second', scale: 1 },
  latency: { unit: 's', scale: 1 / SECOND },
  heat: { unit: 'searches', scale: 1 },
  recall: { unit: 'ratio', scale: 1 },
  lag: { unit: 's', scale: 1 / SECOND },
  divergence: { unit: 'ratio', scale: 1 },
  'catch-up': { unit: 'writes', scale: 1 },
  dispatch: { unit: 's', scale: 1 / SECOND },
}

/**
 * Every point of every line that the report draws, as CSV with a header. Over time `x` is in seconds from the end of
 * warm-up; of percentile curves it is the quantile. A moment at which nothing was measured has no row.
 */
export function chartLinesCsv({ plan, series, curves }: Analysis): string {
  const { warmupUs } = plan.timeline
  const overTime = series.flatMap(({ chart, key, line, points }) => {
    const { unit, scale } = chartUnits[chart]
    return points.map(([us, value]) => {
      const x = figure((us - warmupUs) / SECOND)
      return [chart, key, '', line, x, 's', figure(value * scale), unit]
    })
  })
  const percentiles = curves.flatMap(({ metric, region, phase, points }) =>
    points.map(([quantile, us]) => {
      const y = figure(us / SECOND)
      return ['percentiles', region, phase, metric, String(quantile), 'quantile', y, 's']
    }),
  )
  const rows = [head, ...overTime, ...percentiles]
  return `${rows.map((row) => row.map(cell).join(',')).join('\n')}\n`
}

/** Rounded to 12 figures; without end as Python and JavaScript read it back. */
const figure = (value: number): string => String(Number(value.toPrecision(12)))

const cell = (text: string): string =>
  /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
