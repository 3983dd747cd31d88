import { flowText, onOneLine, type Path, problemAt, type Sheet, step } from './document.ts'
import type { Problem } from './problem.ts'

type Keys = Record<string, unknown>

const isKeys = (value: unknown): value is Keys =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What stands above laid over what stands below: maps key by key, anything else in its place, nothing takes out. */
function over(below: unknown, above: unknown): unknown {
  if (!isKeys(below) || !isKeys(above)) return above
  const both: Keys = { ...below }
  for (const [key, value] of Object.entries(above))
    if (!Object.hasOwn(below, key)) both[key] = value
    else if (value === null) delete both[key]
    else both[key] = over(below[key], value)
  return both
}

/**
 * Files laid over one another, read as one: the first lies on top. Maps are merged key by key, whatever depth; lists and
 * single values replace; a key with nothing behind it takes out what the files below say of it. A place is in the file
 * that has the last word there. All of them hold maps.
 */
export function layered(sheets: readonly [Sheet, ...Sheet[]]): Sheet {
  const [top] = sheets
  const value = sheets.reduceRight<unknown>((below, { value }) => over(below, value), {})
  const sheetWith = (problems: Problem[]): Sheet => ({
    ...{ file: top.file, value, problems },
    apart: () => sheetWith([]),
    at: (path) => path.reduce<unknown>(step, value),
    written(path) {
      const holding = holdersOf(sheets, path)
      const [only] = holding
      return only && holding.length === 1
        ? only.written(path)
        : onOneLine(flowText(path.reduce(step, value)) ?? '')
    },
    place: (path, at) => placeIn(sheets, path, at),
    report: (path, problem) => problems.push(problemAt(placeIn(sheets, path, problem.at), problem)),
  })
  return sheetWith([])
}

/** The sheets whose words count at a path, that with the last word first; none where nothing is written. */
function holdersOf(sheets: readonly Sheet[], path: Path): readonly Sheet[] {
  let holding = sheets
  for (const length of path.keys()) {
    const here = path.slice(0, length + 1)
    const next: Sheet[] = []
    for (const sheet of holding) {
      const value = sheet.at(here)
      if (value === undefined) continue
      if (next.length > 0 && !isKeys(value)) break
      next.push(sheet)
      if (!isKeys(value)) break
    }
    holding = next
  }
  return holding
}

/** In the last word at the path, or at the nearest of its parents that stands somewhere. */
function placeIn(sheets: readonly Sheet[], path: Path, at?: 'key' | 'value') {
  for (let length = path.length; length > 0; length--) {
    const [last] = holdersOf(sheets, path.slice(0, length))
    if (last) return last.place(path.slice(0, length), at)
  }
  return (sheets[0] as Sheet).place([], at)
}
