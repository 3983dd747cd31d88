import type { Path, Sheet } from '../yaml/document.ts'

/** One value put in the place of what a scenario says; `at` is where the value itself is written. */
export type Choice = { path: Path; value: unknown; at: Path }

const startsWith = (path: Path, start: Path): boolean =>
  start.length <= path.length && start.every((key, i) => String(key) === String(path[i]))

/** The sheet as it reads with other values in some places; problems in these are found where the values stand. */
export function varied(sheet: Sheet, choices: readonly Choice[]): Sheet {
  const around = (path: Path) => choices.find((choice) => startsWith(path, choice.path))
  const standing = (path: Path): Path => {
    const choice = around(path)
    return choice ? [...choice.at, ...path.slice(choice.path.length)] : path
  }
  return {
    ...sheet,
    at(path) {
      const choice = around(path)
      if (choice) return inside(choice.value, path.slice(choice.path.length))
      const within = choices.filter((other) => startsWith(other.path, path))
      if (within.length === 0) return sheet.at(path)
      return within.reduce(
        (value, other) => replaced(value, other.path.slice(path.length), other.value),
        sheet.at(path),
      )
    },
    written(path) {
      const choice = around(path)
      return choice
        ? valueText(inside(choice.value, path.slice(choice.path.length)))
        : sheet.written(path)
    },
    place: (path, at) => sheet.place(standing(path), at),
    report: (path, problem) => sheet.report(standing(path), problem),
  }
}

const inside = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (held, key) =>
      typeof held === 'object' && held !== null
        ? (held as Record<string | number, unknown>)[key]
        : undefined,
    value,
  )

/** A copy of `value` with another one at `path`. */
function replaced(value: unknown, path: Path, other: unknown): unknown {
  const [key, ...rest] = path
  if (key === undefined) return other
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<
    string | number,
    unknown
  >
  copy[key] = replaced(copy[key], rest, other)
  return copy
}

/** A value as a person would write it, on one line. */
export const valueText = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value).replace(/"([A-Za-z_][\w-]*)":/g, '$1: ')
