/** One cell of a CSV file, without its quotes, and where it stands: line and column count from 1. */
export type Cell = { text: string; line: number; column: number }

/**
 * Cells of all lines that hold any; a line that begins with # is a comment. Cells are separated by what the first line
 * holds of tab, semicolon and comma, in this order.
 */
export function csvRows(text: string): Cell[][] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/)
  const first = lines.find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  const separator = ['\t', ';', ','].find((one) => first.includes(one)) ?? ','
  return lines.flatMap((line, i) => {
    if (line.trim() === '' || line.startsWith('#')) return []
    let column = 1
    const cells = line.split(separator).map((written): Cell => {
      const at = column + written.length - written.trimStart().length
      column += written.length + 1
      return { text: written.trim().replace(/^"(.*)"$/, '$1'), line: i + 1, column: at }
    })
    return [cells]
  })
}
