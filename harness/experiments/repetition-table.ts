import { figure, interval } from '../text/figures.ts'
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
    table(
      ['run', 'verdict', 'exit', 'because'],
      runs.map(({ verdict, exitCode, because }, i) => [
        `rep-${i + 1}`,
        verdict,
        String(exitCode),
        because,
      ]),
    ),
    ...(limits.length > 0
      ? [
          table(
            ['limit', 'where', SPREAD, 'measured in', 'verdicts'],
            limits.map((row) => [...cells(row, runs.length), row.verdicts?.join(', ') ?? '']),
          ),
        ]
      : []),
    ...(metrics.length > 0 ? [figureTable(metrics, runs.length)] : []),
  ].join('\n\n')
}

const SPREAD = 'median [min … max]'

/** Figures of many runs of plans that differ in their seed. */
export const figureTable = (figures: readonly RepeatedFigure[], runs: number): string =>
  table(
    ['metric', 'where', SPREAD, 'measured in'],
    figures.map((row) => cells(row, runs)),
  )

function cells({ what, where, metric, count, spread }: RepeatedFigure, runs: number): string[] {
  const text = spread
    ? `${interval(spread.median, metric)} [${figure(spread.min, metric)} … ${figure(spread.max, metric)}]`
    : 'not measured'
  return [what, where, text, `${count} of ${runs}`]
}

/** Columns as wide as their widest cell, the last one as long as it is. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const safe = rows.map((row) =>
    row.map((cell) => cell.replace(/\s+/g, ' ').replaceAll('|', '\\|')),
  )
  const widths = head.map((_, i) => Math.max(...[head, ...safe].map((row) => row[i]?.length ?? 0)))
  const last = head.length - 1
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, i) => (i === last ? cell : cell.padEnd(widths[i] ?? 0))).join(' | ')} |`
  const rule = head.map((cell, i) => '-'.repeat(i === last ? cell.length : (widths[i] ?? 0)))
  return [line(head), line(rule), ...safe.map(line)].join('\n')
}
