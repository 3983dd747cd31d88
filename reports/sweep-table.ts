import type { PointResult, ShownFigure, SweepResult } from '../harness/model/sweep.ts'
import { markdownTable } from '../harness/text/table.ts'
import { measuredText } from '../harness/text/value.ts'

/** A figure as it is shown everywhere: one value, both ends, a lower bound, or that there is none. */
export function figureText({ unit, low, high }: ShownFigure): string {
  if (low === undefined && high === undefined) return 'not measured'
  const ends = { low: low ?? Number.NEGATIVE_INFINITY, high: high ?? Number.POSITIVE_INFINITY }
  return measuredText(ends, unit)
}

/** Head and rows of the table that compares the points: what was varied, the verdict, the figures. */
export function sweepTable({ points }: SweepResult): { head: string[]; rows: string[][] } {
  const [first] = points
  if (!first) return { head: [], rows: [] }
  const stated = points.some(({ unmet }) => unmet !== undefined)
  const head = [
    ...Object.keys(first.at),
    ...first.figures.map(({ title }) => title),
    'verdict',
    ...(stated ? ['as stated'] : []),
  ]
  const row = (point: PointResult): string[] => [
    ...Object.values(point.at),
    ...point.figures.map(figureText),
    point.verdict,
    ...(stated ? [statedText(point)] : []),
  ]
  return { head, rows: points.map(row) }
}

const statedText = ({ unmet }: PointResult): string =>
  unmet === undefined ? '' : unmet.length === 0 ? 'yes' : 'no'

export function sweepRows(result: SweepResult): string {
  const { head, rows } = sweepTable(result)
  return markdownTable(head, rows)
}

/** sweep.md: what was asked, and the table. */
export function sweepMarkdown(result: SweepResult): string {
  const { scenario, seed, world, question, notes } = result
  const title = `# ${scenario} (seed ${seed}, ${world === 'sim' ? 'simulated' : 'real servers'})`
  return [title, question, ...notes, sweepRows(result)].join('\n\n')
}
