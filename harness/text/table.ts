/** No line of `faultline check` is wider. */
export const WIDTH = 100

export type Align = 'left' | 'right'

/**
 * Rows under a header, columns two spaces apart, each as wide as its widest cell, the whole indented by `indent`. A row
 * that would pass the `width` goes on in its last column on the next line. No title at all: no header.
 */
export function textTable(
  header: readonly string[],
  aligns: readonly Align[],
  rows: readonly (readonly string[])[],
  { indent = 2, width = WIDTH } = {},
): string[] {
  const withTitles = header.some((title) => title !== '')
  const widths = widthsOf(header, rows)
  const last = header.length - 1
  const lead = indent + widths.slice(0, last).reduce((sum, one) => sum + one + 2, 0)
  return (withTitles ? [header, ...rows] : rows).flatMap((row) => {
    const cells = row.slice(0, last).map((cell, c) => pad(cell, widths[c] as number, aligns[c]))
    const [first = '', ...more] = wrap(row[last] ?? '', width - lead)
    const tail = aligns[last] === 'right' ? pad(first, widths[last] as number, 'right') : first
    const line = `${' '.repeat(indent)}${[...cells, tail].join('  ')}`.trimEnd()
    return [line, ...more.map((text) => ' '.repeat(lead) + text)]
  })
}

/** The same where every row is one line from the left edge, however long: for what `grep` or a script may read. */
export const plainTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
  aligns: readonly Align[] = [],
): string[] => textTable(header, aligns, rows, { indent: 0, width: Number.POSITIVE_INFINITY })

/**
 * The same as Markdown. `padded`: columns as wide as their widest cell, the last as long as it is, to be read as it
 * stands.
 */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { padded = false } = {},
): string {
  const safe = rows.map((row) => row.map(inCell))
  const widths = padded ? widthsOf(header, safe).slice(0, -1) : []
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, c) => cell.padEnd(widths[c] ?? 0)).join(' | ')} |`
  const rule = header.map((title, c) => '-'.repeat(widths[c] ?? (padded ? title.length : 3)))
  return [line(header), line(rule), ...safe.map(line)].join('\n')
}

/** On one line, and no bar ends the cell. */
const inCell = (text: string): string => text.replace(/\s+/g, ' ').replace(/(?<!\\)\|/g, '\\|')

const widthsOf = (header: readonly string[], rows: readonly (readonly string[])[]): number[] =>
  header.map((title, c) => Math.max(title.length, ...rows.map((row) => (row[c] ?? '').length)))

const pad = (cell: string, width: number, align: Align | undefined): string =>
  align === 'right' ? cell.padStart(width) : cell.padEnd(width)

/** Breaks a text at spaces; a word longer than the width stays whole. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
