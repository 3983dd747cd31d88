import { type Files, openScenario } from './extension.ts'
import type { Path, Place, SourceFile } from './yaml/document.ts'
import type { SetVariables } from './yaml/variables.ts'

/** Sections below which `limits:` may stand, with the keys that lead there. */
const holders = ['worlds', 'systems', 'profiles']

/**
 * Where each limit of a scenario stands, by its text as a plan has it; those laid over for worlds and systems too, after
 * its own, and those of its profiles. `set` gives variables their values. Empty for a file that cannot be read.
 */
export function limitPlaces(
  source: SourceFile,
  files: Files,
  set: SetVariables = {},
): Map<string, Place> {
  const { sheet, usable } = openScenario(source, files, set)
  const places = new Map<string, Place>()
  if (!usable) return places
  const below = holders.flatMap((holder) =>
    Object.keys(Object(sheet.at([holder]))).map((key): Path => [holder, key]),
  )
  for (const path of [[], ...below]) {
    const limits = sheet.at([...path, 'limits'])
    if (!Array.isArray(limits)) continue
    for (const i of limits.keys()) {
      const at = [...path, 'limits', i]
      const written = sheet.written(at)
      if (!places.has(written)) places.set(written, sheet.place(at))
    }
  }
  return places
}
