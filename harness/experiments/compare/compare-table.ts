import { plainTable } from '../../text/table.ts'
import { counted } from '../../text/value.ts'
import type { ComparedRow, ComparedVerdict } from './comparison.ts'
import { type Comparison, methodText } from './outcome.ts'
import type { FieldDifference } from './plan-differences.ts'
import { sideText } from './side.ts'
import { differenceText, figureName, placeText, sideFigure } from './wording.ts'

/** Rows of a kind that are shown; the rest is counted, and stands in the page. */
const MOST = 20
const MOST_FIELDS = 12

/** What the command prints: what differs, then rows worst first, then the verdict. `all`: no row is left out. */
export function compareTable(comparison: Comparison, all: boolean): string {
  const { a, b, differ, rows, verdict, because, refused } = comparison
  const fields = [...differ.undue, ...differ.meant, ...differ.harmless, ...differ.environment]
  return [
    `A: ${sideText(a)}`,
    `B: ${sideText(b)}`,
    ...fieldLines(
      'differs in the plan',
      [...differ.undue, ...differ.meant, ...differ.harmless],
      all,
    ),
    ...fieldLines('differs in the environment', differ.environment, all),
    ...(fields.length === 0 ? ['Plan and environment are the same.'] : []),
    '',
    ...(refused === undefined ? [...rowLines(rows, all), '', methodText(comparison), ''] : []),
    `${verdict.toUpperCase()}: ${because}`,
  ].join('\n')
}

function fieldLines(title: string, fields: readonly FieldDifference[], all: boolean): string[] {
  if (fields.length === 0) return []
  const shown = all ? fields : fields.slice(0, MOST_FIELDS)
  const more = fields.length - shown.length
  return [
    `${title}:`,
    ...shown.map(({ path, a, b }) => `  ${path}: ${short(a)} → ${short(b)}`),
    ...(more > 0 ? [`  and ${counted(more, 'more field')}`] : []),
  ]
}

const LONG = 60
const short = (text: string): string => (text.length > LONG ? `${text.slice(0, LONG - 1)}…` : text)

/** Worst first. */
export const order: readonly ComparedVerdict[] = [
  'worse',
  'better',
  'cannot tell',
  'no difference seen',
]

function rowLines(rows: readonly ComparedRow[], all: boolean): string[] {
  const of = (verdict: ComparedVerdict) => sorted(rows.filter((row) => row.verdict === verdict))
  const changed = [...of('worse'), ...of('better')]
  const shown = all ? sorted(rows) : changed.slice(0, MOST)
  const more = changed.length - Math.min(changed.length, MOST)
  return [
    ...(shown.length > 0 ? plainTable(head, shown.map(cellsOf)) : []),
    ...(more > 0 && !all ? [`and ${counted(more, 'more figure')} that differ`] : []),
    ...(all ? [] : foldedLines(of('cannot tell'), of('no difference seen').length)),
  ]
}

const head = ['', 'figure', 'where', 'A', 'B', 'B − A [95 %]']

export const cellsOf = (row: ComparedRow): string[] => [
  row.verdict,
  figureName(row),
  placeText(row),
  sideFigure(row, row.a),
  sideFigure(row, row.b),
  row.difference ? differenceText(row) : (row.because ?? ''),
]

/** What cannot be told by why, what did not change by how much of it there is. */
function foldedLines(open: readonly ComparedRow[], same: number): string[] {
  const byReason = new Map<string, ComparedRow[]>()
  for (const row of open) {
    const { because = '' } = row
    byReason.set(because, [...(byReason.get(because) ?? []), row])
  }
  const reasons = [...byReason].sort(([, a], [, b]) => b.length - a.length)
  return [
    ...reasons.map(
      ([because, own]) =>
        `cannot tell         ${counted(own.length, 'figure')} (${metricsOf(own)}): ${because}`,
    ),
    ...(same > 0 ? [`no difference seen  ${counted(same, 'figure')}`] : []),
  ]
}

const metricsOf = (rows: readonly ComparedRow[]): string =>
  [...new Set(rows.map(({ metric }) => metric))].join(', ')

/** Worst first; of one verdict what is least likely to be chance. */
export const sorted = (rows: readonly ComparedRow[]): ComparedRow[] =>
  [...rows].sort(
    (one, two) =>
      order.indexOf(one.verdict) - order.indexOf(two.verdict) ||
      (one.difference?.p ?? 2) - (two.difference?.p ?? 2),
  )
