import { type MetricName, metrics } from '../model/metric.ts'
import { markdownTable } from '../text/table.ts'
import { measuredText, metricText, NOT_MEASURED } from '../text/value.ts'
import type { Repeated, RepeatedFigure } from './side-by-side.ts'

/** Runs of one plan side by side, as Markdown that can also be read as it is: each figure as median [min … max]. */
export function repetitionTable({
  scenario,
  seed,
  world,
  asked,
  runs,
  ...figures
}: Repeated): string {
  const { limits, metrics } = figures
  const all = asked === runs.length ? `${asked}` : `${runs.length} of ${asked}`
  return [
    `# ${scenario}, seed ${seed}, ${world}: ${all} ${asked === 1 ? 'run' : 'runs'}`,
    markdownTable(
      ['run', 'verdict', 'exit', 'because'],
      runs.map(({ verdict, exitCode, because }, i) => [
        `rep-${i + 1}`,
        verdict,
        String(exitCode),
        because,
      ]),
      { padded: true },
    ),
    ...(limits.length > 0
      ? [
          markdownTable(
            ['limit', 'where', SPREAD, 'measured in', 'verdicts'],
            limits.map((row) => [...cells(row, runs.length), row.verdicts?.join(', ') ?? '']),
            { padded: true },
          ),
        ]
      : []),
    ...(metrics.length > 0 ? [figureTable(metrics, runs.length)] : []),
  ].join('\n\n')
}

const SPREAD = 'median [min … max]'

/** Figures of many runs of plans that differ in their seed. */
export const figureTable = (figures: readonly RepeatedFigure[], runs: number): string =>
  markdownTable(
    ['metric', 'where', SPREAD, 'measured in'],
    figures.map((row) => cells(row, runs)),
    { padded: true },
  )

function cells({ what, where, metric, count, spread }: RepeatedFigure, runs: number): string[] {
  const text = spread ? spreadText(spread, metric) : NOT_MEASURED
  return [what, where, text, `${count} of ${runs}`]
}

/** `5.29 ms [4.90 … 6.11 ms]`; the median alone where all runs came to the same. */
function spreadText(
  { median, min, max }: NonNullable<RepeatedFigure['spread']>,
  metric: MetricName,
): string {
  const { unit } = metrics[metric]
  const middle = Number.isFinite(median.low)
    ? measuredText(median, unit)
    : metricText(median.low, metric)
  const range = Number.isFinite(max)
    ? measuredText({ low: min, high: max }, unit)
    : [...new Set([metricText(min, metric), metricText(max, metric)])].join(' … ')
  return range === middle ? middle : `${middle} [${range}]`
}
