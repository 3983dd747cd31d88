import { SECOND } from '../../harness/model/units.ts'
import { momentText } from '../../harness/text/value.ts'
import { linkLabel } from '../format.ts'
import { html, type Markup, nothing } from '../markup.ts'
import { scrollArea } from '../scroll-area.ts'
import type { Line } from './lines.ts'

/** Rows, and cells, that one table of a chart may have. */
const ROWS = 600
const CELLS = 9_000

/**
 * A table in a box of its own, that scrolls sideways by itself. The first `words` columns are words, the others figures.
 * `seconds`: the moment each row is of, for the script of the page.
 */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  words: 1 | 2 | 3 | 'all' = 'all',
  seconds: readonly number[] = [],
): Markup {
  return scrollArea(
    `Table: ${head
      .filter((text) => text !== '')
      .slice(0, 4)
      .join(', ')}`,
    html`<table class="words-${String(words)}"><thead><tr>${head.map(
      (text) => html`<th scope="col">${text}</th>`,
    )}</tr></thead><tbody>${rows.map(
      (row, i) =>
        html`<tr${seconds[i] !== undefined && html` data-t="${seconds[i]}"`}>${row.map((text) => html`<td>${text}</td>`)}</tr>\n`,
    )}</tbody></table>`,
  )
}

/** The figures behind a drawing, closed until somebody asks. */
export const dataDetails = (about: string, content: Markup): Markup =>
  html`<details class="data"><summary>${about}</summary>${content}</details>`

/** Lines by time: a row for every bucket, or for every n-th where there are too many. */
export function linesTable(lines: readonly Line[], text: (value: number) => string): Markup {
  const byTime = new Map<number, Map<Line, number>>()
  for (const line of lines)
    for (const [us, value] of line.points) {
      const row = byTime.get(us) ?? new Map<Line, number>()
      byTime.set(us, row.set(line, value))
    }
  if (byTime.size === 0) return nothing
  const times = [...byTime.keys()].sort((a, b) => a - b)
  const every = Math.ceil(times.length / Math.min(ROWS, CELLS / (lines.length + 1)))
  const head = [
    'from',
    ...lines.map(
      ({ key, figure }) => `${linkLabel(key)} ${figure.replace('-at-least', ' at least')}`,
    ),
  ]
  const shown = times.filter((_, i) => i % every === 0)
  const rows = shown.map((us) => [
    momentText(us),
    ...lines.map((line) => {
      const value = byTime.get(us)?.get(line)
      if (value === undefined) return ''
      return `${line.open ? '≥ ' : ''}${text(value)}`
    }),
  ])
  const which = every === 1 ? `${times.length} buckets` : `1 in ${every} of ${times.length} buckets`
  return dataDetails(
    `Data, ${which}`,
    table(
      head,
      rows,
      1,
      shown.map((us) => us / SECOND),
    ),
  )
}
