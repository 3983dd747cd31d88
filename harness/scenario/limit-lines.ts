import { openSheet, type Path } from './yaml/document.ts'

/** Sections below which `limits:` may stand, with the keys that lead there. */
const holders = ['worlds', 'systems']

/**
 * The line, from 1, of each limit of a scenario by its text as a plan has it; those laid over for worlds and systems
 * too, after its own. Empty for a file that cannot be read.
 */
export function limitLines(text: string): Map<string, number> {
  const { sheet, usable } = openSheet({ file: '', text })
  const lines = new Map<string, number>()
  if (!usable) return lines
  const below = holders.flatMap((holder) =>
    Object.keys(Object(sheet.at([holder]))).map((key): Path => [holder, key]),
  )
  for (const path of [[], ...below]) {
    const limits = sheet.at([...path, 'limits'])
    if (!Array.isArray(limits)) continue
    for (const i of limits.keys()) {
      const at = [...path, 'limits', i]
      const probe = sheet.apart()
      probe.report(at, { message: '' })
      const [found] = probe.problems
      const written = sheet.written(at)
      if (found && !lines.has(written)) lines.set(written, found.line)
    }
  }
  return lines
}
