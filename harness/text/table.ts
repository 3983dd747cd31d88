/** No line of `faultline check` is wider. */
export const WIDTH = 100

export type Align = 'left' | 'right'

/**
 * Rows under a header, columns two spaces apart, each as wide as its widest cell, indented by two. A row that would
 * pass the width goes on in its last column on the next line.
 */
export function textTable(
  header: readonly string[],
  aligns: readonly Align[],
  rows: readonly (readonly string[])[],
): string[] {
  const widths = header.map((title, c) =>
    Math.max(title.length, ...rows.map((row) => (row[c] ?? '').length)),
  )
  const last = header.length - 1
  const lead = 2 + widths.slice(0, last).reduce((sum, width) => sum + width + 2, 0)
  const withTitles = header.some((title) => title !== '')
  return (withTitles ? [header, ...rows] : rows).flatMap((row) => {
    const cells = row.slice(0, last).map((cell, c) => pad(cell, widths[c] as number, aligns[c]))
    const [first = '', ...more] = wrap(row[last] ?? '', WIDTH - lead)
    const tail = aligns[last] === 'right' ? pad(first, widths[last] as number, 'right') : first
    const line = `  ${[...cells, tail].join('  ')}`.trimEnd()
    return [line, ...more.map((text) => ' '.repeat(lead) + text)]
  })
}

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
